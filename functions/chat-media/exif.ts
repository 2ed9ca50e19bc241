import { type Bytes, Reader } from "./bytes.ts";

const ORIENTATION = 0x0112;
/** As pixels are stored: upright. */
export const UPRIGHT = 1;

/** How a picture is turned, 1 to 8, as its Exif says; upright when it does not, or nonsense. */
export function readOrientation(tiff: Bytes): number {
  try {
    const reader = new Reader(tiff);
    const isLittleEndian = reader.text(2) === "II";
    reader.take(2);
    reader.position = reader.u32(isLittleEndian);
    for (let entries = reader.u16(isLittleEndian); entries > 0; entries -= 1) {
      const tag = reader.u16(isLittleEndian);
      reader.take(6); // type and count
      const value = reader.u16(isLittleEndian);
      reader.take(2);
      if (tag === ORIENTATION) return value >= 1 && value <= 8 ? value : UPRIGHT;
    }
  } catch {
    // Too short for what it says: nobody else could read it either.
  }
  return UPRIGHT;
}

/** The smallest Exif that still turns a picture the right way; nothing when it is upright. */
export function orientationOnly(orientation: number): Bytes | null {
  if (orientation === UPRIGHT) return null;
  // deno-fmt-ignore
  return Uint8Array.of(
    0x4d, 0x4d, 0, 42, 0, 0, 0, 8, // big-endian, the first directory is at 8
    0, 1, // one entry
    ORIENTATION >> 8, ORIENTATION & 0xff, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, // one short
    0, 0, 0, 0, // no other directory
  );
}

/** Whether width and height change places before anybody sees the picture. */
export function liesOnItsSide(orientation: number): boolean {
  return orientation >= 5;
}
