// Several tabs of one browser: what one of them is told to send is sent once, and shown in all.
import assert from "node:assert/strict";
import { createChatOn } from "../../client/create_chat.ts";
import { memoryStorage } from "../../client/storage/chat_storage.ts";
import { browserTabs, type Locks, singleTab, type Tabs } from "../../client/tabs.ts";
import type { Transport } from "../../client/transport.ts";
import { ModelServer } from "./model_server.ts";
import { VirtualTime } from "./virtual_time.ts";

/** Locks as the browser has them: one holder after the other. */
function createLocks(): Locks {
  const queues = new Map<string, Promise<unknown>>();
  return {
    request: (name: string, ...rest: unknown[]) => {
      const act = rest.at(-1) as () => Promise<never>;
      const { signal } = (rest.length > 1 ? rest[0] : {}) as { signal?: AbortSignal };
      const turn = (queues.get(name) ?? Promise.resolve()).then(() => {
        signal?.throwIfAborted();
        return act();
      });
      queues.set(name, turn.catch(() => {}));
      return turn;
    },
  };
}

/** Channels as the browser has them: everybody hears but the one who tells. */
function createChannels(): typeof BroadcastChannel {
  const open = new Set<{ name: string; onmessage: ((event: { data: unknown }) => void) | null }>();
  class Channel {
    readonly name: string;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    constructor(name: string) {
      this.name = name;
      open.add(this);
    }
    postMessage(data: unknown): void {
      for (const other of open) {
        if (other !== this && other.name === this.name) {
          queueMicrotask(() => other.onmessage?.({ data: structuredClone(data) }));
        }
      }
    }
    close(): void {
      open.delete(this);
    }
  }
  return Channel as unknown as typeof BroadcastChannel; // as much of it as is used
}

/** Tabs of one person, on a server that pushes nothing. */
function createBrowser(tabs: () => Tabs) {
  const time = new VirtualTime();
  const server = new ModelServer(() => time.now, ["alice", "bob"]);
  const id = server.addPlace("direct", ["alice", "bob"]);
  const storage = memoryStorage();
  const sent: string[] = [];
  const transport = (name: string): Transport => ({
    call: (verb, args) => {
      if (verb === "send_message") sent.push(name);
      if (verb === "send_message" && name === "stopped") return new Promise(() => {});
      return Promise.resolve().then(() => server.call("alice", verb, args));
    },
    listFriends: () => Promise.resolve([]),
    join: () => ({ leave: () => {}, send: () => {}, track: () => {} }),
    watchUser: (listener) => time.after(0, () => listener("alice")),
    refreshToken: () => Promise.resolve(),
    clock: { now: () => time.now, random: () => 0, after: (ms, run) => time.after(ms, run) },
    surroundings: { isOnline: () => true, isVisible: () => true, watch: () => () => {} },
  });
  const open = (name: string) => {
    const chat = createChatOn(transport(name), {
      storage,
      tabs: tabs(),
      maxTopics: 10,
      syncInterval: 60_000,
      syncPageSize: 500,
      historyPageSize: 50,
      maxLogs: 10,
      maxLogLength: 100,
      moveJitter: 0,
    });
    chat.start();
    return chat;
  };
  return { time, server, id, sent, open };
}

function browserWithAll(): () => Tabs {
  const [locks, channels] = [createLocks(), createChannels()];
  return () => browserTabs(locks, channels);
}

function text(words: string, conversation_id: string) {
  return { conversation_id, kind: "text", body: { text: words } };
}

Deno.test("what is said in any tab is sent by one of them, and shown in all", async () => {
  const { time, server, id, sent, open } = createBrowser(browserWithAll());
  const [first, second] = [open("first"), open("second")];
  await time.pass(100);
  await Promise.all([second.messages.send(text("one", id)), time.pass(10)]);
  await Promise.all([first.messages.send(text("two", id)), time.pass(10)]);
  await time.pass(100);
  assert.deepEqual(sent, ["first", "first"]);
  assert.deepEqual(server.places.get(id)!.messages.map(({ data }) => data.data), ["one", "two"]);
  for (const chat of [first, second]) {
    const { messages, outgoing } = chat.live.messages(id).getSnapshot();
    assert.deepEqual([messages.map(({ data }) => data.data), outgoing], [["one", "two"], []]);
  }
});

Deno.test("when the tab that sends is closed, another one goes on", async () => {
  const { time, server, id, sent, open } = createBrowser(browserWithAll());
  const [first, second] = [open("first"), open("second")];
  await time.pass(100);
  first.stop();
  await time.pass(100);
  await Promise.all([second.messages.send(text("one", id)), time.pass(100)]);
  assert.deepEqual(sent, ["second"]);
  assert.equal(server.places.get(id)!.messages.length, 1);
});

Deno.test("when the tab that sends is stopped in the background, another one loses patience", async () => {
  const { time, server, id, sent, open } = createBrowser(browserWithAll());
  open("stopped");
  await time.pass(100);
  const second = open("second");
  await time.pass(100);
  await Promise.all([second.messages.send(text("one", id)), time.pass(10_000)]);
  assert.deepEqual(sent, ["stopped", "second"]);
  assert.equal(server.places.get(id)!.messages.length, 1);
});

Deno.test("a draft is shown in all tabs, and is there after a restart", async () => {
  const { time, id, open } = createBrowser(browserWithAll());
  const [first, second] = [open("first"), open("second")];
  await time.pass(100);
  first.conversations.setDraft(id, "Hel");
  first.conversations.setDraft(id, "Hello");
  await time.pass(1_000);
  assert.equal(second.live.drafts.getSnapshot().get(id), "Hello");
  const third = open("third");
  await time.pass(100);
  assert.equal(third.live.drafts.getSnapshot().get(id), "Hello");
  second.conversations.setDraft(id, "");
  assert.equal(second.live.drafts.getSnapshot().size, 0);
  await time.pass(1_000);
  for (const chat of [first, second, third]) assert.equal(chat.live.drafts.getSnapshot().size, 0);
});

Deno.test("without locks and channels a tab is on its own, and works", async () => {
  const { time, server, id, open } = createBrowser(singleTab);
  const chat = open("only");
  await time.pass(100);
  await Promise.all([chat.messages.send(text("one", id)), time.pass(100)]);
  assert.equal(server.places.get(id)!.messages.length, 1);
});
