import assert from "node:assert/strict";
import { join } from "node:path";
import { digest, LARGE, startLine, uploadLarge } from "./storage_tus_large.ts";
import { createWorld, MB, part, PATH } from "./storage_tus_support.ts";

// First, for what a process has once used, it keeps.
Deno.test("a part of any size passes through without being held", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const { growth } = await uploadLarge(world, server.url, server.url, Infinity);
  assert.equal(world.asked.filter((operation) => operation.endsWith("part")).length, 1);
  assert.ok(growth < 100 * MB, `grew by ${growth / MB} MB`);
});

Deno.test("200 MB arrive whole over a line that is cut twenty times", async () => {
  await using world = await createWorld();
  await using server = world.start();
  await using line = startLine(new URL(server.url), { cuts: 20, every: 9.7 * MB });
  const { sent, progress } = await uploadLarge(world, server.url, line.url, 6 * MB);
  assert.equal(line.cuts(), 20);
  assert.equal(progress.at(-1), LARGE);
  assert.equal(await digest(world.objects.get("files/film")!.path), sent);
});

Deno.test("what arrived before a cut is kept", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const url = await server.begin("alice", "note", 4 * MB);
  const cut = new AbortController();
  const halfway = world.grown(url, 2 * MB);
  const sending = server.send("PATCH", url, {
    as: "alice",
    ...part(0, stalling(2 * MB)),
    signal: cut.signal,
  });
  await halfway;
  cut.abort();
  await assert.rejects(sending);
  assert.equal(await server.offset("alice", url), String(2 * MB));
  assert.equal((await server.patch("alice", url, 2 * MB, filled(2 * MB))).status, 204);
  assert.deepEqual(await Deno.readFile(world.objects.get("files/note")!.path), filled(4 * MB));
});

Deno.test("of two devices that send the same part, one is told to look again", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const url = await server.begin("alice", "note", 4 * MB);
  const answers = await Promise.all(
    [1, 2].map(() => server.patch("alice", url, 0, filled(2 * MB))),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409]);
  assert.equal(await server.offset("alice", url), String(2 * MB));
});

Deno.test("a request that stands still makes way for the one that comes back", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const url = await server.begin("alice", "note", 4 * MB);
  const halfway = world.grown(url, 2 * MB);
  const stuck = server.send("PATCH", url, {
    as: "alice",
    ...part(0, stalling(2 * MB)),
  });
  await halfway;
  assert.equal(await server.offset("alice", url), String(2 * MB));
  assert.equal((await stuck).headers.get("upload-offset"), String(2 * MB));
  assert.equal((await server.patch("alice", url, 2 * MB, filled(2 * MB))).status, 204);
});

Deno.test("who falls silent is told how much has come", async () => {
  await using world = await createWorld();
  await using server = world.start({ patience: 100 });
  const url = await server.begin("alice", "note", 4 * MB);
  const answer = await server.patch("alice", url, 0, stalling(2 * MB));
  assert.deepEqual([answer.status, answer.headers.get("upload-offset")], [204, String(2 * MB)]);
  assert.equal((await server.patch("alice", url, 2 * MB, filled(2 * MB))).status, 204);
});

Deno.test("an upload goes on after a restart of the service", async () => {
  await using world = await createWorld();
  let address: URL;
  {
    await using server = world.start();
    address = new URL(await server.begin("alice", "note", 6));
    await server.patch("alice", address.href, 0, filled(3));
  }
  await using server = world.start();
  const url = server.url + address.pathname;
  assert.equal(await server.offset("alice", url), "3");
  assert.equal(await server.offset("mallory", url), null);
  assert.equal((await server.patch("alice", url, 3, filled(3))).status, 204);
  assert.ok(world.objects.has("files/note"));
});

Deno.test("an upload that was received when the process ended is completed by the next", async () => {
  await using world = await createWorld();
  {
    await using server = world.start();
    const url = await server.begin("alice", "note", 6);
    await server.patch("alice", url, 0, filled(3));
    await Deno.writeFile(world.fileOf(url), filled(6));
  }
  await using server = world.start();
  await server.offset("alice", server.url + PATH);
  const object = world.objects.get("files/note")!;
  assert.deepEqual(await Deno.readFile(object.path), filled(6));
  assert.equal(object.owner, "alice");
});

Deno.test("who has lost the right to upload does not get to finish", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const url = await server.begin("alice", "note", 6);
  await server.patch("alice", url, 0, filled(3));
  world.welcome.delete("alice");
  const refused = await server.patch("alice", url, 3, filled(3));
  assert.equal(refused.status, 403);
  assert.equal(await refused.text(), "new row violates row-level security policy");
  assert.equal(await server.offset("alice", url), "3");
  assert.equal(world.objects.size, 0);
});

Deno.test("an upload that is ended leaves nothing behind", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const url = await server.begin("alice", "note", 6);
  await server.patch("alice", url, 0, filled(3));
  assert.equal(world.unfinished().length, 2);
  assert.equal((await server.send("DELETE", url, { as: "alice" })).status, 204);
  assert.deepEqual(world.unfinished(), []);
  assert.equal(await server.offset("alice", url), null);
});

Deno.test("uploads that have run out are gone, and so is what a crash has left", async () => {
  await using world = await createWorld();
  {
    await using server = world.start();
    const [kept, old, bare] = [
      await server.begin("alice", "kept", 6),
      await server.begin("alice", "old", 6),
      await server.begin("alice", "bare", 6),
    ];
    await world.age(old, 2);
    for (const method of ["HEAD", "PATCH"]) {
      const answer = await server.send(method, old, {
        as: "alice",
        ...method === "PATCH" ? part(0, filled(6)) : {},
      });
      assert.equal(answer.status, 410, method);
    }
    await Deno.remove(world.fileOf(bare));
    assert.equal((await server.send("HEAD", bare, { as: "alice" })).status, 410);
    const stray = join(world.folder, crypto.randomUUID());
    await Deno.writeFile(stray, filled(9));
    await Deno.writeTextFile(`${stray}.json.new`, "{");
    await Deno.writeTextFile(`${world.fileOf(kept)}-torn.json`, "");
    assert.equal(world.unfinished().length, 8);
  }
  await using server = world.start();
  await server.offset("alice", server.url + PATH);
  assert.equal(world.unfinished().length, 2);
});

Deno.test("uploads run out while the service runs", async () => {
  await using world = await createWorld();
  await using server = world.start({ expiry: 30 });
  await server.offset("alice", server.url + PATH);
  using watcher = Deno.watchFs(world.folder);
  const url = await server.begin("alice", "note", 6);
  for await (const { kind } of watcher) {
    if (kind === "remove" && world.unfinished().length === 0) break;
  }
  assert.equal((await server.send("HEAD", url, { as: "alice" })).status, 404);
});

Deno.test("nobody hears of a complete upload before there is an object", async () => {
  await using world = await createWorld();
  await using server = world.start();
  const url = await server.begin("alice", "note", 3);
  const completing = Promise.withResolvers<void>();
  const outcome = Promise.withResolvers<void>();
  world.beforeComplete = () => {
    completing.resolve();
    return outcome.promise;
  };
  const last = server.patch("alice", url, 0, filled(3));
  await completing.promise;
  let answered = false;
  const asked = server.offset("alice", url).finally(() => answered = true);
  // Another upload comes and goes meanwhile; the answer to the question does not.
  await server.offset("alice", await server.begin("alice", "another", 3));
  const early = answered;
  outcome.reject(new Error("The disk is on fire: /secret/path"));
  assert.equal(await asked, null);
  assert.equal(early, false);
  const failed = await last;
  assert.equal(failed.status, 500);
  assert.equal(await failed.text(), "Internal server error");
  assert.match(world.log.join(), /The disk is on fire/);
  assert.equal(world.objects.size, 0);
  assert.equal((await server.send("HEAD", url, { as: "alice" })).status, 404);
});

function filled(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).fill(7);
}

/** A body that says this much and then nothing. */
function stalling(size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({ start: (controller) => controller.enqueue(filled(size)) });
}
