import { Refusal } from "../_shared/refusal.ts";
import { assertFew, type Bytes, concat, Reader } from "./bytes.ts";
import type { Cleaned } from "./clean_image.ts";
import { UPRIGHT } from "./exif.ts";

const EXTENSION = 0x21;
const PICTURE = 0x2c;
const END = 0x3b;
const COMMENT = 0xfe;
const APPLICATION = 0xff;
/** How often an animation runs, and the colour profile. */
const NEEDED_APPLICATIONS = new Set(["NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"]);

/** Keeps pictures, their timing, how often they repeat and the colour profile. Comments, XMP and the rest go. */
export function cleanGif(bytes: Bytes): Cleaned {
  const reader = new Reader(bytes, 6);
  skipScreen(reader);
  const kept = [bytes.subarray(0, reader.position)];
  let hasPicture = false;
  // Some writers forget to say that it ends.
  while (reader.left || !hasPicture) {
    assertFew(kept.length);
    const start = reader.position;
    const block = reader.u8();
    if (block === END) break;
    if (block === PICTURE) {
      skipPicture(reader);
      hasPicture = true;
    } else if (block !== EXTENSION) throw new Refusal("file_unreadable");
    else if (!skipExtension(reader)) continue;
    kept.push(bytes.subarray(start, reader.position));
  }
  if (!hasPicture) throw new Refusal("file_unreadable");
  return { bytes: concat([...kept, Uint8Array.of(END)]), orientation: UPRIGHT };
}

function skipScreen(reader: Reader): void {
  reader.take(4);
  const flags = reader.u8();
  reader.take(2);
  skipColours(reader, flags);
}

function skipPicture(reader: Reader): void {
  reader.take(8);
  skipColours(reader, reader.u8());
  reader.take(1);
  skipBlocks(reader);
}

/** Whether it is needed. */
function skipExtension(reader: Reader): boolean {
  const label = reader.u8();
  const start = reader.position;
  let isNeeded = label !== COMMENT;
  if (label === APPLICATION) {
    isNeeded = NEEDED_APPLICATIONS.has(reader.text(reader.u8()));
    reader.position = start;
  }
  skipBlocks(reader);
  return isNeeded;
}

function skipColours(reader: Reader, flags: number): void {
  if (flags & 0x80) reader.take(3 * 2 ** ((flags & 7) + 1));
}

function skipBlocks(reader: Reader): void {
  for (let length = reader.u8(); length > 0; length = reader.u8()) reader.take(length);
}
