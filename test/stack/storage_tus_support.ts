import { Buffer } from "node:buffer";
import { join } from "node:path";
import { createKeys, createSigningKey, type Keys } from "../../stack/keys.ts";
import { verifyCaller } from "../../stack/services/storage/callers.ts";
import type { Bucket, Caller, Target, Uploads } from "../../stack/services/storage/contract.ts";
import * as errors from "../../stack/services/storage/errors.ts";
import { createTus, type TusOptions } from "../../stack/services/storage/tus.ts";

export const PATH = "/storage/v1/upload/resumable";
export const MB = 1024 * 1024;

export interface StoredObject {
  readonly owner: string | null;
  readonly target: Target;
  readonly eTag: string;
  readonly path: string;
}

/** Storage's part behind resumable uploads, small enough to be ordered about. */
export interface World extends AsyncDisposable {
  readonly keys: Keys;
  /** Where unfinished uploads lie. */
  readonly folder: string;
  readonly objects: Map<string, StoredObject>;
  /** What was asked of the policies, in order. */
  readonly asked: string[];
  readonly log: string[];
  /** People who may upload; everyone else is refused. */
  readonly welcome: Set<string>;
  /** Stands between the last byte and the object. */
  beforeComplete: () => Promise<void>;
  start(options?: Partial<TusOptions>): TusServer;
  tokenOf(person: string): Promise<string>;
  unfinished(): string[];
  /** The bytes of the upload with this address. */
  fileOf(url: string): string;
  /** Resolves when that many bytes of an upload have arrived. */
  grown(url: string, size: number): Promise<void>;
  /** Makes an upload older than it is. */
  age(url: string, hours: number): Promise<void>;
}

export interface TusServer extends AsyncDisposable {
  readonly url: string;
  send(method: string, url: string, init?: Sent): Promise<Response>;
  /** Begins an upload and tells its address. */
  begin(person: string, name: string, size: number): Promise<string>;
  patch(person: string, url: string, offset: number, body: Body): Promise<Response>;
  offset(person: string, url: string): Promise<string | null>;
}

/** Bytes at once, or one after the other. */
export type Body = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;

export interface Sent {
  readonly as?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: Body;
  readonly signal?: AbortSignal;
}

const BUCKET: Bucket = {
  id: "files",
  public: false,
  file_size_limit: 300 * MB,
  allowed_mime_types: ["text/plain", "video/*", "application/octet-stream"],
};

export async function createWorld(): Promise<World> {
  const root = await Deno.makeTempDir({ prefix: "supabase-chat-tus-" });
  const folder = join(root, "unfinished");
  const keys = await createKeys(await createSigningKey());
  const fileOf = (url: string) => join(folder, idOf(url).slice(-36));
  const world: World = {
    keys,
    folder,
    objects: new Map(),
    asked: [],
    log: [],
    welcome: new Set(["alice", "bob", "mallory"]),
    beforeComplete: () => Promise.resolve(),
    tokenOf: (person) => tokenOf(keys, person),
    start: (options) => start(world, root, options),
    unfinished: () => [...Deno.readDirSync(folder)].map(({ name }) => name),
    fileOf,
    grown: (url, size) => grown(fileOf(url), size),
    age: async (url, hours) => {
      const path = `${fileOf(url)}.json`;
      const record = JSON.parse(await Deno.readTextFile(path));
      const createdAt = new Date(Date.now() - hours * 3_600_000).toISOString();
      await Deno.writeTextFile(path, JSON.stringify({ ...record, createdAt }));
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
  return world;
}

function start(world: World, root: string, options: Partial<TusOptions> = {}): TusServer {
  const { keys, folder } = world;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => tus.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const tus = createTus({
    uploads: createUploads(world, root),
    keys,
    verify: (request) => verifyCaller(keys, request),
    folder,
    publicUrl: url,
    sizeLimit: 400 * MB,
    log: (line) => world.log.push(line),
    ...options,
  });
  const send = (method: string, to: string, init: Sent = {}) => request(world, method, to, init);
  return {
    url,
    send,
    begin: async (person, name, size) => {
      const response = await send("POST", url + PATH, {
        as: person,
        headers: {
          "upload-length": String(size),
          "upload-metadata": metadata({ objectName: name }),
        },
      });
      await response.body?.cancel();
      const location = response.headers.get("location");
      if (!location) throw new Error(`No upload was begun: ${response.status}`);
      return location;
    },
    patch: (person, to, offset, body) => send("PATCH", to, { as: person, ...part(offset, body) }),
    offset: async (person, to) =>
      (await send("HEAD", to, { as: person })).headers.get("upload-offset"),
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      await tus[Symbol.asyncDispose]();
    },
  };
}

/** `bucket/object/version`, as the address of an upload carries it. */
export function idOf(url: string): string {
  return Buffer.from(url.split("/").at(-1)!, "base64url").toString();
}

/** Resolves when a file has that many bytes. */
export async function grown(path: string, size: number): Promise<void> {
  using watcher = Deno.watchFs(path);
  const isThere = async () => (await Deno.stat(path)).size >= size;
  if (await isThere()) return;
  for await (const _ of watcher) if (await isThere()) return;
}

/** Headers and body of one part of an upload. */
export function part(offset: number, body: Body) {
  return {
    headers: {
      "upload-offset": String(offset),
      "content-type": "application/offset+octet-stream",
    },
    body,
  };
}

/** `Upload-Metadata` for the bucket of these tests. */
export function metadata(entries: Record<string, string>): string {
  return Object.entries({ bucketName: "files", ...entries })
    .map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`).join(",");
}

async function request(world: World, method: string, url: string, init: Sent): Promise<Response> {
  const headers = new Headers({ "tus-resumable": "1.0.0" });
  if (init.as) headers.set("authorization", `Bearer ${await tokenOf(world.keys, init.as)}`);
  for (const [name, value] of Object.entries(init.headers ?? {})) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  return await fetch(url, {
    method,
    headers,
    body: init.body ?? null,
    signal: init.signal ?? null,
  });
}

function tokenOf(keys: Keys, person: string): Promise<string> {
  if (person === "service") return Promise.resolve(keys.serviceRoleKey);
  if (person === "anon") return Promise.resolve(keys.anonKey);
  const exp = Math.floor(Date.now() / 1000) + 600;
  return keys.sign({ sub: person, role: "authenticated", exp });
}

function createUploads(world: World, root: string): Uploads {
  return {
    allow: (caller, target, operation) => {
      world.asked.push(operation);
      assertAllowed(world, caller, target);
      return Promise.resolve(BUCKET);
    },
    complete: async (owner, target, received) => {
      const path = join(root, crypto.randomUUID());
      try {
        await world.beforeComplete();
        await Deno.rename(received.path, path);
      } catch (error) {
        await Deno.remove(received.path);
        throw error;
      }
      const key = `${target.bucketId}/${target.name}`;
      world.objects.set(key, { owner, target, eTag: received.eTag, path });
      return { id: crypto.randomUUID(), key };
    },
  };
}

function assertAllowed(world: World, { role, claims }: Caller, target: Target): void {
  if (target.bucketId !== "files") throw errors.noSuchBucket();
  if (target.contentLength > BUCKET.file_size_limit!) throw errors.tooLarge();
  const [type] = target.mimeType.split("/");
  const types = BUCKET.allowed_mime_types!;
  if (!types.includes(target.mimeType) && !types.includes(`${type}/*`)) {
    throw errors.invalidMimeType(target.mimeType);
  }
  if (role !== "service_role" && !world.welcome.has(claims.sub ?? role)) {
    throw errors.accessDenied("new row violates row-level security policy");
  }
  if (!target.upsert && world.objects.has(`${target.bucketId}/${target.name}`)) {
    throw errors.alreadyExists("KeyAlreadyExists");
  }
}
