// chat.mark_read
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const mark = (person: Person, conversation_id: string, seq: number | bigint | null) =>
  person.call("mark_read", { conversation_id, seq });

scene("reading is told to both, and to nobody else", async ({ alice, bob, carol, world }) => {
  const chat = await world.direct(alice, bob);
  for (const text of ["one", "two", "three"]) await alice.says(chat, text);
  await alice.heard();
  await bob.heard();

  const answer = await mark(bob, chat, 2);

  assert.equal(answer.read_seq, 2);
  assert.equal(answer.unread, 1);
  const told = {
    event: "conversation_read",
    payload: { conversation_id: chat, user_id: bob.id, read_seq: 2 },
  };
  assert.deepEqual(await alice.heardFully(), [told]);
  assert.deepEqual(await bob.heardFully(), [told]);
  assert.deepEqual(await carol.heard(), []);
  assert.equal((await alice.item(chat))?.peer.read_seq, 2);
});

scene("the mark moves forward only", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  for (const text of ["one", "two", "three"]) await alice.says(chat, text);
  await mark(bob, chat, 2);
  await bob.heard();
  await alice.heard();
  const before = await world.snapshot();

  for (const seq of [0, 1, 2]) assert.equal((await mark(bob, chat, seq)).read_seq, 2);

  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await bob.heard(), []);
  assert.deepEqual(await alice.heard(), []);
});

scene("the mark stops at the newest message", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  await alice.says(chat, "one");
  assert.equal((await mark(bob, chat, 9_223_372_036_854_775_807n)).read_seq, 1);

  await alice.says(chat, "two");
  assert.equal((await bob.item(chat))?.unread, 1);
});

scene("an empty conversation has nothing to read", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  assert.equal((await mark(alice, chat, 5)).read_seq, 0);
  assert.deepEqual(await alice.heard(), []);
});

scene("a position is a number from 0 on", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  await refuses(mark(alice, chat, -1), "PT400", "seq_invalid");
  await refuses(mark(alice, chat, null), "PT400", "seq_invalid");
});

scene("an outsider marks nothing", async ({ alice, bob, mallory, world }) => {
  const chat = await world.direct(alice, bob);
  await alice.says(chat, "one");
  await alice.heard();
  await refuses(mark(mallory, chat, 1), "PT404", "conversation_not_found");
  await refuses(mark(mallory, chat, -1), "PT404", "conversation_not_found");
  await refuses(mark(mallory, crypto.randomUUID(), 1), "PT404", "conversation_not_found");
  assert.deepEqual(await alice.heard(), []);
});

scene("while one blocks the other, neither hears how far the other reads", async (cast) => {
  const { alice, bob, world } = cast;
  const chat = await world.direct(alice, bob);
  await alice.says(chat, "one");
  await bob.says(chat, "two");
  await alice.call("block_user", { user_id: bob });
  await alice.heard();
  await bob.heard();

  await mark(bob, chat, 1);
  await mark(alice, chat, 2);

  assert.deepEqual((await alice.heardFully()).map(({ payload }) => payload.user_id), [alice.id]);
  assert.deepEqual((await bob.heardFully()).map(({ payload }) => payload.user_id), [bob.id]);
});
