// Files as people send them: small, but real ones of their kind, and the ways to get at them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import sharp from "sharp";
import type { CheckedMedia, Envelope, MEDIA_KINDS } from "../../functions/_shared/contract.ts";
import {
  CheckedMedia as CheckedMediaAnswer,
  MessageMedia,
} from "../../functions/_shared/contract.ts";
import { PUBLISHABLE_KEY } from "../../stack/keys.ts";
import { invoke } from "../api/invoking.ts";
import { type Cast, type HttpAnswer, Person } from "./api.ts";

export type Kind = typeof MEDIA_KINDS[number] | "cover";
export type Bytes = Uint8Array<ArrayBuffer>;
/** Where a file is. */
export type Place = { bucket: string; path: string };
/** A file on somebody's device. */
export type Sample = { kind: Kind; mime_type: string; file_name: string; bytes: Bytes };

const FILM = new URL("../../examples/clip.mp4", import.meta.url);

/** A file of a kind that no other test has. */
export async function sample(kind: Kind): Promise<Sample> {
  switch (kind) {
    case "image":
      return { kind, mime_type: "image/png", file_name: "Dot.PNG", bytes: await picture() };
    case "cover":
      return { kind, mime_type: "image/png", file_name: "cover.png", bytes: await picture() };
    case "video": {
      const bytes = await Deno.readFile(FILM);
      return { kind, mime_type: "video/mp4", file_name: "Clip.MP4", bytes };
    }
    case "audio":
      return { kind, mime_type: "audio/wav", file_name: "voice.wav", bytes: sound() };
    case "file": {
      const bytes = new TextEncoder().encode(`Notes ${crypto.randomUUID()}`);
      return { kind, mime_type: "text/plain", file_name: "notes.txt", bytes };
    }
  }
}

/** Asks where to upload. */
export async function placeFor(
  person: Person,
  { kind, mime_type, file_name, bytes }: Sample,
  directory?: string,
): Promise<Place> {
  const asked = { kind, mime_type, file_name, size: bytes.length };
  return await person.verb("prepare_upload", {
    ...asked,
    ...directory === undefined ? {} : { directory },
  });
}

/** Uploads a file, which nobody has looked at then. */
export async function uploads(person: Person, what: Kind | Sample): Promise<Place> {
  const file = typeof what === "string" ? await sample(what) : what;
  const { bucket, path } = await placeFor(person, file);
  const { error } = await person.supabase.storage.from(bucket)
    .upload(path, file.bytes, { contentType: file.mime_type });
  assert.equal(error, null);
  return { bucket, path };
}

/** Has an upload looked at. @throws {Refused} */
export async function checks(
  person: Person,
  { bucket, path }: Place,
  words: Record<string, unknown> = {},
): Promise<CheckedMedia> {
  const answer = await invoke(person.supabase, "chat-media", { bucket, path, ...words });
  return CheckedMediaAnswer.parse(answer);
}

/** Puts a file into the library, ready to be sent. */
export async function adds(
  person: Person,
  what: Kind | Sample,
  words: Record<string, unknown> = {},
): Promise<CheckedMedia> {
  return await checks(person, await uploads(person, what), words);
}

/** Sends a file of the library. */
export async function sends(
  person: Person,
  conversation_id: string,
  { media_id, kind }: { media_id: string; kind: string },
  caption?: string,
): Promise<Envelope> {
  return await person.verb("send_message", {
    conversation_id,
    kind,
    body: { media_id, ...caption === undefined ? {} : { caption } },
  });
}

/** The file that a message brings. */
export function fileOf({ data }: Pick<Envelope, "data">): MessageMedia {
  return MessageMedia.parse(data.otherData);
}

/** The bytes that somebody gets; null when they get none. */
export async function download(person: Person, { bucket, path }: Place): Promise<Bytes | null> {
  const { data } = await person.supabase.storage.from(bucket).download(path);
  return data && await data.bytes();
}

/** An address that is good for a minute. */
export async function link(person: Person, { bucket, path }: Place): Promise<string> {
  const { data, error } = await person.supabase.storage.from(bucket).createSignedUrl(path, 60);
  assert.equal(error, null);
  return data.signedUrl;
}

/** What is behind an address, or null. */
export async function behind(url: string): Promise<Bytes | null> {
  const response = await fetch(url);
  const bytes = await response.bytes();
  return response.ok ? bytes : null;
}

/** 200 where there is a file, 400 where there is none. */
export async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

/** Two files are the same, byte by byte; without printing them when they are not. */
export function assertSame(one: unknown, other: unknown): void {
  assert.ok(one instanceof Uint8Array && other instanceof Uint8Array);
  assert.equal(digest(one), digest(other), "they are different files");
}

/** The ways in which somebody gets at a file, in words: "download info exists sign render list". */
export async function waysTo(person: Person, { bucket, path }: Place): Promise<string> {
  const files = person.supabase.storage.from(bucket);
  const folder = path.slice(0, path.lastIndexOf("/"));
  const name = path.slice(folder.length + 1);
  const transform = { width: 8, height: 8 };
  const ways: Record<string, () => Promise<unknown>> = {
    download: async () => (await files.download(path)).data,
    info: async () => (await files.info(path)).data,
    exists: async () => (await files.exists(path)).data,
    sign: async () => (await files.createSignedUrl(path, 60)).data,
    "sign many": async () => (await files.createSignedUrls([path], 60)).data?.[0]?.signedUrl,
    render: async () => (await files.download(path, { transform })).data,
    list: async () => (await files.list(folder)).data?.find((file) => file.name === name),
    "list v2": async () => (await files.listV2({ prefix: `${folder}/` })).data?.objects.length,
    // What these ways open must not be open by name alone either.
    public: () => isOpen(person.cast, `object/public/${bucket}/${path}`),
    "no token": () => isOpen(person.cast, `object/${bucket}/${path}`),
  };
  const open = await Promise.all(
    Object.entries(ways).map(async ([way, tries]) => await tries().catch(() => null) ? [way] : []),
  );
  return open.flat().join(", ");
}

/** What they are for a picture that somebody may see, and for their own. */
export const WAYS_OF_READERS = "download, info, exists, sign, sign many, render";
export const WAYS_OF_OWNERS = `${WAYS_OF_READERS}, list, list v2`;

/** Somebody who has the app and no account. */
export function visitor(cast: Cast): Person {
  return new Person(cast, cast.client(), crypto.randomUUID(), PUBLISHABLE_KEY, null);
}

/** A request to Storage as any program can make it, by this person. */
export function storage(
  person: Person,
  path: string,
  init: RequestInit & { duplex?: "half" } = {},
): Promise<HttpAnswer> {
  return person.cast.http(`/storage/v1/${path}`, {
    ...init,
    headers: { ...headersOf(person), ...init.headers },
  });
}

export function headersOf({ token }: Person): Record<string, string> {
  return { apikey: PUBLISHABLE_KEY, authorization: `Bearer ${token}` };
}

/** Storage has said no, as to somebody who may not: never by breaking. */
export function assertRefused(error: unknown, ...expected: string[]): void {
  assert.ok(error && typeof error === "object" && "statusCode" in error, `allowed: ${error}`);
  const status = String(error.statusCode);
  assert.match(status, /^4\d\d$/, JSON.stringify(error));
  if (expected.length) assert.ok(expected.includes(status), JSON.stringify(error));
}

/** What is left of a file anywhere: its row in the library, its place in the queue, its object, its bytes on disk. */
export async function traces(cast: Cast, { bucket, path }: Place): Promise<string[]> {
  const rows = await cast.sql<{ what: string }>(
    `select 'library' as what from chat.media where (bucket_id, name) = ($1, $2)
     union all select 'queue' from chat_private.orphaned_files where (bucket_id, name) = ($1, $2)
     union all select 'object' from storage.objects where (bucket_id, name) = ($1, $2)`,
    [bucket, path],
  );
  return rows.map(({ what }) => what);
}

/** What Storage has of somebody. */
export async function ownedBy(cast: Cast, { id }: Person): Promise<string[]> {
  const rows = await cast.sql<{ name: string }>(
    "select name from storage.objects where owner_id = $1 or name like '%' || $1 || '%'",
    [id],
  );
  return rows.map(({ name }) => name);
}

/** Where Storage has the bytes of a file. They may go before it is asked whether they are there. */
export async function onDisk(cast: Cast, { bucket, path }: Place): Promise<() => Promise<boolean>> {
  const [object] = await cast.sql<{ version: string }>(
    "select version from storage.objects where (bucket_id, name) = ($1, $2)",
    [bucket, path],
  );
  assert.ok(object);
  const folder = await storageFolder(cast);
  const files = Array.from(
    await folders(`${folder}/objects`),
    (name) => `${name}/${object.version}`,
  );
  const isThere = async () => {
    const found = await Promise.all(files.map((file) => Deno.stat(file).catch(() => null)));
    return found.some(Boolean);
  };
  assert.ok(await isThere(), "it can be found");
  return isThere;
}

/** How many files Storage has on disk, whole or on their way. */
export async function filesOnDisk(cast: Cast): Promise<number> {
  const folder = await storageFolder(cast);
  const buckets = await folders(`${folder}/objects`);
  const files = await Promise.all([`${folder}/incoming`, ...buckets].map(folders));
  return files.flat().length;
}

/** Where the stack of a test keeps what was uploaded. */
export async function storageFolder(cast: Cast): Promise<string> {
  const [row] = await cast.sql<{ folder: string }>(
    "select current_setting('data_directory') as folder",
  );
  assert.ok(row);
  return `${row.folder.replace(/\/postgres.*$/, "")}/storage`;
}

/** The app's server deletes what nobody uses. */
export async function tidyUp(cast: Cast): Promise<void> {
  await invoke(cast.server(), "chat-revoke", {});
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function isOpen(cast: Cast, path: string): Promise<boolean> {
  return (await cast.http(`/storage/v1/${path}`)).status < 400;
}

async function folders(path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(path)) found.push(`${path}/${name}`);
  return found;
}

async function picture(): Promise<Bytes> {
  const raw = { width: 40, height: 30, channels: 3 } as const;
  const noise = crypto.getRandomValues(new Uint8Array(40 * 30 * 3));
  return new Uint8Array(await sharp(noise, { raw }).png().toBuffer());
}

/** A second of noise: eight thousand samples of eight bits. */
function sound(): Bytes {
  const rate = 8000;
  const bytes = new Uint8Array(44 + rate);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  word(0, "RIFF");
  view.setUint32(4, 36 + rate, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  word(36, "data");
  view.setUint32(40, rate, true);
  crypto.getRandomValues(bytes.subarray(44));
  return bytes;
}
