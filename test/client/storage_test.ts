// Every storage keeps; and a client whose storage does not work goes on without.
import assert from "node:assert/strict";
import { type ChatStorage, memoryStorage } from "../../client/storage/chat_storage.ts";
import { keyValueStorage } from "../../client/storage/key_value_storage.ts";
import { createShelf } from "../../client/outbox/shelf.ts";
import { adding, type Outgoing, removing } from "../../client/outbox/outgoing.ts";
import { singleTab } from "../../client/tabs.ts";

const STORAGES: Record<string, () => ChatStorage> = {
  memoryStorage,
  keyValueStorage: () => {
    const values = new Map<string, string>();
    return keyValueStorage({
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => void values.set(key, value),
      removeItem: (key) => void values.delete(key),
    });
  },
  "keyValueStorage with promises": () => {
    const values = new Map<string, string>();
    return keyValueStorage({
      getItem: (key) => Promise.resolve(values.get(key) ?? null),
      setItem: (key, value) => Promise.resolve(values.set(key, value)),
      removeItem: (key) => Promise.resolve(values.delete(key)),
    });
  },
};

for (const [name, create] of Object.entries(STORAGES)) {
  Deno.test(`${name} keeps, replaces and forgets`, async () => {
    const storage = create();
    assert.equal(await storage.get("one"), null);
    await storage.set("one", "a");
    await storage.set("two", "b");
    await storage.set("one", "c");
    assert.deepEqual([await storage.get("one"), await storage.get("two")], ["c", "b"]);
    await storage.delete("one");
    await storage.delete("never there");
    assert.deepEqual([await storage.get("one"), await storage.get("two")], [null, "b"]);
  });
}

function openShelf(storage: ChatStorage) {
  let shown: readonly Outgoing[] = [];
  const shelf = createShelf({
    key: "outbox",
    storage,
    tabs: singleTab(),
    show: (list) => shown = list,
    onKept: () => {},
  });
  return { ...shelf, ids: () => shown.map(({ id }) => id) };
}

function message(id: string): Outgoing {
  return {
    id,
    conversation_id: "c",
    kind: "text",
    body: { text: "Hello" },
    create_time: 1,
    refused: null,
  };
}

Deno.test("messages outlive a storage that is full, as long as the page lives", async () => {
  const storage = memoryStorage();
  const shelf = openShelf({ ...storage, set: () => Promise.reject(new Error("QuotaExceeded")) });
  await shelf.change(adding(message("one")));
  await shelf.change(adding(message("two")));
  await shelf.read();
  assert.deepEqual(shelf.ids(), ["one", "two"]);
  await shelf.change(removing(new Set(["one"])));
  assert.deepEqual(shelf.ids(), ["two"]);
});

Deno.test("what lies in the storage and is no message is left out", async () => {
  for (const text of ["nonsense", "{}", "null", `[1, null, {"id": "x"}, "y"]`]) {
    const storage = memoryStorage();
    await storage.set("outbox", text);
    const shelf = openShelf(storage);
    await shelf.read();
    assert.deepEqual(shelf.ids(), [], text);
    await shelf.change(adding(message("one")));
    assert.deepEqual(shelf.ids(), ["one"], text);
  }
});
