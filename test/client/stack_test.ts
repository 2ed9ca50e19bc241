// The client on the real stack: real tokens, sockets and rows, and a Realtime that goes away and comes back.
import assert from "node:assert/strict";
import { type Chat, createChat } from "../../client/index.ts";
import { startRealtime } from "../../stack/services/realtime.ts";
import type { Service } from "../../stack/service.ts";
import { type Stack, startStack } from "../../stack/start_stack.ts";
import { eventually } from "../api/inbox.ts";
import { Cast, type Person, type Place } from "../support/api.ts";

const all = new AsyncDisposableStack();
Deno.test.afterAll(async () => await all.disposeAsync());
const realtime = await startAll();

/** One test with new people, and devices of theirs that are stopped in the end. */
function story(name: string, play: (cast: Cast, open: (who: Person) => Chat) => Promise<void>) {
  Deno.test(name, async () => {
    await using cast = new Cast(realtime.place);
    await using chats = new AsyncDisposableStack();
    await play(cast, (who) => {
      const chat = createChat(who.supabase, { syncInterval: 15_000 });
      chats.defer(() => chat.stop());
      chat.start();
      return chat;
    });
  });
}

story(
  "two people on three devices end with the same, whatever Realtime does",
  async (cast, open) => {
    const [alice, bob, id] = await cast.friends("alice", "bob");
    const tablet = await alice.device();
    const chats = [alice, tablet, bob].map((who) => open(who));
    const [phone, , other] = chats as [Chat, Chat, Chat];
    await allLive(chats);
    await say(phone, id, "Hello, Bob!");
    await say(other, id, "Hello, Alice!");
    await soon(
      () => chats.every((chat) => texts(chat, id).length >= 2),
      "pushes did not come",
    );

    await realtime.end();
    await soon(() => chats.every((chat) => !isLive(chat)), "nobody noticed");
    for (let i = 0; i < 30; i++) await say(i % 2 ? phone : other, id, `unheard ${i}`);
    await realtime.begin();
    await allLive(chats);
    const slip = await bob.says(id, "The password is swordfish");
    await other.messages.revokeMessage({ message_id: slip.id });
    phone.conversations.read(id, 20);

    const read = () =>
      Promise.all([alice, alice, bob].map((who) => who.verb("list_conversations")));
    const shown = () => chats.map((chat) => chat.live.conversations.getSnapshot());
    await soon(
      async () => asText(shown()) === asText(await read()),
      "the devices do not show what is in the database",
    );
    for (const [i, chat] of chats.entries()) {
      await chat.conversations.open(id);
      const view = () => chat.live.messages(id).getSnapshot();
      while (view().has_older) await chat.messages.loadOlder(id);
      // To each of the two, the system says something else.
      const history = await [alice, alice, bob][i]!.verb("list_messages", { conversation_id: id });
      assert.deepEqual(view().messages, history);
      assert.deepEqual(chat.live.outgoing.getSnapshot(), []);
    }
  },
);

story("a group is followed to its new topic, and left when one is removed", async (cast, open) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const [, carol] = [await cast.friends("dave", "erin"), await cast.signUp("carol")];
  await alice.befriends(carol);
  const [one, other, third] = [open(alice), open(bob), open(carol)];
  await allLive([one, other, third]);
  const { id } = await one.groups.createGroup({ name: "Team", user_ids: [bob.id, carol.id] });
  const inList = (chat: Chat) =>
    chat.live.conversations.getSnapshot().some((item) => item.id === id);
  await soon(() => [one, other, third].every(inList), "the group did not show");

  await one.groups.removeMember({ conversation_id: id, user_id: carol.id });
  await soon(() => !inList(third), "the group is still there");
  await say(one, id, "Among ourselves");
  await soon(
    () => texts(other, id).includes("Among ourselves"),
    "the topic was not followed",
  );
  await assert.rejects(third.messages.listMessages({ conversation_id: id }), {
    name: "ChatError",
    code: "conversation_not_found",
    status: 404,
  });
});

story("friends show on both sides, and a refusal says when to come back", async (cast, open) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  const [one, other] = [open(alice), open(bob)];
  await allLive([one, other]);
  await one.friends.requestFriend({ user_id: bob.id, note: "It's me" });
  const asked = () =>
    other.live.people.getSnapshot().received.find(({ status }) => status === "pending");
  await soon(() => asked() !== undefined, "the request did not show");
  await other.friends.answerFriendRequest({ request_id: asked()!.id, answer: "refuse" });
  const error = await one.friends.requestFriend({ user_id: bob.id }).catch((reason) => reason);
  assert.deepEqual([error.name, error.code, error.status], [
    "ChatError",
    "friend_request_too_soon",
    429,
  ]);
  assert.ok(error.retryAfter > 80_000, `${error.retryAfter}`);
  await other.friends.requestFriend({ user_id: alice.id });
  await soon(() => one.live.people.getSnapshot().received.length === 1, "no request came");
  const [request] = one.live.people.getSnapshot().received;
  await one.friends.answerFriendRequest({ request_id: request!.id, answer: "accept" });
  const friendsOf = (chat: Chat) => chat.live.people.getSnapshot().friends.map(({ id }) => id);
  await soon(() => friendsOf(one)[0] === bob.id && friendsOf(other)[0] === alice.id, "no");
});

story("who types and who is there shows in the open conversation", async (cast, open) => {
  const [alice, bob, id] = await cast.friends("alice", "bob");
  const [one, other] = [open(alice), open(bob)];
  await allLive([one, other]);
  await Promise.all([one, other].map((chat) => chat.conversations.open(id)));
  const signals = () => other.live.signals.getSnapshot();
  await soon(() => signals().present.includes(alice.id), "she is not there");
  one.conversations.type();
  await soon(() => signals().typing.includes(alice.id), "she does not type");
  await one.messages.send({ conversation_id: id, kind: "text", body: { text: "Done" } });
  const last = () => other.live.messages(id).getSnapshot().messages.at(-1);
  await soon(() => last()?.data.data === "Done", "nothing came");
  assert.deepEqual(signals().typing, []);
  await one.conversations.open(null);
  await soon(() => !signals().present.includes(alice.id), "she is still there");
});

story(
  "whoever signs out hears and shows nothing, and the next one only their own",
  async (cast, open) => {
    const [alice, bob, id] = await cast.friends("alice", "bob");
    const chat = open(alice);
    await allLive([chat]);
    await alice.supabase.auth.signOut({ scope: "local" });
    await soon(() => chat.live.status.getSnapshot().user_id === null, "still signed in");
    assert.deepEqual(chat.live.conversations.getSnapshot(), []);
    await bob.says(id, "for Alice only");
    await alice.supabase.auth.signInAnonymously();
    await allLive([chat]);
    assert.notEqual(chat.live.status.getSnapshot().user_id, alice.id);
    assert.deepEqual(chat.live.conversations.getSnapshot(), []);
  },
);

story("a channel whose token ended is opened again with a new one", async (cast, open) => {
  const [alice, bob, id] = await cast.friends("alice", "bob");
  const chat = open(alice);
  await allLive([chat]);
  await cast.sql("update chat.profiles set status = 'disabled' where id = $1", [alice.id]);
  await soon(async () => {
    const { data } = await alice.supabase.auth.refreshSession();
    return data.session?.access_token !== alice.token;
  }, "there was no new token");
  const isHeard = () => alice.supabase.getChannels().some(({ state }) => state === "joined");
  await soon(() => !isHeard(), "the channel stayed open");
  const problem = () => chat.live.status.getSnapshot().problem?.code;
  await soon(() => problem() === "account_disabled", "nobody says why");
  await cast.sql("update chat.profiles set status = 'active' where id = $1", [alice.id]);
  await allLive([chat]);
  await bob.says(id, "Welcome back");
  await soon(() => texts(chat, id).includes("Welcome back"), "nothing was heard");
});

/** Longer than it takes to look: a push may be lost, and nobody is told. */
function soon(holds: () => Promise<boolean> | boolean, complaint: string): Promise<void> {
  return eventually(holds, complaint, 30_000);
}

function isLive(chat: Chat): boolean {
  const { connection, is_synced } = chat.live.status.getSnapshot();
  return connection === "live" && is_synced;
}

async function allLive(chats: Chat[]): Promise<void> {
  await soon(() => chats.every(isLive), "not all are live");
}

async function say(chat: Chat, conversation_id: string, text: string): Promise<void> {
  await chat.messages.send({ conversation_id, kind: "text", body: { text } });
}

function texts(chat: Chat, id: string): unknown[] {
  return chat.live.messages(id).getSnapshot().messages.map(({ data }) => data.data);
}

/** For comparing; the numbers that only sync works with may be behind. */
function asText(items: unknown): string {
  const hidden = ["cursor", "version", "state"];
  return JSON.stringify(items, (key, value) => {
    if (hidden.includes(key)) return undefined;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.keys(value).toSorted().map((name) => [name, value[name]]));
  });
}

/** A stack, with a Realtime before it that can be ended. */
async function startAll() {
  const folder = await Deno.makeTempDir({ prefix: "supabase-chat-test-" });
  all.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.chmod(folder, 0o755);
  const stack = all.use(
    await startStack({
      folder,
      apiPort: 0,
      databasePort: 0,
      durable: false,
      auth: { passwordCost: 4 },
    }),
  );
  let service: Service | null = await beginRealtime(stack);
  all.defer(async () => await service?.[Symbol.asyncDispose]());
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    if (!pathname.startsWith("/realtime/v1")) {
      const { method, headers, body } = request;
      return fetch(stack.apiUrl + pathname + search, { method, headers, body });
    }
    return service?.fetch(request) ?? new Response(null, { status: 503 });
  });
  all.defer(() => server.shutdown());
  const place: Place = {
    apiUrl: `http://127.0.0.1:${server.addr.port}`,
    databasePort: Number(new URL(stack.databaseUrl("postgres")).port),
  };
  return {
    place,
    end: async () => {
      const ending = service;
      service = null;
      await ending?.[Symbol.asyncDispose]();
    },
    begin: async () => void (service = await beginRealtime(stack)),
  };
}

function beginRealtime(stack: Stack): Promise<Service> {
  return startRealtime({
    databaseUrl: stack.databaseUrl("supabase_admin"),
    keys: stack.keys,
    log: () => {},
    joinErrorDelay: 100,
    connectErrorDelay: 100,
  });
}
