// Files in a scene: as Storage and chat-media bring them into the library, and as they are read and go.
import assert from "node:assert/strict";
import type { Media } from "../sql/answers.ts";
import type { Caller, Person, World } from "./people.ts";

export type Place = { bucket: string; path: string };

/** What comes with an upload. Bytes there are none: the database never sees any. */
export type Upload = {
  kind?: Kind;
  mime_type?: string;
  size?: number;
  path?: string;
  bucket?: string;
};

type Kind = "image" | "video" | "audio" | "file" | "cover";

const KINDS: Record<Kind, { bucket: string; mime_type: string }> = {
  image: { bucket: "chat-images", mime_type: "image/png" },
  video: { bucket: "chat-videos", mime_type: "video/mp4" },
  audio: { bucket: "chat-audio", mime_type: "audio/mpeg" },
  file: { bucket: "chat-files", mime_type: "application/pdf" },
  cover: { bucket: "chat-covers", mime_type: "image/jpeg" },
};

let count = 0;

/** A path in somebody's folder that nobody has used. */
export function freshPath({ id }: Person, directory = "", extension = "png"): string {
  count += 1;
  const chance = count.toString(16).padStart(12, "0");
  return `${id}/${directory}20261122/${Date.now()}_${chance}.${extension}`;
}

/** Uploads a file from beginning to end, to a path that the client chose. */
export async function uploads(person: Person, upload: Upload = {}): Promise<Place> {
  const place = await tries(person, upload);
  await stores(person.world, place, upload, person.id);
  return place;
}

/** Storage asks whether an upload may be: it inserts as the person, and takes that back. */
export async function tries(person: Person, upload: Upload = {}): Promise<Place> {
  const { bucket, mime_type } = { ...KINDS[upload.kind ?? "image"], ...upload };
  const { path = freshPath(person), size = 1000 } = upload;
  const { world } = person;
  await world.query("savepoint probe");
  await person.rows(
    `insert into storage.objects (bucket_id, name, owner, owner_id, metadata, version)
     values ($1, $2, auth.uid(), auth.uid()::text, $3, '1')`,
    [bucket, path, { mimetype: mime_type, contentLength: size }],
  );
  await world.query("rollback to savepoint probe");
  return { bucket, path };
}

/** Storage has the bytes, and writes them down as itself: over what is there by then. */
export async function stores(
  world: World,
  { bucket, path }: Place,
  upload: Upload = {},
  owner_id: string | null = null,
): Promise<void> {
  const { mime_type, size } = { size: 1000, ...KINDS[upload.kind ?? "image"], ...upload };
  await asStorage(
    world,
    `insert into storage.objects (bucket_id, name, owner_id, metadata, version)
     values ($1, $2, $3, $4, gen_random_uuid()::text)
     on conflict (bucket_id, name) do update
     set owner_id = excluded.owner_id, metadata = excluded.metadata, version = excluded.version`,
    [bucket, path, owner_id, { mimetype: mime_type, size, contentLength: size }],
  );
}

/** Somebody deletes a file through Storage, with the service key or from the dashboard. */
export async function removes(world: World, { bucket, path }: Place): Promise<void> {
  await world.query("set local storage.allow_delete_query = 'true'");
  await asStorage(world, "delete from storage.objects where bucket_id = $1 and name = $2", [
    bucket,
    path,
  ]);
  await world.query("set local storage.allow_delete_query = 'false'");
}

/** Runs SQL as the Storage service does for itself. */
export async function asStorage(world: World, sql: string, values: unknown[] = []) {
  await world.as("service_role", { role: "service_role" }, sql, values);
}

/** chat-media has looked at an upload. */
export async function settles(
  server: Caller,
  { bucket, path }: Place,
  facts: unknown = {},
): Promise<Media> {
  const version = await versionOf(server.world, { bucket, path });
  return await server.call("settle_upload", { bucket, path, version, facts });
}

export async function versionOf(world: World, { bucket, path }: Place): Promise<string | null> {
  return await world.value(
    "select version from storage.objects where bucket_id = $1 and name = $2",
    [bucket, path],
  );
}

/** A file of somebody's that is uploaded and checked. */
export async function owns(
  person: Person,
  server: Caller,
  { facts = {}, ...upload }: Upload & { facts?: Record<string, unknown> } = {},
): Promise<Media> {
  return await settles(server, await uploads(person, upload), facts);
}

/** Sends a file that is in the library. */
export function sends(
  person: Person,
  conversation_id: string,
  { media_id, kind }: Pick<Media, "media_id" | "kind">,
  more: Record<string, unknown> = {},
) {
  return person.call("send_message", { conversation_id, kind, body: { media_id, ...more } });
}

/** Whether somebody may download a file. */
export async function reads(reader: Caller, { bucket, path }: Place): Promise<boolean> {
  const rows = await reader.rows(
    "select from storage.objects where bucket_id = $1 and name = $2",
    [bucket, path],
  );
  return rows.length === 1;
}

/** The names of those who may download a file. */
export async function readers(people: Person[], place: Place): Promise<string[]> {
  const names: string[] = [];
  for (const person of people) if (await reads(person, place)) names.push(person.name);
  return names;
}

/** Whether a file is in the library. */
export async function isKept(world: World, { bucket, path }: Place): Promise<boolean> {
  return await world.value(
    "exists (select from chat.media where bucket_id = $1 and name = $2)",
    [bucket, path],
  );
}

/** The paths of all files that wait to be deleted, after whoever takes the queue has looked. */
export async function queued(server: Caller): Promise<string[]> {
  await server.call("claim_orphaned_files", { page_size: 1000 });
  const rows = await server.world.query<{ name: string }>(
    "select name from chat_private.orphaned_files",
  );
  return rows.map(({ name }) => name).toSorted();
}

/** Makes sure that exactly these files have left the library and wait to be deleted. */
export async function wait(server: Caller, ...places: Place[]): Promise<void> {
  assert.deepEqual(await queued(server), places.map(({ path }) => path).toSorted());
  for (const place of places) assert.equal(await isKept(server.world, place), false, place.path);
}
