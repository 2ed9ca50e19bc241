import { useEffect, useRef } from "react";
import type { MessageMedia } from "../../functions/_shared/contract.ts";
import { useLink } from "../media/links.ts";
import { useWords } from "../words.ts";
import { useDownload } from "./file_card.tsx";

/** A picture or a film over the whole page. Esc closes it. */
export function Lightbox({ media, onClose }: {
  readonly media: MessageMedia;
  readonly onClose: () => void;
}) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const { url, isGone } = useLink(media);
  const cover = useLink(media.cover);
  const download = useDownload(media);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={say(media.kind === "video" ? "kind_video" : "kind_image")}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="lightbox-bar">
        <button type="button" onClick={download}>{say("save")}</button>
        <button type="button" onClick={onClose}>{say("close")}</button>
      </div>
      {isGone && <p>{say("file_gone")}</p>}
      {url && media.kind === "image" && (
        <img
          src={url}
          alt={media.file_name ?? say("kind_image")}
        />
      )}
      {url && media.kind === "video" && (
        <video
          src={url}
          controls
          autoPlay
          playsInline
          {...cover.url ? { poster: cover.url } : {}}
        />
      )}
    </dialog>
  );
}
