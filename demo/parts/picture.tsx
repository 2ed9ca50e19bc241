import { useState } from "react";
import type { MessageMedia } from "../../functions/_shared/contract.ts";
import { useLink } from "../media/links.ts";
import { lengthText } from "../times.ts";
import { useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Lightbox } from "./lightbox.tsx";

/** The largest place that a picture takes among messages. */
const WIDEST = 260;
const HIGHEST = 320;

/** Sharp on screens with two points for a pixel. */
const SMALL = { width: 2 * WIDEST, height: 2 * HIGHEST };
/** Not every project can make pictures smaller: the first one that fails tells. */
let canShrink = true;

/** A picture, or a film by its cover, as large as it will be before it is there: nothing jumps. */
export function Picture({ media }: { readonly media: MessageMedia }) {
  const { say } = useWords();
  const { uploads } = useApp();
  const [isOpen, setOpen] = useState(false);
  const isFilm = media.kind === "video";
  const shown = isFilm ? media.cover : media;
  const own = uploads.pictureOf(media.media_id);
  const [isWhole, setWhole] = useState(!canShrink);
  const link = useLink(
    own ? null : shown,
    isWhole || isFilm ? undefined : SMALL,
  );
  const url = own ?? link.url;
  const label = isFilm ? say("play_video") : say("open_image");

  function takeWhole(): void {
    canShrink = false;
    setWhole(true);
  }

  return (
    <>
      <button
        type="button"
        className="picture"
        style={placeFor(media)}
        aria-label={media.file_name ? `${label}: ${media.file_name}` : label}
        onClick={() => setOpen(true)}
      >
        {url && <img src={url} alt="" onError={takeWhole} />}
        {!url && !isFilm && link.isGone && <span>{say("file_gone")}</span>}
        {isFilm && <span className="play" aria-hidden="true">▶</span>}
        {isFilm && media.duration !== undefined && (
          <span className="length">{lengthText(media.duration)}</span>
        )}
      </button>
      {isOpen && <Lightbox media={media} onClose={() => setOpen(false)} />}
    </>
  );
}

function placeFor(
  { width = 4, height = 3 }: MessageMedia,
): { width: number; height: number } {
  const scale = Math.min(
    WIDEST / width,
    HIGHEST / height,
    width > 4 ? 1 : Infinity,
  );
  return {
    width: Math.max(96, width * scale),
    height: Math.max(72, height * scale),
  };
}
