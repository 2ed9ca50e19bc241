// chat.open_direct
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const open = (person: Person, other: Person | null) =>
  person.call("open_direct", { user_id: other });

scene("a new conversation is empty and in the opener's list only", async ({ alice, bob }) => {
  const { id, last_message_at, ...rest } = await open(alice, bob);

  assert.ok(Math.abs(Date.now() - last_message_at) < 60_000);
  assert.deepEqual(rest, {
    kind: "direct",
    last_seq: 0,
    version: 0,
    state: 1,
    read_seq: 0,
    cleared_seq: 0,
    hidden_seq: null,
    pinned: false,
    muted: false,
    unread: 0,
    mentioned: false,
    last_message: null,
    signal_topic: `chat:signal:${id}:1`,
    group: null,
    peer: {
      id: bob.id,
      username: "bob",
      name: "Bob",
      avatar: null,
      is_guest: false,
      remark: null,
      is_friend: false,
      is_blocked: false,
      read_seq: 0,
    },
  });
  assert.equal((await alice.item(id))?.id, id);
  assert.equal(await bob.item(id), undefined);
  assert.deepEqual(await alice.heard(), ["conversation_changed"]);
  assert.deepEqual(await bob.heard(), []);
});

scene("two people have one conversation, whoever opens it", async ({ alice, bob, world }) => {
  const { id } = await open(alice, bob);
  await alice.heard();

  assert.equal((await open(alice, bob)).id, id);
  assert.deepEqual(await alice.heard(), []);
  assert.equal((await open(bob, alice)).id, id);
  assert.equal(await world.value("select count(*)::int from chat.conversations"), 1);
});

scene("opening brings a hidden conversation back", async ({ alice, bob }) => {
  const { id } = await open(alice, bob);
  await alice.call("hide_conversation", { conversation_id: id });
  await alice.heard();

  assert.equal((await open(alice, bob)).hidden_seq, null);
  assert.deepEqual(await alice.heard(), ["conversation_changed"]);
  assert.ok(await alice.item(id));
});

scene("a guest can open, and can be written to", async ({ alice, gus }) => {
  const opened = await open(alice, gus);
  assert.equal(opened.peer.is_guest, true);
  assert.equal((await open(gus, alice)).id, opened.id);
});

scene("nobody opens a conversation with themselves or with who is not there", async (cast) => {
  const { alice, bob, dora, ghost, world } = cast;
  await refuses(open(alice, alice), "PT400", "cannot_be_yourself");
  for (const person of [dora, ghost, null]) {
    await refuses(open(alice, person), "PT404", "profile_not_found");
  }
  await bob.call("block_user", { user_id: alice });
  await refuses(open(alice, bob), "PT404", "profile_not_found");
  assert.deepEqual(await world.query("select from chat.conversations"), []);
});

scene("whoever blocks must unblock first", async ({ alice, bob }) => {
  await alice.call("block_user", { user_id: bob });
  await refuses(open(alice, bob), "PT409", "person_is_blocked");
});

scene("where only friends may write, only friends open", async ({ alice, bob, server, world }) => {
  await server.call("set_settings", { changes: { who_may_write: "friends" } });
  await refuses(open(alice, bob), "PT403", "friends_only");
  await world.befriend(alice, bob);
  assert.equal((await open(alice, bob)).peer.is_friend, true);
});
