import { Refusal } from "../_shared/refusal.ts";
import { ascii, assertFew, type Bytes, concat, latin1, Reader, u16 } from "./bytes.ts";
import type { Cleaned } from "./clean_image.ts";
import { orientationOnly, readOrientation, UPRIGHT } from "./exif.ts";

const EXIF = "Exif\0\0";
const SOI = Uint8Array.of(0xff, 0xd8);
const EOI = Uint8Array.of(0xff, 0xd9);
const SOS = 0xda;
/** JFIF's own thumbnail follows these: it may show what was cut away later. */
const JFIF_HEADER_LENGTH = 12;

type Segment = { marker: number; payload: Bytes };

/**
 * Keeps what a decoder needs: frames, tables, scans, JFIF, Adobe's colour transform and the colour profile. Everything
 * else goes: Exif but for the orientation, XMP, IPTC, comments, previews, second pictures and films after the end.
 */
export function cleanJpeg(bytes: Bytes): Cleaned {
  const reader = new Reader(bytes, SOI.length);
  const first: Bytes[] = []; // JFIF must come first, and Exif right behind it
  const rest: Bytes[] = [];
  let orientation: number | null = null;
  let hasPicture = false;
  for (;;) {
    const segment = nextSegment(reader, hasPicture);
    if (segment === null) break;
    assertFew(rest.length);
    const { marker, payload } = segment;
    if (marker === 0xe1 && startsWith(payload, EXIF)) {
      orientation ??= readOrientation(payload.subarray(EXIF.length));
    } else if (isJfif(segment)) {
      if (!first.length) first.push(jfif(payload));
    } else if (isNeeded(segment)) {
      rest.push(assemble(marker, payload));
    }
    if (marker === SOS) {
      rest.push(scan(reader, bytes));
      hasPicture = true;
    }
  }
  if (!hasPicture) throw new Refusal("file_unreadable");
  const tiff = orientationOnly(orientation ?? UPRIGHT);
  if (tiff) first.push(assemble(0xe1, concat([ascii(EXIF), tiff])));
  return { bytes: concat([SOI, ...first, ...rest, EOI]), orientation: orientation ?? UPRIGHT };
}

/** Null at the end of the picture, where some cameras forget to say so. */
function nextSegment(reader: Reader, mayEnd: boolean): Segment | null {
  for (;;) {
    if (reader.left < 2 && mayEnd) return null;
    // What stands between segments is skipped by decoders too.
    while (reader.u8() !== 0xff);
    let marker = reader.u8();
    while (marker === 0xff) marker = reader.u8();
    if (marker === 0xd9) return null;
    if (isAlone(marker)) continue;
    if (marker < 0xc0) throw new Refusal("file_unreadable");
    const length = reader.u16();
    if (length < 2) throw new Refusal("file_unreadable");
    return { marker, payload: reader.take(length - 2) };
  }
}

/** The coded pixels behind a header of a scan, up to the next marker that does not belong to them. */
function scan(reader: Reader, bytes: Bytes): Bytes {
  const start = reader.position;
  let end = start;
  for (;;) {
    end = bytes.indexOf(0xff, end);
    if (end === -1) end = bytes.length;
    const marker = bytes[end + 1];
    if (marker === undefined) break;
    const isPixel = marker === 0 || (marker >= 0xd0 && marker <= 0xd7);
    if (!isPixel && marker !== 0xff) break;
    end += isPixel ? 2 : 1;
  }
  reader.position = end;
  return bytes.subarray(start, end);
}

function isNeeded({ marker, payload }: Segment): boolean {
  if (marker === 0xe2) return startsWith(payload, "ICC_PROFILE\0");
  if (marker === 0xee) return startsWith(payload, "Adobe");
  const isApplications = marker >= 0xe0 && marker <= 0xef;
  const isComment = marker === 0xfe;
  const isReserved = marker >= 0xf0 && marker <= 0xfd;
  return !isApplications && !isComment && !isReserved;
}

// Restart markers, a second beginning, and filling.
function isAlone(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

function isJfif({ marker, payload }: Segment): boolean {
  return marker === 0xe0 && startsWith(payload, "JFIF\0") &&
    payload.length > JFIF_HEADER_LENGTH + 1;
}

function jfif(payload: Bytes): Bytes {
  const header = payload.subarray(0, JFIF_HEADER_LENGTH);
  return assemble(0xe0, concat([header, Uint8Array.of(0, 0)]));
}

function assemble(marker: number, payload: Bytes): Bytes {
  return concat([Uint8Array.of(0xff, marker), u16(payload.length + 2), payload]);
}

function startsWith(bytes: Bytes, text: string): boolean {
  return latin1(bytes.subarray(0, text.length)) === text;
}
