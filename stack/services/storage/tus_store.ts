import { DataStore, ERRORS, Upload } from "@tus/server";
import type { Readable } from "node:stream";
import type { Uploads } from "./contract.ts";
import type { Records } from "./tus_records.ts";

export interface StoreOptions {
  readonly records: Records;
  readonly uploads: Uploads;
  /** Milliseconds from the beginning of an upload to its end, finished or not. */
  readonly expiry: number;
}

/** The bytes of uploads on disk, in the shape the protocol's library asks for. */
export class UploadStore extends DataStore {
  // The library's own store neither writes through to the disk nor keeps who began an upload.
  override extensions = ["creation", "creation-with-upload", "termination", "expiration"];
  readonly #options: StoreOptions;
  /** The last step happens outside the library's lock; whoever asks meanwhile waits for its outcome. */
  readonly #finishing = new Map<string, Promise<void>>();

  constructor(options: StoreOptions) {
    super();
    this.#options = options;
  }

  override getExpiration(): number {
    return this.#options.expiry;
  }

  isFinishing(id: string): boolean {
    return this.#finishing.has(id);
  }

  override async getUpload(id: string): Promise<Upload> {
    await this.#finishing.get(id)?.catch(() => {});
    const record = await this.#options.records.find(id);
    if (!record) throw ERRORS.FILE_NOT_FOUND;
    const size = record.target.contentLength;
    return new Upload({
      id,
      size,
      offset: record.finished ? size : await this.#received(id),
      metadata: record.metadata,
      creation_date: record.createdAt,
    });
  }

  /** Keeps whatever arrives, also when the connection breaks: what is on disk is what the client goes on from. */
  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    using file = await this.#open(id);
    await file.seek(offset, Deno.SeekMode.Start);
    try {
      for await (const chunk of stream) offset += await writeAll(file, chunk);
    } finally {
      await file.syncData();
    }
    return offset;
  }

  override async remove(id: string): Promise<void> {
    await this.#options.records.remove(id);
  }

  /** Makes a completely received upload the object. */
  async finish(id: string, upsert: boolean): Promise<void> {
    const finishing = this.#finishing.get(id) ??
      this.#finish(id, upsert).finally(() => this.#finishing.delete(id));
    this.#finishing.set(id, finishing);
    await finishing;
  }

  async #finish(id: string, upsert: boolean): Promise<void> {
    const { records, uploads } = this.#options;
    const record = await records.find(id);
    if (!record) throw ERRORS.FILE_NOT_FOUND;
    if (record.finished) return;
    const received = {
      path: records.pathOf(id),
      size: record.target.contentLength,
      // Every upload has a version of its own, so that this names its content as well as a digest would.
      eTag: `"${id.slice(id.lastIndexOf("/") + 1)}"`,
    };
    try {
      await uploads.complete(
        record.owner,
        { ...record.target, upsert },
        received,
        "storage.tus.upload.part",
      );
    } catch (error) {
      await records.remove(id);
      throw error;
    }
    await records.finish(record);
  }

  // The bytes of a finished upload are the object's; there is nothing left to write to.
  async #open(id: string): Promise<Deno.FsFile> {
    try {
      return await Deno.open(this.#options.records.pathOf(id), { write: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) throw ERRORS.INVALID_OFFSET;
      throw error;
    }
  }

  async #received(id: string): Promise<number> {
    try {
      return (await Deno.stat(this.#options.records.pathOf(id))).size;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) throw ERRORS.FILE_NO_LONGER_EXISTS;
      throw error;
    }
  }
}

async function writeAll(file: Deno.FsFile, chunk: Uint8Array): Promise<number> {
  let written = 0;
  while (written < chunk.length) written += await file.write(chunk.subarray(written));
  return written;
}
