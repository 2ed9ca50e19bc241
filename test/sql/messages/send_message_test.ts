// chat.send_message: who may write, what is stored and told, and what sending twice means.
import assert from "node:assert/strict";
import { v4, v7 } from "uuid";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const send = (person: Person, conversation_id: string | null, id: string | null, text = "Hello") =>
  person.call("send_message", { conversation_id, kind: "text", body: { text }, id });

scene("a message is told to both people's devices once, and to nobody else", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const chat = await world.direct(alice, bob);

  const envelope = await send(alice, chat, null);

  assert.deepEqual(await alice.heardFully(), [{ event: "message_created", payload: envelope }]);
  assert.deepEqual(await bob.heardFully(), [{ event: "message_created", payload: envelope }]);
  assert.deepEqual(await carol.heard(), []);
});

scene("positions follow each other without gaps, in each conversation", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const one = await world.direct(alice, bob);
  const other = await world.direct(alice, carol);
  const seqs: number[] = [];
  for (const chat of [one, one, other, one, other]) {
    seqs.push((await send(alice, chat, null)).seq);
    await refuses(send(alice, chat, v4()), "PT400", "message_id_invalid");
  }
  assert.deepEqual(seqs, [1, 2, 1, 3, 2]);
});

scene("the same id again is the same message", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const id = v7();
  await send(alice, chat, id);
  await world.query("update chat.messages set created_at = now() - interval '1 hour'");
  await world.query("update chat.conversations set last_message_at = now() - interval '1 hour'");
  const [first] = await alice.call("list_messages", { conversation_id: chat });
  await alice.heard();
  await bob.heard();
  const before = await world.snapshot();

  assert.deepEqual(await send(alice, chat, id), first);

  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await alice.heard(), []);
  assert.deepEqual(await bob.heard(), []);
  assert.equal((await send(alice, chat, v7())).seq, 2);
});

scene("a message sent again after others keeps its place", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const id = v7();
  await send(alice, chat, id, "one");
  await send(bob, chat, v7(), "two");
  assert.equal((await send(alice, chat, id, "one")).seq, 1);
  assert.equal((await alice.item(chat))?.last_seq, 2);
});

scene("an id belongs to one message only", async ({ alice, bob, carol, world }) => {
  const chat = await world.direct(alice, bob);
  const other = await world.direct(alice, carol);
  const id = v7();
  await send(alice, chat, id);
  await bob.heard();
  const before = await world.snapshot();

  await refuses(send(alice, chat, id, "Other words"), "PT409", "message_id_conflict");
  await refuses(send(alice, other, id), "PT409", "message_id_conflict");
  await refuses(send(bob, chat, id), "PT409", "message_id_conflict");
  const custom = { conversation_id: chat, kind: "custom", body: { type: "dice", data: 6 }, id };
  await refuses(alice.call("send_message", custom), "PT409", "message_id_conflict");

  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await bob.heard(), []);
});

scene("the order of fields in a body makes no other message", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const args = { conversation_id: chat, kind: "custom", id: v7() };
  const first = await alice.call("send_message", { ...args, body: { type: "dice", data: 6 } });
  const again = await alice.call("send_message", { ...args, body: { data: 6.0, type: "dice" } });
  assert.deepEqual(again, first);
});

scene("an id is a version 7 uuid of the last 30 days", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const minute = 60_000;
  const day = 24 * 60 * minute;
  const at = (offset: number) => v7({ msecs: Date.now() + offset });
  const nil = "00000000-0000-0000-0000-000000000000";
  const wrongVariant = v7().replace(/^(.{19})./, "$1c");
  for (const id of [v4(), nil, wrongVariant, at(-30 * day - minute), at(day + minute)]) {
    await refuses(send(alice, chat, id), "PT400", "message_id_invalid");
  }
  for (const id of [at(0), at(-30 * day + minute), at(day - minute)]) {
    assert.equal((await send(alice, chat, id)).id, id);
  }
});

scene("without an id the server chooses one", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const [one, two] = [await send(alice, chat, null), await send(alice, chat, null)];
  assert.match(one.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(one.id, two.id);
});

scene("an outsider learns nothing, not even that the conversation exists", async (cast) => {
  const { alice, bob, mallory, world } = cast;
  const chat = await world.direct(alice, bob);
  for (const conversation of [chat, crypto.randomUUID(), null]) {
    await refuses(send(mallory, conversation, null), "PT404", "conversation_not_found");
  }
  assert.deepEqual(await alice.heard(), []);
});

scene("nobody writes to who cannot be reached any more", async (cast) => {
  const { alice, bob, carol, gus, world } = cast;
  const chats = [];
  for (const person of [bob, carol, gus]) chats.push(await world.direct(alice, person));
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [bob.id]);
  await world.query("delete from auth.users where id = $1", [carol.id]);
  await gus.call("block_user", { user_id: alice });
  await gus.heard();

  for (const chat of chats) {
    await refuses(send(alice, chat, null), "PT404", "profile_not_found");
  }
  for (const person of [bob, carol, gus]) assert.deepEqual(await person.heard(), []);
});

scene("whoever blocks must unblock before writing", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  await alice.call("block_user", { user_id: bob });
  await refuses(send(alice, chat, null), "PT409", "person_is_blocked");
  await alice.call("unblock_user", { user_id: bob });
  assert.equal((await send(alice, chat, null)).seq, 1);
});

scene("guests and users write to each other", async ({ alice, gus, world }) => {
  const chat = await world.direct(alice, gus);
  await send(alice, chat, null, "Welcome");
  await send(gus, chat, null, "Thanks");
  assert.deepEqual(await gus.heard(), ["message_created", "message_created"]);
  assert.equal((await alice.item(chat))?.unread, 1);
});

scene("where only friends may write, strangers may not", async (cast) => {
  const { alice, bob, gus, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const withGuest = await world.direct(alice, gus);
  await server.call("set_settings", { changes: { who_may_write: "friends" } });

  await refuses(send(alice, chat, null), "PT403", "friends_only");
  await refuses(send(gus, withGuest, null), "PT403", "friends_only");
  await world.befriend(alice, bob);
  await send(alice, chat, null);
  await bob.call("remove_friend", { user_id: alice });
  await refuses(send(alice, chat, null), "PT403", "friends_only");
  await server.call("set_settings", { changes: { who_may_write: "everyone" } });
  await send(alice, chat, null);
});
