import { fetchBytes, type FetchRange } from "./fetch_bytes.ts";
import type { Limits } from "./limits.ts";
import { createPieces } from "./pieces.ts";
import { tooLarge, unreadable } from "./refusal.ts";
import type { Source } from "./source.ts";

export type { FetchRange } from "./fetch_bytes.ts";

const BLOCK = 64 * 1024;
const MOST_AHEAD = 1024 * 1024;
/** Less than is kept, or the first blocks would be gone before they are used. */
const MOST_EXPECTED = 4 * 1024 * 1024;
/**
 * A film behind HTTP, read in blocks; `end` of a range is the first byte not wanted.
 * @throws {CoverRefusal} `video_unreachable`, `video_unreadable`
 */
export async function openHttpSource(
  fetchRange: FetchRange,
  limits: Limits,
  signal: AbortSignal,
): Promise<Source> {
  const first = await fetchBytes(fetchRange, { start: 0, end: BLOCK }, signal);
  const { size, etag } = first;
  const pieces = createPieces();
  pieces.put(0, first.bytes);
  let bytesRead = first.bytes.length;
  /** Where the last fetch ended, and how much the next one takes in advance if it goes on there. */
  let lastEnd = bytesRead;
  let ahead = BLOCK;
  let expected = 0;

  async function load(start: number, end: number): Promise<Uint8Array> {
    if (bytesRead + end - start > limits.bytes) {
      throw tooLarge("Finding the picture would mean reading too much of the film.");
    }
    bytesRead += end - start;
    const next = await fetchBytes(fetchRange, { start, end }, signal);
    if (next.size !== size || next.etag !== etag) {
      throw unreadable("The film changed while it was being read.");
    }
    lastEnd = end;
    return next.bytes;
  }

  /** The end of a fetch from `start` on of which `end` is needed. */
  function reach(start: number, end: number): number {
    ahead = start === lastEnd ? Math.min(ahead * 2, MOST_AHEAD) : 0;
    const wanted = Math.max(end, start + ahead, start + expected);
    expected = 0;
    return Math.min(size, Math.ceil(wanted / BLOCK) * BLOCK);
  }

  async function read(from: number, to: number): Promise<Uint8Array> {
    const start = Math.min(Math.max(0, from), size);
    const end = Math.min(Math.max(start, to), size);
    for (let hole = pieces.hole(start, end); hole; hole = pieces.hole(start, end)) {
      const block = Math.floor(hole.start / BLOCK) * BLOCK;
      pieces.put(block, await load(block, reach(block, hole.end)));
    }
    return pieces.take(start, end);
  }

  let turn: Promise<unknown> = Promise.resolve();
  return {
    size,
    // One after the other: two reads of the same block would fetch it twice.
    read(start, end) {
      const answer = turn.then(() => read(start, end));
      turn = answer.catch(() => {});
      return answer;
    },
    expect: (bytes) => expected = Math.min(bytes, MOST_EXPECTED),
    get bytesRead() {
      return bytesRead;
    },
    close: pieces.clear,
  };
}
