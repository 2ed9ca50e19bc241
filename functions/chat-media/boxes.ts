import { Refusal } from "../_shared/refusal.ts";
import { ascii, assertFew, type Bytes, Reader } from "./bytes.ts";

/** A part of a file of the MPEG-4 family: MP4, QuickTime, HEIC, AVIF. */
export type Box = {
  readonly type: string;
  readonly start: number;
  /** Where the content begins, behind type and size. */
  readonly body: number;
  readonly end: number;
};

/** Size and type, and the size again where it needs eight bytes. */
export const HEAD = 16;

/** The boxes between two places. @throws {Refusal} `file_unreadable` when they do not fit exactly */
export function readBoxes(bytes: Bytes, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  // Four zeros end the list in old QuickTime files.
  for (let start = from; to - start >= 8;) {
    assertFew(boxes.length);
    const box = readBox(bytes.subarray(start, Math.min(start + HEAD, to)), start, to);
    if (!box) throw new Refusal("file_unreadable");
    boxes.push(box);
    start = box.end;
  }
  return boxes;
}

/** One box from its first 16 bytes, or what there is of them; null when it cannot be one. */
export function readBox(head: Bytes, start: number, to: number): Box | null {
  if (head.length < 8) return null;
  const reader = new Reader(head);
  const size = reader.u32();
  const type = reader.text(4);
  if (size === 1 && reader.left < 8) return null;
  const length = size === 1 ? reader.u64() : size === 0 ? to - start : size;
  if (length < reader.position || length > to - start) return null;
  return { type, start, body: start + reader.position, end: start + length };
}

const FREE = ascii("free");

/**
 * Empties a box. Its size stays, so that nothing else moves, and its place among the others. The bytes may be a part
 * of the file only, from `offset` on.
 */
export function freeBox(bytes: Bytes, { start, body, end }: Box, offset = 0): void {
  // Letters and zeros that fall outside of this part are no concern of it.
  FREE.forEach((letter, i) => bytes[start + 4 + i - offset] = letter);
  bytes.fill(0, Math.max(body - offset, 0), Math.max(end - offset, 0));
}
