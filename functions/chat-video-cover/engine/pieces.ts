import { free } from "./memory.ts";

type Piece = { readonly start: number; readonly end: number; readonly bytes: Uint8Array };

/** The parts of a film that were read last. */
export interface Pieces {
  put(start: number, bytes: Uint8Array): void;
  /** The first part of a range that is not here; null when all of it is. */
  hole(start: number, end: number): { start: number; end: number } | null;
  /** The bytes of a range without holes; not a copy where that is possible. */
  take(start: number, end: number): Uint8Array;
  clear(): void;
}

/** The newest piece stays, however long it is. */
const MOST_KEPT = 8 * 1024 * 1024;

export function createPieces(): Pieces {
  /** In the order of their last use. */
  let kept: Piece[] = [];

  function at(position: number): Piece | undefined {
    const piece = kept.find(({ start, end }) => start <= position && position < end);
    if (piece) kept = [...kept.filter((other) => other !== piece), piece];
    return piece;
  }

  return {
    put(start, bytes) {
      kept.push({ start, end: start + bytes.length, bytes });
      let sum = 0;
      kept = kept.reverse().filter((piece, age) => {
        sum += piece.bytes.length;
        return age === 0 || sum <= MOST_KEPT;
      }).reverse();
    },
    hole(start, end) {
      let from = start;
      for (let piece; from < end && (piece = at(from));) from = piece.end;
      const next = Math.min(end, ...kept.map((piece) => piece.start).filter((at) => at > from));
      return from < end ? { start: from, end: next } : null;
    },
    take(start, end) {
      const piece = at(start);
      if (piece && end <= piece.end) {
        return piece.bytes.subarray(start - piece.start, end - piece.start);
      }
      const bytes = new Uint8Array(end - start);
      for (let from = start; from < end;) {
        const part = at(from);
        if (!part) throw new Error(`Byte ${from} of the film was never read.`);
        bytes.set(part.bytes.subarray(from - part.start, end - part.start), from - start);
        from = part.end;
      }
      return bytes;
    },
    clear() {
      for (const { bytes } of kept) free(bytes);
      kept = [];
    },
  };
}
