import { nameAt } from "./edits.ts";
import type { Limits } from "./limits.ts";
import { tooLarge } from "./refusal.ts";
import type { Source } from "./source.ts";

/** Boxes before the index that are skipped; a sound film has a handful. */
const MOST_BOXES = 100;

/** The index of an mp4; null when there is none. */
export async function readMoov(source: Source, { bytes }: Limits): Promise<DataView | null> {
  let at = 0;
  for (let box = 0; box < MOST_BOXES; box += 1) {
    const header = viewOf(await source.read(at, at + 16));
    if (header.byteLength < 16) return null;
    const short = header.getUint32(0);
    const size = short === 1 ? Number(header.getBigUint64(8)) : short;
    const content = at + (short === 1 ? 16 : 8);
    if (size < content - at) return null;
    if (nameAt(header, 4) === "moov") {
      if (size > bytes / 2) throw tooLarge("The index of the film is too large.");
      return viewOf(await source.read(content, at + size));
    }
    at += size;
  }
  return null;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
