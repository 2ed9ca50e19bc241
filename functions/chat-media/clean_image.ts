import { Refusal } from "../_shared/refusal.ts";
import type { Bytes } from "./bytes.ts";
import { cleanGif } from "./clean_gif.ts";
import { cleanHeif } from "./clean_heif.ts";
import { cleanJpeg } from "./clean_jpeg.ts";
import { cleanPng } from "./clean_png.ts";
import { cleanWebp } from "./clean_webp.ts";

/** A picture without what it tells besides its pixels. Cleaning it again changes nothing. */
export type Cleaned = {
  bytes: Bytes;
  /** As in Exif: 1 is upright. */
  orientation: number;
};

type Cleaner = (bytes: Bytes) => Cleaned | Promise<Cleaned>;

const CLEANERS: Readonly<Record<string, Cleaner>> = {
  "image/jpeg": cleanJpeg,
  "image/png": cleanPng,
  "image/webp": cleanWebp,
  "image/gif": cleanGif,
  "image/heic": cleanHeif,
  "image/avif": cleanHeif,
};

/**
 * Takes out where, when, with what and by whom a picture was made. The pixels stay as they are, bit by bit.
 * @throws {Refusal} `file_unreadable` for anything that is not understood: what is not understood may say anything
 */
export async function cleanImage(bytes: Bytes, mimeType: string): Promise<Cleaned> {
  const clean = CLEANERS[mimeType];
  if (!clean) throw new Refusal("mime_type_invalid");
  return await clean(bytes);
}
