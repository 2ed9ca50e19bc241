import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { signToken } from "../../stack/services/storage/signatures.ts";
import { createWorld, idOf, MB, metadata, part, PATH, type World } from "./storage_tus_support.ts";

Deno.test("an upload in two parts becomes the object of its creator", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const created = await server.send("POST", server.url + PATH, {
    as: "alice",
    headers: {
      "upload-length": "11",
      "upload-metadata": metadata({
        objectName: "room/a note.txt",
        contentType: "text/plain",
        cacheControl: "120",
        metadata: JSON.stringify({ room: 7 }),
      }),
    },
  });
  assert.equal(created.status, 201);
  assert.ok(Date.parse(created.headers.get("upload-expires")!) > Date.now());
  const location = created.headers.get("location")!;
  assert.match(location, new RegExp(`^${server.url}${PATH}/[A-Za-z0-9_-]+$`));
  const id = idOf(location);
  assert.match(id, /^files\/room\/a note\.txt\/[0-9a-f-]{36}$/);

  const first = await server.patch("alice", location, 0, bytes("Hello "));
  assert.deepEqual([first.status, first.headers.get("upload-offset")], [204, "6"]);
  assert.equal(first.headers.get("tus-complete"), null);
  assert.equal(await server.offset("alice", location), "6");
  const { ino } = await Deno.stat(world.fileOf(location));

  const last = await server.patch("alice", location, 6, bytes("world"));
  assert.deepEqual([last.status, last.headers.get("upload-offset")], [204, "11"]);
  assert.equal(last.headers.get("tus-complete"), "1");
  const object = world.objects.get("files/room/a note.txt");
  assert.ok(object);
  assert.equal(await Deno.readTextFile(object.path), "Hello world");
  assert.equal((await Deno.stat(object.path)).ino, ino, "the file was moved");
  assert.equal(object.owner, "alice");
  assert.match(object.eTag, /^"[^"]+"$/);
  assert.deepEqual(object.target, {
    bucketId: "files",
    name: "room/a note.txt",
    mimeType: "text/plain",
    contentLength: 11,
    cacheControl: "max-age=120",
    userMetadata: { room: 7 },
    upsert: false,
  });
  const asked = world.asked.join(" ").replaceAll("storage.tus.upload.", "");
  assert.equal(asked, "create part part");
});

Deno.test("an upload says where it stands and what it is, also once it is complete", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const url = await server.begin("alice", "note", 3);
  const before = await server.send("HEAD", url, { as: "alice" });
  assert.equal(before.status, 200);
  assert.equal(before.headers.get("upload-length"), "3");
  assert.equal(before.headers.get("upload-metadata"), metadata({ objectName: "note" }));
  assert.equal(before.headers.get("cache-control"), "no-store");
  await server.patch("alice", url, 0, bytes("abc"));
  // A client that missed the last answer asks again, and must not begin anew.
  assert.equal(await server.offset("alice", url), "3");
  assert.equal((await server.patch("alice", url, 0, bytes("abc"))).status, 409);
  assert.equal((await server.send("DELETE", url, { as: "alice" })).status, 409);
  const upsert = { "x-upsert": "true" };
  const more = part(3, bytes(""));
  const sent = { ...more, headers: { ...more.headers, ...upsert } };
  assert.equal((await server.send("PATCH", url, { as: "alice", ...sent })).status, 409);
  const ended = await server.send("DELETE", url, { as: "alice", headers: upsert });
  assert.equal(ended.status, 400);
});

Deno.test("a file with nothing in it is complete at once, one with its bytes as well", async () => {
  await using world = await createWorld();
  await using server = world.start();
  await server.begin("alice", "empty", 0);
  assert.equal(world.objects.get("files/empty")?.target.contentLength, 0);
  const whole = await server.send("POST", server.url + PATH, {
    as: "alice",
    headers: {
      ...part(0, bytes("")).headers,
      "upload-length": "3",
      "upload-metadata": metadata({ objectName: "whole" }),
    },
    body: bytes("abc"),
  });
  assert.deepEqual([whole.status, whole.headers.get("upload-offset")], [201, "3"]);
  assert.equal(await Deno.readTextFile(world.objects.get("files/whole")!.path), "abc");
});

Deno.test("an upload that must not be is refused when it is begun", async () => {
  await using world = await createWorld();
  await using server = world.start();
  world.welcome.delete("mallory");
  await server.begin("alice", "taken", 0);
  const named = (entries: Record<string, string>) => ({ "upload-metadata": metadata(entries) });
  const refusals: [string, number, Record<string, string | undefined>, string?][] = [
    ["no version of the protocol", 412, { "tus-resumable": undefined }],
    ["another version of it", 400, { "tus-resumable": "0.2.2" }],
    ["no length", 400, { "upload-length": undefined }],
    ["a length to follow", 501, { "upload-length": undefined, "upload-defer-length": "1" }],
    ["a negative length", 400, { "upload-length": "-1" }],
    ["a length that is no number", 400, { "upload-length": "1e9" }],
    ["more than the bucket's objects may have", 413, { "upload-length": String(300 * MB + 1) }],
    ["nothing said of the object", 400, { "upload-metadata": undefined }],
    ["metadata that is not base64", 400, { "upload-metadata": "bucketName !" }],
    ["no bucket", 400, { "upload-metadata": "objectName YQ==" }],
    ["no name", 400, named({})],
    ["a name outside the alphabet", 400, named({ objectName: "文件.txt" })],
    ["a bucket that is not there", 404, named({ bucketName: "nowhere", objectName: "a" })],
    ["a bucket that is a path", 400, named({ bucketName: "../files", objectName: "a" })],
    ["a type the bucket does not take", 415, named({ objectName: "a", contentType: "image/png" })],
    ["a name that is taken", 409, named({ objectName: "taken" })],
    ["parts to be joined", 501, { "upload-concat": "partial" }],
    ["no token", 400, { authorization: undefined }],
    ["a forged token", 403, { authorization: `Bearer ${await world.tokenOf("alice")}x` }],
    ["no right to upload", 403, {}, "mallory"],
  ];
  const before = world.unfinished();
  for (const [what, status, headers, person = "alice"] of refusals) {
    const response = await server.send("POST", server.url + PATH, {
      as: person,
      headers: { "upload-length": "5", ...named({ objectName: "new" }), ...headers },
    });
    const text = await response.text();
    assert.equal(response.status, status, `${what}: ${text}`);
    assert.ok(text.length > 0 && !text.includes("    at "), what);
  }
  assert.deepEqual(world.unfinished(), before);
  assert.deepEqual(world.log, []);

  await using narrow = world.start({ sizeLimit: 4 });
  await assert.rejects(narrow.begin("alice", "new", 5), /413/);
});

Deno.test("x-upsert lets an object be replaced", async () => {
  await using world = await createWorld();
  await using server = world.start();
  await server.begin("alice", "note", 0);
  const headers = { "x-upsert": "true" };
  const created = await server.send("POST", server.url + PATH, {
    as: "alice",
    headers: {
      ...headers,
      "upload-length": "3",
      "upload-metadata": metadata({ objectName: "note" }),
    },
  });
  assert.equal(created.status, 201);
  const url = created.headers.get("location")!;
  const body = part(0, bytes("new"));
  const without = await server.send("PATCH", url, { as: "alice", ...body });
  assert.equal(without.status, 409);
  const sent = { as: "alice", ...body, headers: { ...body.headers, ...headers } };
  assert.equal((await server.send("PATCH", url, sent)).status, 204);
  const object = world.objects.get("files/note")!;
  assert.equal(object.target.upsert, true);
  assert.equal(await Deno.readTextFile(object.path), "new");
});

Deno.test("a part that does not fit changes nothing", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const url = await server.begin("alice", "note", 6);
  await server.patch("alice", url, 0, bytes("abc"));
  const refusals: [string, number, Record<string, string | undefined>, string?][] = [
    ["from too early", 409, { "upload-offset": "0" }],
    ["from too late", 409, { "upload-offset": "4" }],
    ["from nowhere", 403, { "upload-offset": undefined }],
    ["from a word", 400, { "upload-offset": "three" }],
    ["of another type", 400, { "content-type": "text/plain" }],
    ["with a length of its own", 501, { "upload-length": "3" }],
    ["that is too long", 413, {}, "defg"],
    ["without a token", 400, { authorization: undefined }],
  ];
  for (const [what, status, headers, body = "def"] of refusals) {
    const sent = part(3, bytes(body));
    const response = await server.send("PATCH", url, {
      as: "alice",
      ...sent,
      headers: { ...sent.headers, ...headers },
    });
    assert.equal(response.status, status, `${what}: ${await response.text()}`);
    assert.equal(await server.offset("alice", url), "3", what);
  }
  assert.equal((await server.patch("alice", url, 3, bytes("def"))).status, 204);
});

Deno.test("addresses that nobody was given lead nowhere", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const version = idOf(await server.begin("alice", "note", 6)).slice(-36);
  const ids = [
    `files/another/${version}`,
    "",
    "files",
    "files/note",
    `files/note/${crypto.randomUUID()}`,
    "../../../../etc/passwd",
    `files/note/../${crypto.randomUUID()}`,
    "files/\0/note",
  ];
  const addresses = [
    ...ids.map((id) => `/${Buffer.from(id).toString("base64url")}`),
    "",
    "/%",
    "/%00",
  ];
  for (const address of addresses) {
    const response = await server.patch("alice", server.url + PATH + address, 0, bytes("a"));
    assert.equal(response.status, 404, `${address}: ${await response.text()}`);
  }
  assert.deepEqual(world.log, []);
});

Deno.test("nobody else can ask about an upload, go on with it or end it", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const url = await server.begin("alice", "note", 6);
  await server.patch("alice", url, 0, bytes("abc"));
  const unsigned = url;
  const signed = url.replace(PATH, `${PATH}/sign`);
  for (const stranger of ["mallory", "anon", "service"]) {
    for (const method of ["HEAD", "PATCH", "DELETE"]) {
      const sent = method === "PATCH" ? part(3, bytes("def")) : {};
      const response = await server.send(method, unsigned, { as: stranger, ...sent });
      assert.equal(response.status, 404, `${stranger}: ${method}`);
      await response.body?.cancel();
    }
  }
  const ofService = await server.begin("service", "another", 6);
  assert.equal(await server.offset("anon", ofService), null);
  assert.equal(await server.offset("service", ofService), "0");
  const token = await uploadToken(world, "files/note", { owner: "alice" });
  const response = await server.send("HEAD", signed, { headers: { "x-signature": token } });
  assert.equal(response.status, 404);
  assert.equal((await server.patch("alice", url, 3, bytes("def"))).status, 204);
});

Deno.test("a signature is good for uploading one object, without a token", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const begin = (token: string | undefined, name = "note") =>
    server.send("POST", `${server.url}${PATH}/sign`, {
      headers: {
        "upload-length": "3",
        "upload-metadata": metadata({ objectName: name }),
        "x-signature": token,
      },
    });
  const good = await uploadToken(world, "files/note", { owner: "alice" });
  const refusals = {
    "Missing x-signature header": await begin(undefined),
    "Invalid Compact JWS": await begin("nonsense"),
    "Invalid signature": await begin(good, "another"),
    "signature verification failed": await begin(good.slice(0, -4) + "AAAA"),
    '"exp" claim timestamp check failed': await begin(
      await uploadToken(world, "files/note", {}, -5),
    ),
    "Token is not scoped for upload": await begin(
      await uploadToken(world, "files/note", { scope: "download" }),
    ),
  };
  for (const [message, response] of Object.entries(refusals)) {
    assert.deepEqual([response.status, await response.text()], [400, message]);
  }
  const created = await begin(good);
  assert.equal(created.status, 201);
  const url = created.headers.get("location")!;
  assert.match(url, new RegExp(`${PATH}/sign/[^/]+$`));
  const sent = part(0, bytes("abc"));
  const elsewhere = await uploadToken(world, "files/another", { owner: "alice" });
  for (const token of [undefined, elsewhere]) {
    const headers = { ...sent.headers, "x-signature": token };
    assert.equal((await server.send("PATCH", url, { ...sent, headers })).status, 400);
  }
  const headers = { ...sent.headers, "x-signature": good };
  assert.equal((await server.send("PATCH", url, { ...sent, headers })).status, 204);
  assert.equal(world.objects.get("files/note")?.owner, "alice");
});

function uploadToken(world: World, url: string, claims: object, seconds = 60): Promise<string> {
  const all = { url, scope: "upload", upsert: false, ...claims };
  return signToken(world.keys, all, seconds);
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
