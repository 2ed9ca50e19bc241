import { demuxerOf, isSound } from "./container.ts";
import { coverInParts, editsOf } from "./cover_in_parts.ts";
import { coverOfWhole } from "./cover_of_whole.ts";
import { createDecoder, type Decoder } from "./decoder.ts";
import { withFilm } from "./film.ts";
import type { Job } from "./job.ts";
import type { Limits } from "./limits.ts";
import { EngineMissing, type FetchEngine, loadEngine } from "./loader.ts";
import { CoverRefusal, tooSlow, unreadable } from "./refusal.ts";
import type { Source } from "./source.ts";
import { createTurns } from "./turns.ts";

export type { Limits } from "./limits.ts";
export { LIMITS } from "./limits.ts";
export type { EngineFile, FetchEngine } from "./loader.ts";
export { CoverRefusal, type CoverRefusalCode } from "./refusal.ts";
export type { Source } from "./source.ts";

export interface CoverRequest {
  /** Milliseconds from the beginning of the film. */
  readonly time: number;
  /** `fast` takes the key picture at or before `time`, `exact` the picture that is on screen then. */
  readonly mode: "fast" | "exact";
  /** 0: as the other side says, keeping the proportions; both 0: as the film is, at most 3840. */
  readonly width: number;
  readonly height: number;
  readonly format: "png" | "jpg";
  /** 1 to 100, for jpg. */
  readonly quality?: number;
}

export interface Cover {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  /** Milliseconds: when the picture taken is shown. */
  readonly time: number;
  /** Milliseconds: of the film. */
  readonly duration: number;
}

/** One film is read while another one is decoded; more would not fit into a function's memory. */
const inTurn = createTurns(2, 16);

let decoder: Promise<Decoder> | undefined;

/**
 * Takes one picture out of a film.
 * @throws {CoverRefusal}
 */
export async function extractCover(
  source: Source,
  request: CoverRequest,
  limits: Limits,
  signal: AbortSignal,
  fetchEngine?: FetchEngine,
): Promise<Cover> {
  const deadline = performance.now() + limits.wall;
  const stop = AbortSignal.any([signal, AbortSignal.timeout(limits.wall)]);
  const job: Job = {
    source: untilAborted(source, stop),
    request,
    limits,
    async decode(film, args) {
      decoder ??= loadEngine(fetchEngine).then(createDecoder);
      // What was missing may be there the next time.
      const ready = await decoder.catch((error) => {
        decoder = undefined;
        throw error;
      });
      return await ready.run(film, args, deadline);
    },
  };
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const refuse = () => reject(tooSlow());
  stop.addEventListener("abort", refuse);
  if (stop.aborted) refuse();
  try {
    return await Promise.race([inTurn(() => makeCover(job)), tooLate]);
  } finally {
    stop.removeEventListener("abort", refuse);
  }
}

async function makeCover(job: Job): Promise<Cover> {
  const { source, limits } = job;
  try {
    const start = await source.read(0, 16);
    return await withFilm(source, limits, async (film) => {
      if (!film) return await coverOfWhole(demuxerFor(start), job);
      const codec = await film.track?.getCodec();
      const edits = film.track && await editsOf(film.track, film, job);
      return film.track && codec && edits && !edits.areMany
        ? await coverInParts(film.track, codec, film.start, edits, job)
        : await coverOfWhole(film.demuxer, job);
    });
  } catch (error) {
    if (error instanceof CoverRefusal || error instanceof EngineMissing) throw error;
    // The demuxer has as many words for a broken film as there are ways to break one.
    throw unreadable("The film cannot be read.", error);
  } finally {
    source.close?.();
  }
}

function demuxerFor(start: Uint8Array): string {
  const demuxer = demuxerOf(start);
  if (demuxer) return demuxer;
  throw isSound(start)
    ? new CoverRefusal("video_has_no_picture", "There is only sound in it.")
    : unreadable("This is not a film.");
}

/** A demuxer that nobody waits for any more would go on reading. */
function untilAborted(source: Source, signal: AbortSignal): Source {
  return {
    size: source.size,
    read(start, end) {
      return signal.aborted ? Promise.reject(tooSlow()) : source.read(start, end);
    },
    expect: (bytes) => source.expect?.(bytes),
    get bytesRead() {
      return source.bytesRead;
    },
    close: () => source.close?.(),
  };
}
