import type { MessageMedia } from "../../functions/_shared/contract.ts";
import { asDownload } from "../media/links.ts";
import { sizeText } from "../times.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Icon } from "./icon.tsx";

/** A file: what it is called, how large it is, and a way to have it. */
export function FileCard({ media }: { readonly media: MessageMedia }) {
  const { say } = useWords();
  const download = useDownload(media);
  const name = media.file_name ?? say("kind_file");
  return (
    <button
      type="button"
      className="file-card"
      aria-label={say("download", { name })}
      onClick={download}
    >
      <span className="file-icon">
        <Icon shape="down" />
      </span>
      <span>
        <bdi className="file-name">{name}</bdi>
        <span className="dim">{sizeText(media.size)}</span>
      </span>
    </button>
  );
}

/** Lets the browser save a file under its name. */
export function useDownload(media: MessageMedia): () => void {
  const { chat } = useApp();
  const { run } = useAction();
  return () =>
    void run(async () => {
      const link = document.createElement("a");
      link.href = asDownload(
        await chat.media.url(media),
        media.file_name ?? media.kind,
      );
      link.rel = "noopener";
      link.click();
    });
}
