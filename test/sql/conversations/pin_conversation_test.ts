// chat.pin_conversation and chat.mute_conversation: marks of one person, seen by that person only.
import assert from "node:assert/strict";
import { scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const VERBS = [
  { verb: "pin_conversation", mark: "pinned" },
  { verb: "mute_conversation", mark: "muted" },
] as const;

for (const { verb, mark } of VERBS) {
  scene(`chat.${verb} sets and takes back a mark of one's own`, async ({ alice, bob, world }) => {
    const chat = await world.direct(alice, bob);
    await bob.call("open_direct", { user_id: alice });
    await bob.heard();
    const before = (await bob.item(chat))?.[mark];

    const set = await alice.call(verb, { conversation_id: chat });
    assert.equal(set[mark], true);
    assert.deepEqual(await alice.heardFully(), [
      { event: "conversation_changed", payload: { ...set } },
    ]);
    assert.equal((await alice.item(chat))?.[mark], true);

    const taken = await alice.call(verb, { conversation_id: chat, [mark]: false });
    assert.deepEqual(taken, { ...set, [mark]: false, state: set.state + 1 });
    assert.deepEqual(await alice.heard(), ["conversation_changed"]);
    assert.deepEqual(await bob.heard(), []);
    assert.equal((await bob.item(chat))?.[mark], before);
  });

  scene(`chat.${verb} twice keeps the moment of the first time`, async ({ alice, bob, world }) => {
    const chat = await world.direct(alice, bob);
    await alice.call(verb, { conversation_id: chat });
    await world.query(`update chat.members set ${mark}_at = ${mark}_at - interval '1 day'`);
    const at = () => world.value<Date>(`select max(${mark}_at) from chat.members`);
    const before = await at();
    await alice.call(verb, { conversation_id: chat, [mark]: true });
    assert.deepEqual(await at(), before);
  });

  scene(`chat.${verb} is not for outsiders`, async ({ alice, bob, mallory, world }) => {
    const chat = await world.direct(alice, bob);
    for (const conversation_id of [chat, crypto.randomUUID(), null]) {
      await refuses(mallory.call(verb, { conversation_id }), "PT404", "conversation_not_found");
    }
  });
}

scene("a muted conversation still counts and still pushes", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  await alice.call("mute_conversation", { conversation_id: chat });
  await alice.heard();
  await bob.says(chat, "psst");
  assert.deepEqual(await alice.heard(), ["message_created"]);
  assert.equal((await alice.item(chat))?.unread, 1);
});
