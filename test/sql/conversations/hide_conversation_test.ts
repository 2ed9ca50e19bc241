// chat.hide_conversation and chat.clear_history
import assert from "node:assert/strict";
import { scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

scene("a hidden conversation comes back with the next message", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  await bob.says(chat, "one");
  await alice.heard();
  await bob.heard();

  const marks = await alice.call("hide_conversation", { conversation_id: chat });

  assert.equal(marks.hidden_seq, 1);
  assert.deepEqual(await alice.heardFully(), [
    { event: "conversation_changed", payload: { ...marks } },
  ]);
  assert.deepEqual(await bob.heard(), []);
  assert.equal(await alice.item(chat), undefined);
  assert.ok(await bob.item(chat));
  await bob.says(chat, "two");
  assert.equal((await alice.item(chat))?.unread, 2);
});

scene("a hidden conversation can still be read and written to", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  await bob.says(chat, "one");
  await alice.call("hide_conversation", { conversation_id: chat });
  assert.equal((await alice.call("list_messages", { conversation_id: chat })).length, 1);
  await alice.says(chat, "two");
  assert.ok(await alice.item(chat));
});

scene("clearing empties a conversation for one of the two", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  for (const text of ["one", "two"]) await bob.says(chat, text);
  await alice.heard();
  await bob.heard();

  const marks = await alice.call("clear_history", { conversation_id: chat });

  assert.equal(marks.cleared_seq, 2);
  assert.equal(marks.read_seq, 2);
  assert.deepEqual(await alice.heardFully(), [
    { event: "conversation_changed", payload: { ...marks } },
  ]);
  assert.deepEqual(await bob.heard(), []);
  assert.deepEqual(await alice.call("list_messages", { conversation_id: chat }), []);
  assert.equal((await bob.call("list_messages", { conversation_id: chat })).length, 2);
  const next = await bob.says(chat, "three");
  assert.equal(next.seq, 3);
  assert.deepEqual(
    (await alice.call("list_messages", { conversation_id: chat })).map(({ seq }) => seq),
    [3],
  );
});

scene("what is cleared stays cleared, whichever way it is asked for", async (cast) => {
  const { alice, bob, world } = cast;
  const chat = await world.direct(alice, bob);
  for (const text of ["one", "two", "three"]) await bob.says(chat, text);
  await alice.call("clear_history", { conversation_id: chat });
  await bob.says(chat, "four");

  for (const where of [{ after_seq: 0 }, { before_seq: 3 }, { before_seq: 9 }, { after_seq: 2 }]) {
    const page = await alice.call("list_messages", { conversation_id: chat, ...where });
    assert.ok(page.every(({ seq }) => seq === 4), JSON.stringify(where));
  }
  const { conversations } = await alice.call("sync", {
    cursors: { [chat]: { seq: 1, version: 0, state: 0 } },
  });
  assert.deepEqual(conversations[0]?.messages.map(({ seq }) => seq), [4]);
});

for (const verb of ["hide_conversation", "clear_history"] as const) {
  scene(`chat.${verb} is not for outsiders`, async ({ alice, bob, mallory, world }) => {
    const chat = await world.direct(alice, bob);
    await bob.says(chat, "one");
    for (const conversation_id of [chat, crypto.randomUUID(), null]) {
      await refuses(mallory.call(verb, { conversation_id }), "PT404", "conversation_not_found");
    }
    assert.ok(await alice.item(chat));
  });

  scene(`chat.${verb} may be repeated`, async ({ alice, bob, world }) => {
    const chat = await world.direct(alice, bob);
    await bob.says(chat, "one");
    const once = await alice.call(verb, { conversation_id: chat });
    assert.deepEqual(await alice.call(verb, { conversation_id: chat }), {
      ...once,
      state: once.state + 1,
    });
  });
}
