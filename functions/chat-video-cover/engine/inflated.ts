import { tooLarge } from "./refusal.ts";

/** Reads how many pictures a box names, from what follows its header; may correct it to `most`. */
type Count = (view: DataView, at: number, most: number) => number;
export type Boxes = Readonly<Record<number, Count>>;

/** What the index of a fragment holds. */
export const FRAGMENT: Boxes = { [nameOf("trun")]: countOfBareRun };

/** What may come while a film is opened: its index, and its first fragment. */
export const OPENING: Boxes = {
  ...FRAGMENT,
  [nameOf("stts")]: sumOfTimes,
  [nameOf("ctts")]: sumOfRuns,
  [nameOf("stz2")]: countOfNothing,
  [nameOf("stsc")]: countInChunks,
};

/** Whether the bytes may announce fragments. */
export function mayAnnounceFragments(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes).includes("mvex");
}

/** Bytes of a box, at most, up to where its lie is told. */
export const LONGEST_LIE = 32;

/**
 * Refuses indexes of mp4 that name billions of pictures in a few bytes, or takes the lie out of them where that
 * does no harm: the demuxer looks at every one of them, and nothing could stop it. Looks at raw bytes instead of nested boxes, so that there is no way of
 * nesting or overlapping them around it.
 */
export function refuseInflated(bytes: Uint8Array, boxes: Boxes, most: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 4; at + 4 <= bytes.length; at += 1) {
    const count = boxes[view.getUint32(at)];
    if (!count) continue;
    // A size of 1 says that the size follows the name, in eight bytes.
    const content = at + (view.getUint32(at - 4) === 1 ? 12 : 4);
    if (content + 12 > bytes.length) continue;
    if (count(view, content, most) > most) throw tooLarge("The film has too many pictures.");
  }
}

/** Runs of pictures: each a count, and something that all of them have. */
function sumOfRuns(view: DataView, at: number): number {
  return runs(view, at, 8).reduce((sum, run) => sum + view.getUint32(run), 0);
}

/** Runs of pictures, and how long each is shown. Sound may be here, too, in samples of one tick: its end is cut off. */
function sumOfTimes(view: DataView, at: number, most: number): number {
  let sum = 0;
  for (const run of runs(view, at, 8)) {
    const isSound = view.getUint32(run + 4) === 1;
    if (isSound && sum + view.getUint32(run) > most) view.setUint32(run, most - sum);
    sum += view.getUint32(run);
    if (sum > most) break;
  }
  return sum;
}

/** How many lie together: all are looked at for each one, and sound may have more than that. */
function countInChunks(view: DataView, at: number, most: number): number {
  for (const run of runs(view, at, 12)) {
    if (view.getUint32(run + 4) > most) view.setUint32(run + 4, most);
  }
  return 0;
}

/** Where the runs of a list begin, as far as they are there. */
function runs(view: DataView, at: number, size: number): number[] {
  const length = Math.min(
    view.getUint32(at + 4),
    Math.max(0, Math.floor((view.byteLength - at - 8) / size)),
  );
  return Array.from({ length }, (_, run) => at + 8 + run * size);
}

/** A run whose pictures have no bytes of their own in it. */
function countOfBareRun(view: DataView, at: number): number {
  return (view.getUint32(at) & 0x000f00) === 0 ? view.getUint32(at + 4) : 0;
}

/** Sizes of zero bits each. */
function countOfNothing(view: DataView, at: number): number {
  return (view.getUint32(at + 4) & 0xff) === 0 ? view.getUint32(at + 8) : 0;
}

function nameOf(name: string): number {
  return new DataView(new TextEncoder().encode(name).buffer).getUint32(0);
}
