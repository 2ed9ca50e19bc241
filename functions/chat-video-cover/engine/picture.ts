import type { CoverRequest } from "./extract_cover.ts";

/** Longest side of a cover. */
export const LONGEST_SIDE = 3840;
const USUAL_QUALITY = 85;

export type Size = { readonly width: number; readonly height: number };

/** The size of the cover of a film that is shown in the size `shown`. */
export function coverSize(shown: Size, { width, height }: CoverRequest): Size {
  if (width && height) return { width, height };
  if (width) return fit({ width, height: width * shown.height / shown.width });
  if (height) return fit({ width: height * shown.width / shown.height, height });
  return fit(shown);
}

function fit({ width, height }: Size): Size {
  const by = Math.min(1, LONGEST_SIDE / width, LONGEST_SIDE / height);
  return {
    width: Math.max(1, Math.round(width * by)),
    height: Math.max(1, Math.round(height * by)),
  };
}

/** What ffmpeg may open and how much it may decode, before its `-i`. */
export function inputArgs(demuxer: string, pixels: number): string[] {
  return [
    ...["-hide_banner", "-protocol_whitelist", "file", "-threads", "1"],
    ...["-max_pixels", String(pixels), "-f", demuxer],
  ];
}

/** One picture of the first stream of pictures that is no sleeve, through the filters, to `/picture`. */
export function outputArgs(filters: string[], { format, quality = USUAL_QUALITY }: CoverRequest) {
  return [
    ...["-map", "0:V:0", "-frames:v", "1", "-filter_threads", "1", "-vf", filters.join(",")],
    // A quarter larger than it could be, in half the time.
    ...format === "png"
      ? ["-c:v", "png", "-pix_fmt", "rgb24", "-pred", "none", "-compression_level", "3"]
      : ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", String(quantizer(quality))],
    ...["-fps_mode", "passthrough", "-f", "image2", "-update", "1", "/picture"],
  ];
}

// The encoder counts from 2, nearly no loss, to 31.
function quantizer(quality: number): number {
  return Math.round(2 + (100 - quality) * 29 / 99);
}
