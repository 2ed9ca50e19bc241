import { Refusal } from "../_shared/refusal.ts";
import { ascii, assertFew, type Bytes, concat, latin1, Reader, u32 } from "./bytes.ts";
import type { Cleaned } from "./clean_image.ts";
import { orientationOnly, readOrientation, UPRIGHT } from "./exif.ts";

const HEADER_LENGTH = 12;
const FRAME_HEADER_LENGTH = 16;
const PIXELS = new Set(["VP8 ", "VP8L", "ALPH"]);
const NEEDED = new Set([...PIXELS, "VP8X", "ICCP", "ANIM", "ANMF"]);
/** Bits of VP8X that announce the chunks of the same name. */
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;

type Chunk = { type: string; data: Bytes };

/** Keeps pixels, frames and the colour profile, and of Exif the orientation. XMP and everything unknown go. */
export function cleanWebp(bytes: Bytes): Cleaned {
  const size = new Reader(bytes, 4).u32(true) + 8;
  const chunks = readChunks(bytes.subarray(HEADER_LENGTH, size));
  const exif = chunks.find(({ type }) => type === "EXIF");
  const orientation = exif ? readOrientation(tiffIn(exif.data)) : UPRIGHT;
  const kept = chunks.filter(({ type }) => NEEDED.has(type)).map(cleanChunk);
  // Only the extended form can hold an orientation.
  const tiff = kept[0]?.type === "VP8X" ? orientationOnly(orientation) : null;
  if (tiff) kept.push({ type: "EXIF", data: tiff });
  const isPicture = kept.some(({ type }) => PIXELS.has(type) || type === "ANMF");
  if (!isPicture) throw new Refusal("file_unreadable");
  const body = concat(kept.map((chunk) => assemble(flagged(chunk, tiff !== null))));
  return {
    bytes: concat([ascii("RIFF"), u32(body.length + 4, true), ascii("WEBP"), body]),
    orientation: tiff ? orientation : UPRIGHT,
  };
}

function readChunks(bytes: Bytes): Chunk[] {
  const reader = new Reader(bytes);
  const chunks: Chunk[] = [];
  while (reader.left >= 8) {
    assertFew(chunks.length);
    const type = reader.text(4);
    const length = reader.u32(true);
    chunks.push({ type, data: reader.take(length) });
    if (length % 2 && reader.left) reader.take(1);
  }
  return chunks;
}

/** Frames of animations are made of chunks again. */
function cleanChunk({ type, data }: Chunk): Chunk {
  if (type !== "ANMF") return { type, data };
  const frame = readChunks(data.subarray(FRAME_HEADER_LENGTH)).filter(({ type }) =>
    PIXELS.has(type)
  );
  const header = data.subarray(0, FRAME_HEADER_LENGTH);
  return { type, data: concat([header, ...frame.map(assemble)]) };
}

function flagged({ type, data }: Chunk, hasExif: boolean): Chunk {
  const [flags] = data;
  if (type !== "VP8X" || flags === undefined) return { type, data };
  const kept = flags & ~(HAS_EXIF | HAS_XMP) | (hasExif ? HAS_EXIF : 0);
  return { type, data: concat([Uint8Array.of(kept), data.subarray(1)]) };
}

function assemble({ type, data }: Chunk): Bytes {
  const padding = new Uint8Array(data.length % 2);
  return concat([ascii(type), u32(data.length, true), data, padding]);
}

// Some writers put the marker of JPEG in front.
function tiffIn(exif: Bytes): Bytes {
  return latin1(exif.subarray(0, 4)) === "Exif" ? exif.subarray(6) : exif;
}
