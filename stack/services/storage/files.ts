import { createHash } from "node:crypto";
import { join } from "node:path";
import { validate } from "uuid";
import type { Received } from "./contract.ts";
import { tooLarge } from "./errors.ts";

/** Bytes read from disk at once. */
const CHUNK = 256 * 1024;

/**
 * Where bytes lie: a file for each version of an object. Names that people choose are in the database only; on disk
 * there are hashes and uuids. A version never changes, so who reads one needs no lock.
 */
export interface Files {
  /**
   * Writes a body to the end under a name that nobody can ask for. On failure nothing is left.
   * @throws {StorageError} EntityTooLarge as soon as there is more than `limit`
   */
  receive(body: AsyncIterable<Uint8Array>, limit: number): Promise<Received>;
  /** The same bytes once more, without copying them. */
  duplicate(path: string): Promise<string>;
  /** Makes a received file the version of that name; it is safe on disk when this returns. */
  keep(path: string, bucketId: string, version: string): Promise<void>;
  pathOf(bucketId: string, version: string): string;
  discard(path: string): Promise<void>;
  remove(bucketId: string, versions: readonly string[]): Promise<void>;
  /** Removes what a crash has left: unfinished files, and versions that no row names. */
  tidy(versions: ReadonlyMap<string, ReadonlySet<string>>): Promise<void>;
}

export async function openFiles(folder: string): Promise<Files> {
  const incoming = join(folder, "incoming");
  const kept = join(folder, "objects");
  await Deno.mkdir(incoming, { recursive: true });
  await Deno.mkdir(kept, { recursive: true });
  const folderOf = (bucketId: string) => join(kept, hash("sha256", bucketId));
  // Versions are our own uuids; a row that somebody wrote by hand must not lead anywhere else.
  const pathOf = (bucketId: string, version: string) =>
    join(folderOf(bucketId), validate(version) ? version : "none");
  const unfinished = () => join(incoming, crypto.randomUUID());

  return {
    pathOf,
    discard,
    receive: (body, limit) => receive(unfinished(), body, limit),
    duplicate: async (path) => {
      const copy = unfinished();
      await Deno.link(path, copy);
      return copy;
    },
    keep: async (path, bucketId, version) => {
      await Deno.mkdir(folderOf(bucketId), { recursive: true });
      await Deno.rename(path, pathOf(bucketId, version));
      await syncFolder(folderOf(bucketId));
      await syncFolder(kept);
    },
    remove: async (bucketId, versions) => {
      for (const version of versions) await discard(pathOf(bucketId, version));
    },
    tidy: async (versions) => {
      for await (const { name } of Deno.readDir(incoming)) await discard(join(incoming, name));
      const named = new Map([...versions].map(([id, set]) => [hash("sha256", id), set]));
      for await (const { name } of Deno.readDir(kept)) {
        await tidyFolder(join(kept, name), named.get(name) ?? new Set());
      }
    },
  };
}

/** A file's bytes from `start`, `length` of them. The file is closed when the reader has them, or is gone. */
export function readBytes(
  file: Deno.FsFile,
  start: number,
  length: number,
): ReadableStream<Uint8Array> {
  let left = length;
  return new ReadableStream<Uint8Array>({
    start: async () => void await file.seek(start, Deno.SeekMode.Start),
    pull: async (controller) => {
      const buffer = new Uint8Array(Math.min(CHUNK, left));
      const read = left > 0 ? await file.read(buffer) : null;
      if (read) controller.enqueue(buffer.subarray(0, read));
      left -= read ?? left;
      if (left > 0) return;
      file.close();
      controller.close();
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}

async function receive(
  path: string,
  body: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Received> {
  try {
    using file = await Deno.open(path, { write: true, createNew: true });
    // What S3 and the real service answer with; nothing trusts it.
    const digest = createHash("md5");
    let size = 0;
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > limit) throw tooLarge();
      digest.update(chunk);
      await writeAll(file, chunk);
    }
    await file.sync();
    return { path, size, eTag: `"${digest.digest("hex")}"` };
  } catch (error) {
    await discard(path);
    throw error;
  }
}

async function writeAll(file: Deno.FsFile, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength;) {
    written += await file.write(chunk.subarray(written));
  }
}

async function discard(path: string): Promise<void> {
  await Deno.remove(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

async function syncFolder(path: string): Promise<void> {
  using folder = await Deno.open(path);
  await folder.sync();
}

async function tidyFolder(folder: string, versions: ReadonlySet<string>): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!versions.has(name)) await discard(join(folder, name));
  }
}

function hash(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest("hex");
}
