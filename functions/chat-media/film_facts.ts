import { Refusal } from "../_shared/refusal.ts";
import { ALL_FORMATS, CustomSource, Input } from "./deps.ts";
import type { Sides } from "./image_facts.ts";
import { OverBudget, type StoredFile } from "./stored_file.ts";

/** What a film or a sound says of itself; `duration` in milliseconds. Fields are missing where it does not say. */
export type FilmFacts = Partial<Sides> & { duration?: number };

/** Longer than any film: a length beyond it is nonsense. */
export const MAX_DURATION = 24 * 60 * 60 * 1000;
const MAX_SIDE = 16_384;

/**
 * Reads the tracks. Null for formats that mediabunny does not know, such as AMR.
 * @throws {Refusal} `file_disguised` for sound without picture among the films, and for films among the sounds;
 * `file_unreadable` for what begins as a known format and does not go on as one
 */
export async function readFilm(
  file: StoredFile,
  kind: "video" | "audio",
): Promise<FilmFacts | null> {
  let failure: unknown = null;
  const read = async (start: number, end: number) => {
    try {
      return await file.read(start, end);
    } catch (error) {
      failure ??= error; // a parser may take it for a broken file, and that would cost the file
      throw error;
    }
  };
  const input = new Input({
    formats: ALL_FORMATS,
    source: new CustomSource({
      getSize: () => file.size,
      read,
      handleUnhandledError: () => {},
    }),
  });
  const facts: FilmFacts = {};
  try {
    if (!await input.canRead()) return failure ? rethrow(failure, facts) : null;
    Object.assign(facts, await readTracks(input, kind));
    Object.assign(facts, await readDuration(input));
    return facts;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (failure) return rethrow(failure, facts);
    throw new Refusal("file_unreadable");
  } finally {
    input.dispose();
  }
}

/** What was found until the budget was spent is true as well; other failures are not the file's. */
function rethrow(failure: unknown, facts: FilmFacts): FilmFacts {
  if (failure instanceof OverBudget) return facts;
  throw failure;
}

async function readTracks(input: Input, kind: "video" | "audio"): Promise<Partial<Sides>> {
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  if (!video && !audio) throw new Refusal("file_unreadable");
  if ((video !== null) !== (kind === "video")) throw new Refusal("file_disguised");
  if (!video) return {};
  const [width, height] = [await video.getDisplayWidth(), await video.getDisplayHeight()];
  const isSane = [width, height].every((side) => side > 0 && side <= MAX_SIDE);
  if (!isSane) throw new Refusal("file_unreadable");
  return { width: Math.round(width), height: Math.round(height) };
}

async function readDuration(input: Input): Promise<{ duration?: number }> {
  // What browsers record comes in fragments, and its head knows of the first moments at most.
  const told = await input.getDurationFromMetadata();
  const seconds = told !== null && told >= 1 ? told : await input.computeDuration();
  const duration = Math.round(seconds * 1000);
  return duration >= 0 && duration <= MAX_DURATION ? { duration } : {};
}
