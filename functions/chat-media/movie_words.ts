import { type Box, HEAD, readBox } from "./boxes.ts";
import type { Bytes } from "./bytes.ts";

/** From `start` up to and without `end`, or less where the file ends. */
export type Read = (start: number, end: number) => Promise<Bytes>;

/** Where cameras and apps write the place, the owner, the device and titles. */
const WORDS = new Set(["udta", "meta", "uuid"]);
const CONTAINERS = new Set(["moov", "trak", "mdia"]);
/** From here on there are thousands of small boxes, all of them sound and picture. */
const FIRST_FRAGMENT = "moof";
/** Boxes looked at: a film has some fifty. */
const PATIENCE = 1000;

/**
 * The boxes in which a film of the MPEG-4 family tells more than sound and picture. Only their heads are read, however
 * long the film is. Tracks of data beside sound and picture, which some action cameras fill with places, are not found.
 */
export async function findWords(read: Read, from: number, to: number): Promise<Box[]> {
  const found: Box[] = [];
  const areas = [{ from, to }];
  for (let looked = 0; looked < PATIENCE; looked += 1) {
    const area = areas.pop();
    if (!area) break;
    const head = await read(area.from, Math.min(area.from + HEAD, area.to));
    const box = readBox(head, area.from, area.to);
    // What is no box is no place either that anybody finds a word in. Whether it is a film is for others to say.
    if (!box) continue;
    if (box.type === FIRST_FRAGMENT) break;
    areas.push({ from: box.end, to: area.to });
    if (WORDS.has(box.type)) found.push(box);
    else if (CONTAINERS.has(box.type)) areas.push({ from: box.body, to: box.end });
  }
  return found;
}
