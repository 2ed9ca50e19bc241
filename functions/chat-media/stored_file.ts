import type { Client } from "../_shared/call.ts";
import { Refusal } from "../_shared/refusal.ts";
import { type Bytes, isEqual } from "./bytes.ts";

/** Ranges are asked for in blocks: looking around in a header costs one request, not twenty. */
const BLOCK = 64 * 1024;

/** What a file may cost: more is read of none, however it is made. */
export class OverBudget extends Error {}

/** Reads parts of a file in Storage with the rights of the service, remembering what it has read. */
export class StoredFile {
  readonly #storage: Client["storage"];
  readonly #upload: StoredUpload;
  readonly #blocks = new Map<number, Bytes>();
  #budget: number;

  constructor(storage: Client["storage"], upload: StoredUpload, budget: number) {
    this.#storage = storage;
    this.#upload = upload;
    this.#budget = budget;
  }

  get size(): number {
    return this.#upload.size;
  }

  /** From `start` up to and without `end`; less only where the file ends. @throws {OverBudget} */
  async read(start: number, end: number): Promise<Bytes> {
    const until = Math.min(end, this.size);
    if (until <= start) return new Uint8Array();
    const first = Math.floor(start / BLOCK);
    const behind = Math.ceil(until / BLOCK);
    await this.#fetchBlocks(first, behind);
    const bytes = new Uint8Array(until - start);
    for (let i = first; i < behind; i += 1) {
      const block = this.#blocks.get(i) ?? new Uint8Array();
      const from = Math.max(start - i * BLOCK, 0);
      bytes.set(block.subarray(from, until - i * BLOCK), i * BLOCK + from - start);
    }
    return bytes;
  }

  /** Asks once for everything between the first and the last block that is missing. */
  async #fetchBlocks(first: number, behind: number): Promise<void> {
    while (first < behind && this.#blocks.has(first)) first += 1;
    while (behind > first && this.#blocks.has(behind - 1)) behind -= 1;
    if (first === behind) return;
    const start = first * BLOCK;
    const end = Math.min(behind * BLOCK, this.size);
    this.#budget -= end - start;
    if (this.#budget < 0) throw new OverBudget();
    const bytes = await readRange(this.#storage, this.#upload, start, end);
    for (let i = first; i < behind; i += 1) {
      this.#blocks.set(i, bytes.subarray((i - first) * BLOCK, (i - first + 1) * BLOCK));
    }
  }
}

/** What Storage says of the bytes that it has of a path. */
export type StoredUpload = {
  bucket: string;
  path: string;
  version: string;
  size: number;
  mimeType: string;
  /** `max-age=3600`, as the uploader said. */
  cacheControl: string;
};

/** @throws {Refusal} `busy` when Storage does not say */
export async function findUpload(
  storage: Client["storage"],
  { bucket, path }: { bucket: string; path: string },
): Promise<StoredUpload> {
  const { data, error } = await storage.from(bucket).info(path);
  if (error || data.size === undefined) throw new Refusal("busy");
  const { version, size, contentType, cacheControl = "" } = data;
  const mimeType = contentType || "application/octet-stream";
  return { bucket, path, version, size, mimeType, cacheControl };
}

/** The whole file. @throws {Refusal} `busy` when Storage does not give it, or another one than it said */
export async function readWhole(storage: Client["storage"], upload: StoredUpload): Promise<Bytes> {
  return await readRange(storage, upload, 0, upload.size);
}

/** Whether a file is exactly this. */
export async function isStored(
  storage: Client["storage"],
  upload: StoredUpload,
  bytes: Bytes,
): Promise<boolean> {
  let position = 0;
  for await (const chunk of await openStream(storage, upload)) {
    if (!isEqual(chunk, bytes.subarray(position, position + chunk.length))) return false;
    position += chunk.length;
  }
  return position === bytes.length;
}

/** The bytes of a file as they come. */
export async function openStream(
  storage: Client["storage"],
  { bucket, path, version }: StoredUpload,
  range?: string,
): Promise<ReadableStream<Bytes>> {
  const files = storage.from(bucket);
  if (range !== undefined) files.setHeader("range", range);
  // What an earlier version was may still lie in a cache on the way.
  const { data, error } = await files.download(path, { cacheNonce: version }).asStream();
  if (error) throw new Refusal("busy");
  return data;
}

async function readRange(
  storage: Client["storage"],
  upload: StoredUpload,
  start: number,
  end: number,
): Promise<Bytes> {
  const bytes = new Uint8Array(end - start);
  if (end === start) return bytes;
  let position = 0;
  for await (const chunk of await openStream(storage, upload, `bytes=${start}-${end - 1}`)) {
    // More than was asked for: the range was not heeded, or the file is another one by now.
    if (position + chunk.length > bytes.length) throw new Refusal("busy");
    bytes.set(chunk, position);
    position += chunk.length;
  }
  if (position < bytes.length) throw new Refusal("busy");
  return bytes;
}

/** Puts other bytes in the place of a file. What cannot be stored leaves the file as it was. */
export async function replaceFile(
  storage: Client["storage"],
  { bucket, path, cacheControl: was }: StoredUpload,
  body: Bytes | ReadableStream<Bytes>,
  contentType: string,
): Promise<void> {
  const cacheControl = /max-age=(\d+)/.exec(was)?.[1] ?? "3600";
  const { error } = await storage.from(bucket)
    .upload(path, body instanceof Uint8Array ? inPieces(body) : body, {
      upsert: true,
      contentType,
      cacheControl,
      duplex: "half",
    });
  if (error) throw new Refusal("busy");
}

/** A body that is sent in one piece is copied in one piece, twice: that doubles the memory that a picture takes. */
function inPieces(bytes: Bytes): ReadableStream<Bytes> {
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      if (position < bytes.length) controller.enqueue(bytes.slice(position, position += BLOCK));
      else controller.close();
    },
  });
}
