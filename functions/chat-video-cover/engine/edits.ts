import { unreadable } from "./refusal.ts";

/** What the index of an mp4 says about a track and the demuxer does not tell. */
export type Edits = {
  /** Whether parts are left out, repeated or slowed down: more than one beginning and one end. */
  readonly areMany: boolean;
  /** Seconds after which nothing is shown; null when nothing is cut off. */
  readonly end: number | null;
};

export const NO_EDITS: Edits = { areMany: false, end: null };

type Box = { readonly name: string; readonly content: DataView };

/**
 * Reads the edits of one track.
 * @throws {CoverRefusal} `video_unreadable` when the pictures are in another file
 */
export function readEdits(moov: DataView, trackId: number): Edits {
  const track = boxes(moov).find(({ name, content }) =>
    name === "trak" && idOf(content) === trackId
  );
  const movie = find(moov, "mvhd");
  if (!track || !movie) return NO_EDITS;
  const references = find(track.content, "mdia", "minf", "dinf", "dref");
  if (references && !isSelfContained(references)) {
    throw unreadable("The pictures of the film are in another file.");
  }
  const list = find(track.content, "edts", "elst");
  return list ? summarise(list, timescaleOf(movie)) : NO_EDITS;
}

function summarise(list: DataView, timescale: number): Edits {
  const isLong = list.getUint8(0) === 1;
  const step = isLong ? 20 : 12;
  const count = Math.min(list.getUint32(4), Math.floor((list.byteLength - 8) / step));
  let shown = 0;
  let end = 0;
  let hasEnd = true;
  let isPlain = true;
  for (let at = 8; at < 8 + count * step; at += step) {
    const duration = isLong ? Number(list.getBigUint64(at)) : list.getUint32(at);
    const start = isLong ? list.getBigInt64(at + 8) : BigInt(list.getInt32(at + 4));
    const rate = list.getInt32(at + step - 4);
    end += duration;
    if (start === -1n) continue; // shows nothing for a while
    shown += 1;
    hasEnd &&= duration > 0;
    isPlain &&= rate === 0x10000;
  }
  return {
    areMany: shown > 1 || !isPlain,
    end: hasEnd && shown && timescale ? end / timescale : null,
  };
}

function isSelfContained(references: DataView): boolean {
  return boxes(part(references, 8)).every(({ name, content }) =>
    (name === "url " || name === "urn ") && (content.getUint32(0) & 1) === 1
  );
}

function idOf(track: DataView): number | undefined {
  const header = find(track, "tkhd");
  return header?.getUint32(header.getUint8(0) === 1 ? 20 : 12);
}

function timescaleOf(header: DataView): number {
  return header.getUint32(header.getUint8(0) === 1 ? 20 : 12);
}

function find(within: DataView, ...path: string[]): DataView | undefined {
  let content: DataView | undefined = within;
  for (const name of path) {
    content = content && boxes(content).find((box) => box.name === name)?.content;
  }
  return content;
}

function boxes(view: DataView): Box[] {
  const found: Box[] = [];
  for (let at = 0; at + 8 <= view.byteLength;) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > view.byteLength) break;
    found.push({ name: nameAt(view, at + 4), content: part(view, at + 8, size - 8) });
    at += size;
  }
  return found;
}

export function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(at + byte)));
}

function part(view: DataView, start: number, length = view.byteLength - start): DataView {
  return new DataView(view.buffer, view.byteOffset + start, length);
}
