// chat.get_messages: single messages by position.
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { list } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

const get = (person: Person, conversation_id: string | null, seqs: unknown) =>
  person.call("get_messages", { conversation_id, seqs });

scene("messages come in their order, each once, as the list shows them", async (cast) => {
  const { alice, bob, world } = cast;
  const chat = await world.direct(alice, bob);
  for (const text of ["one", "two", "three"]) await alice.says(chat, text);
  const [one, , three] = await list(bob, chat);
  assert.deepEqual(await get(bob, chat, [3, 1, 3]), [one, three]);
});

scene("positions where nothing is, or nothing any more, are left out", async (cast) => {
  const { alice, bob, world } = cast;
  const chat = await world.direct(alice, bob);
  await alice.says(chat, "one");
  await bob.call("clear_history", { conversation_id: chat });
  await alice.says(chat, "two");
  const [two] = await list(bob, chat);
  const seqs = [0, -1, 1, 2, 3, null, "9223372036854775807"];
  assert.deepEqual(await get(bob, chat, seqs), [two]);
  assert.deepEqual(await get(bob, chat, [1]), []);
});

scene("between 1 and 200 are asked for at a time", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  for (const seqs of [[], null, Array.from({ length: 201 }, (_, i) => i)]) {
    await refuses(get(alice, chat, seqs), "PT400", "page_size_invalid");
  }
  assert.deepEqual(await get(alice, chat, Array.from({ length: 200 }, (_, i) => i)), []);
});

scene("outsiders learn nothing", async ({ alice, bob, mallory, world }) => {
  const chat = await world.direct(alice, bob);
  for (const conversation of [chat, crypto.randomUUID(), null]) {
    await refuses(get(mallory, conversation, [1]), "PT404", "conversation_not_found");
  }
});
