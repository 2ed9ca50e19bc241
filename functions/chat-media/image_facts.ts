import { Refusal } from "../_shared/refusal.ts";
import type { Bytes } from "./bytes.ts";
import { heifSides } from "./clean_heif.ts";
import { imageSize } from "./deps.ts";
import { liesOnItsSide } from "./exif.ts";

/** A viewer needs four bytes for each pixel: more than this freezes a phone. */
const MAX_PIXELS = 100_000_000;

export type Sides = { width: number; height: number };

/** The sides of a picture as it is seen. */
export function measureImage(bytes: Bytes, orientation: number, mimeType: string): Sides {
  const isHeif = mimeType === "image/heic" || mimeType === "image/avif";
  const { width, height } = isHeif ? heifSides(bytes) : storedSides(bytes);
  if (!(width > 0 && height > 0)) throw new Refusal("file_unreadable");
  if (width * height > MAX_PIXELS) throw new Refusal("image_too_large");
  return liesOnItsSide(orientation) ? { width: height, height: width } : { width, height };
}

function storedSides(bytes: Bytes): Sides {
  try {
    return imageSize(bytes);
  } catch {
    throw new Refusal("file_unreadable");
  }
}
