import { Refusal } from "../_shared/refusal.ts";
import { ascii, assertFew, type Bytes, concat, Reader, u32 } from "./bytes.ts";
import type { Cleaned } from "./clean_image.ts";
import { orientationOnly, readOrientation, UPRIGHT } from "./exif.ts";

const SIGNATURE_LENGTH = 8;
/** Pixels, their colours and sizes, and the frames of animations. */
const NEEDED = new Set(
  "IHDR PLTE IDAT IEND tRNS bKGD cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI hIST pHYs sPLT acTL fcTL fdAT"
    .split(" "),
);

/** Keeps the chunks that pixels need, and of Exif the orientation. Texts, times, everything private and the rest go. */
export function cleanPng(bytes: Bytes): Cleaned {
  const reader = new Reader(bytes, SIGNATURE_LENGTH);
  const [header, ...chunks] = readChunks(reader, bytes);
  if (header?.type !== "IHDR" || !chunks.some(({ type }) => type === "IDAT")) {
    throw new Refusal("file_unreadable");
  }
  const exif = chunks.find(({ type }) => type === "eXIf");
  const orientation = exif ? readOrientation(exif.data) : UPRIGHT;
  const tiff = orientationOnly(orientation);
  const kept = chunks.filter(({ type }) => NEEDED.has(type)).map(({ whole }) => whole);
  const parts = [bytes.subarray(0, SIGNATURE_LENGTH), header.whole];
  if (tiff) parts.push(assemble("eXIf", tiff));
  return { bytes: concat([...parts, ...kept]), orientation };
}

type Chunk = { type: string; data: Bytes; whole: Bytes };

function readChunks(reader: Reader, bytes: Bytes): Chunk[] {
  const chunks: Chunk[] = [];
  do {
    assertFew(chunks.length);
    const start = reader.position;
    const length = reader.u32();
    const type = reader.text(4);
    // A capital first letter: no picture without it. Apple's own flavour of PNG has such a one.
    if (!/^[A-Z]/.test(type) || NEEDED.has(type)) {
      const data = reader.take(length);
      reader.take(4); // checksum
      chunks.push({ type, data, whole: bytes.subarray(start, reader.position) });
    } else throw new Refusal("file_unreadable");
  } while (chunks.at(-1)?.type !== "IEND");
  return chunks;
}

function assemble(type: string, data: Bytes): Bytes {
  const checked = concat([ascii(type), data]);
  return concat([u32(data.length), checked, u32(crc32(checked))]);
}

/** The checksum of PNG, bit by bit: it is needed for 30 bytes at most. */
function crc32(bytes: Bytes): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
