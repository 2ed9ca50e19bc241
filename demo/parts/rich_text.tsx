const LINK = /(https?:\/\/[^\s<>"'，。；！？、）】]+[^\s<>"'.,;:!?，。；！？、）】)\]])/i;

/** Text with its links. Everything else stays text, whatever it looks like. */
export function RichText({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(LINK).map((part, i) =>
        i % 2
          ? (
            <a
              key={i}
              href={part}
              target="_blank"
              rel="noopener noreferrer nofollow"
            >
              {part}
            </a>
          )
          : part
      )}
    </>
  );
}
