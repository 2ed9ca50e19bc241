import { MemoryLocker, Server } from "@tus/server";
import type { Log } from "../../service.ts";
import type { Uploads } from "./contract.ts";
import { createHooks } from "./tus_hooks.ts";
import { withPatience } from "./tus_patience.ts";
import { openRecords, type Records } from "./tus_records.ts";
import { UploadStore } from "./tus_store.ts";
import { PATH, type VisitOptions } from "./tus_visit.ts";

export interface TusOptions extends VisitOptions {
  readonly uploads: Uploads;
  /** Where uploads wait until they are complete; on the file system of the objects, for they are moved. */
  readonly folder: string;
  /** The stack's public address, such as `http://127.0.0.1:54321`. */
  readonly publicUrl: string;
  /** Bytes; the largest object of any bucket. */
  readonly sizeLimit: number;
  readonly log: Log;
  /** Milliseconds an upload may take. */
  readonly expiry?: number;
  /** Milliseconds in which something of a body has to arrive. */
  readonly patience?: number;
}

export interface Tus extends AsyncDisposable {
  /** Answers one request under `/storage/v1/upload/resumable`. */
  fetch(request: Request): Promise<Response>;
}

const HOUR = 3_600_000;
const PATIENCE = 60_000;

/** Uploads that have run out are looked for this often, or more often where they run out sooner. */
const SWEEP_INTERVAL = 600_000;

/** How long a request may go on when another wants its upload: a client that lost its connection comes back. */
const LOCK_DRAIN = 500;

/** Resumable uploads after the TUS protocol 1.0. */
export function createTus(options: TusOptions): Tus {
  const running = run(options);
  // Whoever calls is told.
  running.catch(() => {});
  return {
    fetch: async (request) => await (await running).fetch(request),
    [Symbol.asyncDispose]: async () => {
      await running.then((tus) => tus[Symbol.asyncDispose](), () => {});
    },
  };
}

async function run(options: TusOptions): Promise<Tus> {
  const { uploads, folder, sizeLimit, log, expiry = HOUR, patience = PATIENCE } = options;
  const records = await openRecords(folder);
  const store = new UploadStore({ records, uploads, expiry });
  const locker = new MemoryLocker();
  const server = new Server({
    path: PATH,
    datastore: store,
    locker,
    lockDrainTimeout: LOCK_DRAIN,
    maxSize: sizeLimit,
    disableTerminationForFinishedUploads: true,
    ...createHooks({ ...options, records, store }),
  });

  const isBusy = (id: string) => locker.locks.has(id) || store.isFinishing(id);
  const sweep = () => removeExpired(records, expiry, isBusy);
  await records.tidy();
  await sweep();
  await finishReceived(records, store, log);
  let sweeping = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweep().catch((error) => log(`storage: old uploads stay: ${error}`));
  }, Math.min(expiry, SWEEP_INTERVAL));

  return {
    fetch: (request) => server.handleWeb(withPatience(request, patience)),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await sweeping;
    },
  };
}

async function removeExpired(
  records: Records,
  expiry: number,
  isBusy: (id: string) => boolean,
): Promise<void> {
  for (const { id, createdAt } of await records.list()) {
    const isExpired = Date.parse(createdAt) + expiry < Date.now();
    if (isExpired && !isBusy(id)) await records.remove(id);
  }
}

// The process ended between the last byte and the object: the client has been told that all is well.
async function finishReceived(records: Records, store: UploadStore, log: Log): Promise<void> {
  for (const { id, target, finished } of await records.list()) {
    if (finished || (await store.getUpload(id)).offset < target.contentLength) continue;
    await store.finish(id, target.upsert)
      .catch((error) => log(`storage: ${id} was received, and cannot be kept: ${error}`));
  }
}
