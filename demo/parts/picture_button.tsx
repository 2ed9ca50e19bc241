import { useRef } from "react";
import { useAction } from "../use_app.ts";
import { useWords } from "../words.ts";

/** Chooses the picture of a person or a group. */
export function PictureButton(
  { onFile }: { readonly onFile: (file: File) => Promise<void> },
) {
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="quiet"
        disabled={isBusy}
        onClick={() => input.current?.click()}
      >
        {say(isBusy ? "one_moment" : "change_picture")}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={say("change_picture")}
        accept="image/jpeg,image/png,image/webp,image/gif"
        onChange={({ target }) => {
          const file = target.files?.[0];
          target.value = "";
          if (file) void run(() => onFile(file));
        }}
      />
    </>
  );
}
