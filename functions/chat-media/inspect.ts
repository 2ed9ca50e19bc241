import type { Client } from "../_shared/call.ts";
import { Refusal } from "../_shared/refusal.ts";
import { type Bytes, isEqual, latin1 } from "./bytes.ts";
import type { Box } from "./boxes.ts";
import { emptyBoxes } from "./clean_film.ts";
import { cleanImage } from "./clean_image.ts";
import { judgeType } from "./file_type.ts";
import { type FilmFacts, readFilm } from "./film_facts.ts";
import { measureImage, type Sides } from "./image_facts.ts";
import { findWords } from "./movie_words.ts";
import { openStream, OverBudget, readWhole, StoredFile, type StoredUpload } from "./stored_file.ts";

/** What the bytes of an upload say. */
export type Facts = FilmFacts & { mime_type: string; size: number; cleaned: boolean };
export type Inspected =
  | { facts: Facts }
  /** What the file must be replaced with before anybody else may see it, and what is true of it then. */
  | { facts: Facts; replacement: Bytes }
  /** The same, on its way past: it has to be looked at when it is stored. */
  | { stream: ReadableStream<Bytes>; mime_type: string };

/** Enough for the first bytes of all formats, and for the documents that are zip files. */
const HEAD = 64 * 1024;
/** Read of a film or a sound at most, its first bytes included. */
const BUDGET = 4 * 1024 * 1024;
/** The largest picture that is held in memory, whatever an operator allows to be uploaded. */
const LARGEST_IMAGE = 20 * 1024 * 1024;
/** A longer film would not be through before the function's time is up. */
const LARGEST_REWRITTEN_FILM = 50 * 1024 * 1024;

export type Storage = Client["storage"];

/** Bytes of an upload that are in memory while it is looked at. */
export function memoryOf({ bucket, size }: StoredUpload): number {
  const isPicture = bucket === "chat-images" || bucket === "chat-covers";
  return Math.min(size, isPicture ? LARGEST_IMAGE : BUDGET);
}

/**
 * Looks at an upload. Changes nothing.
 * @throws {Refusal} `file_disguised`, `file_unreadable`, `file_too_large`, `image_too_large`, `mime_type_invalid`: it
 * must go; `busy`: Storage could not give it
 */
export async function inspect(storage: Storage, upload: StoredUpload): Promise<Inspected> {
  switch (upload.bucket) {
    case "chat-videos":
      return await inspectFilm(storage, upload, "video");
    case "chat-audio":
      return await inspectFilm(storage, upload, "audio");
    case "chat-files":
      return await inspectFile(storage, upload);
    default: {
      const { before, after, facts } = await inspectImage(storage, upload);
      return isEqual(before, after) ? { facts } : { facts, replacement: after };
    }
  }
}

/** A picture as it was uploaded, and as it may be seen. */
export async function inspectImage(
  storage: Storage,
  upload: StoredUpload,
): Promise<{ before: Bytes; after: Bytes; facts: Facts & Sides }> {
  if (upload.size > LARGEST_IMAGE) throw new Refusal("file_too_large");
  const before = await readWhole(storage, upload);
  const mime_type = await judgeType(before, upload.mimeType, "image");
  const { bytes: after, orientation } = await cleanImage(before, mime_type);
  const sides = measureImage(after, orientation, mime_type);
  return { before, after, facts: { mime_type, size: after.length, cleaned: true, ...sides } };
}

async function inspectFile(storage: Storage, upload: StoredUpload): Promise<Inspected> {
  const head = await new StoredFile(storage, upload, HEAD).read(0, HEAD);
  const mime_type = await judgeType(head, upload.mimeType, "file");
  return { facts: { mime_type, size: upload.size, cleaned: false } };
}

async function inspectFilm(
  storage: Storage,
  upload: StoredUpload,
  kind: "video" | "audio",
): Promise<Inspected> {
  const file = new StoredFile(storage, upload, BUDGET);
  const head = await file.read(0, HEAD);
  const mime_type = await judgeType(head, upload.mimeType, kind);
  const words = await wordsIn(file, head);
  if (words?.length && upload.size <= LARGEST_REWRITTEN_FILM) {
    const stream = await openStream(storage, upload);
    return { stream: stream.pipeThrough(emptyBoxes(words, upload)), mime_type };
  }
  const film = await readFilm(file, kind);
  return { facts: { mime_type, size: upload.size, cleaned: words?.length === 0, ...film } };
}

/** What a film of the MPEG-4 family tells besides sound and picture; null when looking for it takes too long. */
async function wordsIn(file: StoredFile, head: Bytes): Promise<Box[] | null> {
  if (!/^(ftyp|moov|mdat|wide|free|skip)$/.test(latin1(head.subarray(4, 8)))) return [];
  try {
    return await findWords((start, end) => file.read(start, end), 0, file.size);
  } catch (error) {
    if (error instanceof OverBudget) return null;
    throw error;
  }
}
