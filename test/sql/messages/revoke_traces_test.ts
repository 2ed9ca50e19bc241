// What goes when a message is revoked, and who is told.
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { gather, groupOf, list, listen, texts } from "../../support/groups.ts";
import { owns, sends } from "../../support/library.ts";
import type { Envelope } from "../answers.ts";

const revoke = (person: Person, { id }: Envelope) =>
  person.call("revoke_message", { message_id: id });

scene("the sender takes a message back, and both people's devices are told once", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const chat = await world.direct(alice, bob);
  const said = await alice.says(chat, "Oops");
  for (const person of [alice, bob]) await person.heard();

  const notice = await revoke(alice, said);

  const told = { ...notice, options: {} };
  for (const person of [alice, bob]) {
    assert.deepEqual(await person.heardFully(), [{ event: "message_revoked", payload: told }]);
  }
  assert.deepEqual(await carol.heard(), []);
  assert.deepEqual(told, {
    ...said,
    version: 1,
    type: "systemNotice",
    actionType: "revoke",
    data: { data: "Alice revoked a message", dataType: false, otherData: null },
    isremove: 0,
  });
  const stub = { ...told, isremove: 1 };
  for (const person of [alice, bob]) {
    assert.deepEqual(await list(person, chat), [stub]);
    assert.deepEqual((await person.item(chat))?.last_message, stub);
  }
});

scene("what is revoked keeps its place and loses all it said", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const question = await alice.says(group, "A question");
  const said = await bob.call("send_message", {
    conversation_id: group,
    kind: "custom",
    body: { type: "dice", data: { secret: 6 } },
    reply_to: question.id,
    mentions: [alice.id],
  });
  const { last_seq } = await groupOf(alice, group);
  const ear = await listen(world, group);

  await revoke(bob, said);

  assert.deepEqual(await ear.heard(), ["1 revoke"]);
  const [row] = await world.query("select * from chat.messages where id = $1", [said.id]);
  assert.deepEqual(
    [row?.body, row?.mentions, row?.reply_to_seq, row?.revoked_by, row?.kind],
    [null, null, null, bob.id, "custom"],
  );
  assert.equal((await groupOf(alice, group)).last_seq, last_seq);
  const [stub] = await alice.call("get_messages", { conversation_id: group, seqs: [said.seq] });
  assert.deepEqual([stub?.options, stub?.data.otherData, stub?.isremove], [{}, null, 1]);
});

scene("a file that was taken back is not named any more", async ({ alice, bob, server, world }) => {
  const group = await gather(alice, [bob]);
  const media = await owns(alice, server, { kind: "file", facts: { file_name: "Canary.pdf" } });
  const said = await sends(alice, group, media, { caption: "A canary" });
  await revoke(alice, said);
  const [row] = await world.query("select body, media_id from chat.messages where id = $1", [
    said.id,
  ]);
  assert.deepEqual(row, { body: null, media_id: null });
  assert.deepEqual(
    await world.query("select from realtime.messages where payload::text ilike '%canary%'"),
    [],
  );
  const [stub] = await bob.call("get_messages", { conversation_id: group, seqs: [said.seq] });
  assert.deepEqual([stub?.type, stub?.data.otherData], ["systemNotice", null]);
});

scene("Realtime keeps nothing of it, to nobody", async ({ alice, bob, gus, world }) => {
  const group = await gather(alice, [bob]);
  for (const chat of [group, await world.direct(alice, gus)]) {
    const said = await alice.says(chat, "Canary");
    await revoke(alice, said);
  }
  assert.deepEqual(
    await world.query("select topic from realtime.messages where payload::text like '%Canary%'"),
    [],
  );
  assert.equal(
    await world.value(
      "select count(*)::int from realtime.messages where event = 'message_revoked'",
    ),
    3,
  );
});

scene("it no longer counts as unread", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const said = await alice.says(chat, "One");
  await alice.says(chat, "Two");
  await revoke(alice, said);
  assert.equal((await bob.item(chat))?.unread, 1);
});

scene("answers to it stay and name it still", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const question = await alice.says(chat, "A question");
  const { id, seq } = question;
  await bob.call("send_message", {
    conversation_id: chat,
    kind: "text",
    body: { text: "An answer" },
    reply_to: id,
  });
  await revoke(alice, question);
  const [, answer] = await list(alice, chat);
  assert.deepEqual([answer?.data.data, answer?.options], ["An answer", { reply_to: { id, seq } }]);
});

scene("the text comes back to its sender only, where the settings say so", async (cast) => {
  const { alice, bob, server, world } = cast;
  const group = await gather(alice, [bob]);
  const custom = await bob.call("send_message", {
    conversation_id: group,
    kind: "custom",
    body: { type: "dice", data: 6 },
  });
  assert.deepEqual((await revoke(bob, custom)).options, {});
  const said = await bob.says(group, "Draft");
  assert.deepEqual((await revoke(bob, said)).options, { text: "Draft" });
  await server.call("set_settings", { changes: { revoked_text_comes_back: false } });
  const next = await bob.says(group, "Draft");
  assert.deepEqual((await revoke(bob, next)).options, {});
  assert.deepEqual(
    await world.query(
      "select from realtime.messages where event = 'message_revoked' and payload -> 'options' <> '{}'",
    ),
    [],
  );
});

scene("a record that is revoked loses its entries", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const said = await bob.says(chat, "Hello");
  const [record] = await alice.call("forward_messages", {
    message_ids: [said.id],
    conversation_ids: [chat],
    mode: "merged",
  });
  assert.ok(record);
  assert.equal((await bob.call("open_record", { message_id: record.id })).length, 1);
  await revoke(alice, record);
  assert.deepEqual(await world.query("select from chat.forwarded_messages"), []);
  assert.deepEqual(await bob.call("open_record", { message_id: record.id }), []);
});

const TROUBLES = {
  "there is no table of Realtime's":
    "alter table realtime.messages rename to messages_of_yesterday",
  "there is no schema of Realtime's": "alter schema realtime rename to realtime_of_yesterday",
};

for (const [trouble, sql] of Object.entries(TROUBLES)) {
  scene(`a message is taken back also while ${trouble}`, async ({ alice, bob, world }) => {
    const chat = await world.direct(alice, bob);
    const said = await alice.says(chat, "Oops");
    await world.query(sql);
    await revoke(alice, said);
    assert.deepEqual(await texts(bob, chat), ["revoke"]);
  });
}
