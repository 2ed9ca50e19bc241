import { BlobSource, CanvasSink, Input, MATROSKA, MP4, QTFF, WEBM } from "mediabunny";
import type { TakePicture } from "../rooms/media.ts";

/** As good as photographs are sent. */
const QUALITY = 0.85;

/** See `takePicture`. Only the formats that browsers decode are here: the rest would triple what is loaded. */
export const decodePicture: TakePicture = async (file, { time, width, height }) => {
  const input = new Input({ source: new BlobSource(file), formats: [MP4, QTFF, MATROSKA, WEBM] });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track || !await track.canDecode()) return null;
    const [first, displayWidth, displayHeight] = await Promise.all([
      track.getFirstTimestamp(),
      track.getDisplayWidth(),
      track.getDisplayHeight(),
    ]);
    const sink = new CanvasSink(track, {
      // Nothing becomes larger than it is.
      ...width === undefined ? {} : { width: Math.min(width, displayWidth) },
      ...height === undefined ? {} : { height: Math.min(height, displayHeight) },
      fit: "contain",
    });
    // After the end it is the last picture.
    const picture = await sink.getCanvas(Math.max(first, time / 1_000));
    return picture && await asJpeg(picture.canvas);
  } finally {
    input.dispose();
  }
};

/** What this needs of the browser's canvases, so that nobody has to compile with the browser's types. */
type Canvas = {
  toBlob?(take: (blob: Blob | null) => void, type: string, quality: number): void;
  convertToBlob?(options: { type: string; quality: number }): Promise<Blob>;
};

async function asJpeg(canvas: Canvas): Promise<Blob | null> {
  const type = "image/jpeg";
  if (canvas.convertToBlob) return await canvas.convertToBlob({ type, quality: QUALITY });
  return await new Promise((resolve) => canvas.toBlob?.(resolve, type, QUALITY));
}
