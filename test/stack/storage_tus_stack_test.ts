import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import sharp from "sharp";
import { Upload } from "tus-js-client";
import { type Person, SHARED, startPlace } from "./storage_support.ts";
import { type Body, grown, idOf, metadata, part, PATH } from "./storage_tus_support.ts";

const place = await startPlace();
Deno.test.afterAll(async () => await place[Symbol.asyncDispose]());
const ALL = ["select", "insert", "update", "delete"] as const;

test("a file goes up in parts through the gateway, and comes down", async () => {
  const alice = await place.person();
  await place.bucket("parts", { policies: ["select", "insert"] });
  const content = crypto.getRandomValues(new Uint8Array(50_000));
  await send(alice, content, {
    bucketName: "parts",
    objectName: "room/film.mp4",
    contentType: "video/mp4",
    cacheControl: "60",
    metadata: JSON.stringify({ room: 7 }),
  });

  const bucket = alice.client.storage.from("parts");
  const { data, error } = await bucket.download("room/film.mp4");
  assert.ifError(error);
  assert.deepEqual(await data!.bytes(), content);
  const { data: info } = await bucket.info("room/film.mp4");
  assert.equal(info?.contentType, "video/mp4");
  assert.equal(info?.cacheControl, "max-age=60");
  assert.equal(info?.size, content.length);
  assert.deepEqual(info?.metadata, { room: 7 });
  const { rows } = await place.sql.query(
    "select owner::text, owner_id from storage.objects where name = 'room/film.mp4'",
  );
  assert.deepEqual(rows, [{ owner: alice.id, owner_id: alice.id }]);
});

test("policies are asked when an upload begins and at every part of it", async () => {
  const alice = await place.person();
  await place.bucket("guarded");
  assert.equal((await begin(alice, "guarded", "note")).status, 403);
  await place.sql.query(`create policy "own notes" on storage.objects for insert to authenticated
    with check (bucket_id = 'guarded' and user_metadata->>'room' = '7' and owner_id = auth.uid()::text
      and metadata->>'mimetype' = 'text/plain')`);
  assert.equal((await begin(alice, "guarded", "note")).status, 403);
  const url = await begun(alice, "guarded", "note", {
    contentType: "text/plain",
    metadata: JSON.stringify({ room: 7 }),
  });
  assert.equal((await patch(alice, url, 0, bytes("abc"))).status, 204);
  await place.sql.query(`drop policy "own notes" on storage.objects`);
  const refused = await patch(alice, url, 3, bytes("def"));
  assert.equal(refused.status, 403);
  assert.equal(await refused.text(), "new row violates row-level security policy");
});

test("a bucket's limits hold for uploads in parts", async () => {
  const alice = await place.person();
  await place.bucket("small", { limit: 5, types: ["image/*"], policies: ["insert"] });
  const image = { contentType: "image/png" };
  assert.equal((await begin(alice, "small", "a", image, 6)).status, 413);
  assert.equal((await begin(alice, "small", "a", { contentType: "text/html" }, 5)).status, 415);
  assert.equal((await begin(alice, "small", "文", image, 5)).status, 400);
  assert.equal((await begin(alice, "nowhere", "a", image, 5)).status, 404);
  assert.equal((await begin(alice, "small", "a", image, 5)).status, 201);
});

test("of two uploads to one name that were both allowed, the later one stays, as on the real service", async () => {
  const [alice, bob] = [await place.person(), await place.person()];
  await place.bucket("raced", { policies: ["select", "insert"] });
  const [first, second] = [await begun(alice, "raced", "note"), await begun(bob, "raced", "note")];
  const rest = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(bytes("uvw")),
    pull: async (controller) => {
      await rest.promise;
      controller.enqueue(bytes("xyz"));
      controller.close();
    },
  }, { highWaterMark: 0 });
  const slow = patch(bob, second, 0, body);
  // Bob was allowed when his first bytes are there.
  await grown(`${place.files}/tus/${idOf(second).slice(-36)}`, 3);
  assert.equal((await patch(alice, first, 0, bytes("abcdef"))).status, 204);
  rest.resolve();
  assert.equal((await slow).status, 204);
  const { data } = await alice.client.storage.from("raced").download("note");
  assert.equal(await data!.text(), "uvwxyz");

  // Who comes after that is refused.
  assert.equal((await begin(alice, "raced", "note")).status, 409);
});

test("an address that storage-js has signed is good for an upload in parts", async () => {
  const alice = await place.person();
  await place.bucket("signed", { policies: ["select", "insert"] });
  const { data } = await alice.client.storage.from("signed").createSignedUploadUrl("note");
  const upload = {
    "tus-resumable": "1.0.0",
    "x-signature": data!.token,
  };
  const created = await fetch(`${place.stack.apiUrl}${PATH}/sign`, {
    method: "POST",
    headers: {
      ...upload,
      "upload-length": "3",
      "upload-metadata": metadata({ bucketName: "signed", objectName: "note" }),
    },
  });
  assert.equal(created.status, 201, await created.text());
  const { headers, body } = part(0, bytes("abc"));
  const sent = await fetch(created.headers.get("location")!, {
    method: "PATCH",
    headers: { ...upload, ...headers },
    body,
  });
  assert.equal(sent.status, 204);
  const { rows } = await place.sql.query(
    "select owner_id from storage.objects where bucket_id = 'signed'",
  );
  assert.deepEqual(rows, [{ owner_id: alice.id }]);
});

test("browsers may send parts and read where an upload stands", async () => {
  const alice = await place.person();
  await place.bucket("browsed", { policies: ["insert"] });
  const preflight = await fetch(place.stack.apiUrl + PATH, {
    method: "OPTIONS",
    headers: {
      origin: "http://localhost:5173",
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "authorization,tus-resumable,upload-offset,x-upsert",
    },
  });
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.match(preflight.headers.get("access-control-allow-methods")!, /PATCH/);
  assert.match(preflight.headers.get("access-control-allow-headers")!, /upload-offset/);
  const created = await begin(alice, "browsed", "note");
  assert.equal(created.headers.get("access-control-allow-origin"), "*");
  const exposed = created.headers.get("access-control-expose-headers")!;
  assert.ok(
    exposed === "*" ||
      ["location", "upload-offset"].every((name) => exposed.toLowerCase().includes(name)),
  );
});

test("pictures are made to measure for those who may see them", async () => {
  const alice = await place.person();
  await place.bucket("pictures", { policies: ALL });
  await place.bucket("shown", { public: true, policies: ALL });
  const picture = await sharp({
    create: { width: 200, height: 100, channels: 3, background: "red" },
  }).png().toBuffer();
  for (const id of ["pictures", "shown"]) {
    const { error } = await alice.client.storage.from(id)
      .upload("red.png", picture, { contentType: "image/png" });
    assert.ifError(error);
  }
  const transform = { width: 50, height: 50 };
  const isSquare = async (bytes: Uint8Array) => {
    const { width, height } = await sharp(bytes).metadata();
    assert.deepEqual([width, height], [50, 50]);
  };
  const { data } = await alice.client.storage.from("pictures").download("red.png", { transform });
  await isSquare(await data!.bytes());
  const signed = await alice.client.storage.from("pictures")
    .createSignedUrl("red.png", 60, { transform });
  await isSquare(await (await fetch(signed.data!.signedUrl)).bytes());
  const shown = alice.client.storage.from("shown").getPublicUrl("red.png", { transform });
  const answer = await fetch(shown.data.publicUrl, { headers: { accept: "image/webp" } });
  assert.equal(answer.headers.get("content-type"), "image/webp");
  await isSquare(await answer.bytes());

  const refused = await place.anon.storage.from("pictures").download("red.png", { transform });
  assert.ok(refused.error);
  const bad = await fetch(shown.data.publicUrl.replace("width=50", "width=wide"));
  assert.equal(bad.status, 400);
  assert.equal((await bad.json()).message, "querystring/width must be integer");
});

/** The whole file, as tus-js-client sends it. */
async function send(
  person: Person,
  content: Uint8Array,
  metadata: Record<string, string>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  new Upload(Buffer.from(content), {
    endpoint: place.stack.apiUrl + PATH,
    chunkSize: 20_000,
    headers: {
      apikey: place.stack.keys.publishableKey,
      authorization: `Bearer ${person.token}`,
      "x-upsert": "false",
    },
    metadata,
    onSuccess: () => resolve(),
    onError: reject,
  }).start();
  await promise;
}

function begin(
  { token }: Person,
  bucketName: string,
  objectName: string,
  more: Record<string, string> = {},
  size = 6,
): Promise<Response> {
  return fetch(place.stack.apiUrl + PATH, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "tus-resumable": "1.0.0",
      "upload-length": String(size),
      "upload-metadata": metadata({ bucketName, objectName, ...more }),
    },
  });
}

async function begun(...upload: Parameters<typeof begin>): Promise<string> {
  const response = await begin(...upload);
  assert.equal(response.status, 201, await response.text());
  return response.headers.get("location")!;
}

function patch({ token }: Person, url: string, offset: number, bytes: Body): Promise<Response> {
  const { headers, body } = part(offset, bytes);
  return fetch(url, {
    method: "PATCH",
    headers: { ...headers, authorization: `Bearer ${token}`, "tus-resumable": "1.0.0" },
    body,
  });
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, ...SHARED });
}
