// Storage, uploads by path and surroundings of mini-programs.
import assert from "node:assert/strict";
import type { Parcel } from "../../client/media/sender.ts";
import { ChatError } from "../../client/errors.ts";
import { uniSender } from "../../client/adapters/uni_sender.ts";
import { uniStorage } from "../../client/adapters/uni_storage.ts";
import { uniSurroundings } from "../../client/adapters/uni_surroundings.ts";
import { keyValueStorage, type KeyValueStore } from "../../client/storage/key_value_storage.ts";
import { fakeUni } from "./fake_uni.ts";

function browserLike(): KeyValueStore {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

const KINDS = { "a browser's": browserLike, "uni's": () => uniStorage(fakeUni()) };

for (const [kind, create] of Object.entries(KINDS)) {
  Deno.test(`${kind} storage keeps texts until they are removed`, async () => {
    const store = create();
    const storage = keyValueStorage(store);
    assert.equal(await store.getItem("a"), null);
    await store.setItem("a", "文");
    await store.setItem("empty", "");
    await storage.set("b", "2");
    assert.deepEqual(
      [await storage.get("a"), await store.getItem("empty"), await store.getItem("b")],
      ["文", "", "2"],
    );
    await store.setItem("a", "new");
    assert.equal(await store.getItem("a"), "new");
    await store.removeItem("a");
    await store.removeItem("never there");
    assert.equal(await storage.get("a"), null);
  });
}

Deno.test("uni's storage does not take what it cannot read for nothing", async () => {
  const api = fakeUni();
  const store = uniStorage(api);
  await store.setItem("session", "s");
  api.values.set("somebody else's", { not: "a text" });
  assert.equal(await store.getItem("somebody else's"), null);
  api.breakStorage();
  await assert.rejects(store.getItem("session"), /system error/);
});

/** A place that takes uploads, and tells what it got. */
function storageServer(status = 200) {
  const got: { path: string; authorization: string | null; form: FormData }[] = [];
  const server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const form = await request.formData();
    got.push({ path: pathname, authorization: request.headers.get("authorization"), form });
    return Response.json(status === 200 ? {} : { statusCode: "415", message: "no" }, { status });
  });
  return { got, server, url: `http://127.0.0.1:${server.addr.port}/storage/v1` };
}

function parcel(url: string, sent: number[] = []): Parcel {
  return {
    file: { path: "wxfile://tmp/a.png", size: 4, type: "image/png" },
    place: { bucket: "chat-images", path: "alice/20261122/1_a.png" },
    mimeType: "image/png",
    key: "",
    access: () => Promise.resolve({ url, headers: { authorization: "Bearer t" } }),
    onProgress: (bytes) => void sent.push(bytes),
  };
}

Deno.test("a file goes up by its path, under the type that was asked for", async () => {
  const { got, server, url } = storageServer();
  await using _ = server;
  const api = fakeUni();
  api.files.set("wxfile://tmp/a.png", new Blob(["four"]));
  const sent: number[] = [];
  const sending = uniSender(api)(parcel(url, sent));
  await sending.attempt(new AbortController().signal);
  const [{ path, authorization, form } = assert.fail()] = got;
  assert.deepEqual([path, authorization], [
    "/storage/v1/object/chat-images/alice/20261122/1_a.png",
    "Bearer t",
  ]);
  assert.deepEqual([form.get("contentType"), form.get("cacheControl")], ["image/png", "3600"]);
  const file = form.get("file");
  assert.ok(file instanceof File);
  assert.deepEqual([await file.text(), sent], ["four", [2, 4]]);
});

Deno.test("refused uploads and broken lines are told apart", async () => {
  const { server, url } = storageServer(400);
  await using _ = server;
  const api = fakeUni();
  api.files.set("wxfile://tmp/a.png", new Blob(["four"]));
  const outcome = (where: string, signal = new AbortController().signal) =>
    uniSender(api)(parcel(where)).attempt(signal).catch((error) => error);
  const refused = await outcome(url);
  assert.ok(refused instanceof ChatError);
  assert.deepEqual([refused.code, refused.status], ["mime_type_invalid", 415]);
  assert.equal((await outcome("http://127.0.0.1:1")).code, "unreachable");
  const ending = new AbortController();
  const stopped = outcome(url, ending.signal);
  ending.abort();
  assert.equal((await stopped).name, "AbortError");
});

Deno.test("the chat hears of the line and of the app going to the back", async () => {
  const api = fakeUni();
  const surroundings = uniSurroundings(api);
  let calls = 0;
  const end = surroundings.watch(() => calls += 1);
  await Promise.resolve();
  assert.deepEqual([surroundings.isOnline(), surroundings.isVisible(), calls], [true, true, 0]);
  api.goOffline();
  api.hide();
  assert.deepEqual([surroundings.isOnline(), surroundings.isVisible(), calls], [false, false, 2]);
  end();
  api.goOnline();
  api.show();
  assert.deepEqual([surroundings.isOnline(), surroundings.isVisible(), calls], [true, true, 2]);
});

Deno.test("an app that starts without a line knows it, unless it has heard better", async () => {
  const offline = uniSurroundings(fakeUni({ networkType: "none" }));
  const api = fakeUni({ networkType: "none" });
  const online = uniSurroundings(api);
  api.goOnline();
  await Promise.resolve();
  assert.deepEqual([offline.isOnline(), online.isOnline()], [false, true]);
});
