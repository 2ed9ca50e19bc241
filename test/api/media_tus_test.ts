// Large files go up in parts, by the client that Supabase recommends, over lines that break.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Upload, type UploadOptions } from "tus-js-client";
import { type Person, story } from "../support/api.ts";
import {
  assertSame,
  type Bytes,
  checks,
  download,
  fileOf,
  headersOf,
  type Place,
  placeFor,
  type Sample,
  sample,
  sends,
  visitor,
  WAYS_OF_READERS,
  waysTo,
} from "../support/media.ts";

const MB = 1024 * 1024;
const PART = 6 * MB;

story("a film of 60 MB goes up in parts, is cut off four times, and is played", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const film = await longFilm(60 * MB);
  const place = await placeFor(alice, film);
  const cuts = [9 * MB, 20 * MB, 33 * MB, 50 * MB];
  const progress: number[] = [];

  const { starts } = await sendsInParts(alice, place, film, {
    onProgress: (sent) => void progress.push(sent),
  }, cuts);

  assert.equal(starts, 5);
  assert.deepEqual([progress[0], progress.at(-1)], [0, film.bytes.length]);
  for (const cut of cuts) assert.ok(progress.some((sent) => sent >= cut && sent < cut + PART));
  const media = await checks(alice, place);
  const { width, height, duration, size } = media;
  assert.deepEqual([width, height, duration, size], [320, 180, 4000, film.bytes.length]);
  const sent = await sends(alice, conversation_id, media);
  assertSame(await download(bob, fileOf(sent)), film.bytes);
});

story("nobody goes on with somebody else's upload, asks about it or ends it", async (cast) => {
  const [alice, mallory] = await Promise.all([cast.signUp("alice"), cast.signUp("mallory")]);
  const file = await sample("image");
  const place = await placeFor(alice, file);
  const url = await begins(alice, place, file);
  const half = file.bytes.slice(0, 1000);
  assert.equal((await part(alice, url, 0, half)).status, 204);

  for (const person of [mallory, visitor(cast)]) {
    const forged = await part(person, url, half.length, file.bytes.slice(half.length));
    assert.ok([401, 403, 404].includes(forged.status), `${forged.status}`);
    for (const method of ["HEAD", "DELETE"]) {
      const { status } = await ask(person, url, method);
      assert.ok([401, 403, 404].includes(status), `${method} ${status}`);
    }
  }

  assert.equal((await ask(alice, url, "HEAD")).headers.get("upload-offset"), "1000");
  const rest = await part(alice, url, half.length, file.bytes.slice(half.length));
  assert.equal(rest.status, 204);
  assertSame(await download(alice, await checks(alice, place)), file.bytes);
});

story("uploads in parts are refused for what whole ones are refused for", async (cast) => {
  const [alice, mallory, gus] = [
    await cast.signUp("alice"),
    await cast.signUp("mallory"),
    await cast.guest(),
  ];
  const file = await sample("image");
  const place = await placeFor(alice, file);
  const status = async (person: Person, where: Place, what: Partial<Sample>, size?: number) =>
    (await create(person, where, { ...file, ...what }, size)).status;
  assert.equal(await status(mallory, place, {}), 403);
  assert.equal(await status(alice, { ...place, path: `${alice.id}/x.png` }, {}), 403);
  assert.equal(await status(alice, { ...place, path: `${alice.id}/../${place.path}` }, {}), 403);
  assert.equal(await status(alice, { ...place, path: place.path.replace("png", "文") }, {}), 400);
  assert.equal(await status(alice, { ...place, bucket: "chat-avatars" }, {}), 403);
  assert.equal(await status(alice, place, { mime_type: "text/html" }), 415);
  assert.equal(await status(alice, place, {}, 20 * MB + 1), 413);
  const asFile = { ...await placeFor(gus, { ...file, kind: "file" }) };
  assert.equal(await status(gus, asFile, {}, 20 * MB + 1), 403, "more than a guest's");
  assert.equal(await status(gus, asFile, {}, 20 * MB), 201);
  assert.equal(await status(visitor(cast), place, {}), 403);

  assert.equal(await status(alice, place, {}), 201);
});

story("whoever loses the right to upload does not get to the end", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  for (const [person, lose] of [[alice, disable], [bob, fillDay]] as const) {
    const file = await sample("image");
    const place = await placeFor(person, file);
    const url = await begins(person, place, file);
    assert.equal((await part(person, url, 0, file.bytes.slice(0, 1000))).status, 204);
    await lose(person);
    assert.equal((await part(person, url, 1000, file.bytes.slice(1000))).status, 403);
    const rows = await cast.sql("select from storage.objects where name = $1", [place.path]);
    assert.deepEqual(rows, []);
  }
});

story("an upload of which only the end is missing is nobody's to see", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const file = await sample("image");
  const place = await placeFor(alice, file);
  const url = await begins(alice, place, file);
  await part(alice, url, 0, file.bytes.slice(0, -1));
  assert.equal(await waysTo(alice, place), "");
  await part(alice, url, file.bytes.length - 1, file.bytes.slice(-1));
  await sends(alice, conversation_id, await checks(alice, place));
  assert.equal(await waysTo(bob, place), WAYS_OF_READERS);
});

/** With tus-js-client, which goes on after each cut; how often it began. */
async function sendsInParts(
  { cast, token }: Person,
  { bucket, path }: Place,
  { bytes, mime_type }: Sample,
  { onProgress }: Pick<UploadOptions, "onProgress">,
  cuts: number[],
): Promise<{ starts: number }> {
  const ahead = [...cuts];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let starts = 0;
  const goOn = () => {
    starts += 1;
    upload.start();
  };
  const upload = new Upload(Buffer.from(bytes.buffer), {
    endpoint: `${cast.place.apiUrl}/storage/v1/upload/resumable`,
    headers: { authorization: `Bearer ${token}`, "x-upsert": "false" },
    chunkSize: PART,
    metadata: { bucketName: bucket, objectName: path, contentType: mime_type },
    onProgress: (sent, total) => {
      onProgress?.(sent, total);
      if (sent < (ahead[0] ?? Infinity)) return;
      ahead.shift();
      upload.abort().then(goOn, reject);
    },
    onSuccess: () => resolve(),
    onError: reject,
  });
  goOn();
  await promise;
  return { starts };
}

/** A film whose bytes nobody needs, as long as asked for. */
async function longFilm(length: number): Promise<Sample> {
  const film = await sample("video");
  const bytes = new Uint8Array(length);
  bytes.set(film.bytes);
  const padding = new DataView(bytes.buffer, film.bytes.length);
  padding.setUint32(0, padding.byteLength);
  bytes.set(new TextEncoder().encode("free"), film.bytes.length + 4);
  for (let at = film.bytes.length + 8; at < length; at += 60_000) {
    crypto.getRandomValues(bytes.subarray(at, at + 60_000));
  }
  return { ...film, bytes };
}

function create(
  person: Person,
  { bucket, path }: Place,
  { bytes, mime_type }: Sample,
  size = bytes.length,
): Promise<Response> {
  const about = { bucketName: bucket, objectName: path, contentType: mime_type };
  return ask(person, `${person.cast.place.apiUrl}/storage/v1/upload/resumable`, "POST", {
    "upload-length": `${size}`,
    "upload-metadata": Object.entries(about)
      .map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`).join(),
  });
}

async function begins(person: Person, place: Place, file: Sample): Promise<string> {
  const { status, headers } = await create(person, place, file);
  const url = headers.get("location");
  assert.ok(status === 201 && url, `${status}`);
  return url;
}

function part(person: Person, url: string, offset: number, bytes: Bytes): Promise<Response> {
  return ask(person, url, "PATCH", {
    "upload-offset": `${offset}`,
    "content-type": "application/offset+octet-stream",
  }, bytes);
}

async function ask(
  person: Person,
  url: string,
  method: string,
  headers: Record<string, string> = {},
  body: Bytes | null = null,
): Promise<Response> {
  const response = await fetch(url, {
    method,
    body,
    headers: { ...headersOf(person), "tus-resumable": "1.0.0", ...headers },
  });
  await response.body?.cancel();
  return response;
}

async function disable({ cast, id }: Person): Promise<void> {
  await cast.server().from("profiles").update({ status: "disabled" }).eq("id", id);
}

async function fillDay({ cast, id }: Person): Promise<void> {
  await cast.sql(
    "insert into chat_private.upload_days values ($1, chat_private.today(), 1000000, 0)",
    [id],
  );
}
