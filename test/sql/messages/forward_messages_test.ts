// chat.forward_messages: each as one's own, or merged into a record; all or nothing.
import assert from "node:assert/strict";
import { v7 } from "uuid";
import { type Person, scene } from "../../support/people.ts";
import { gather, list, listen, texts } from "../../support/groups.ts";
import type { Envelope } from "../answers.ts";
import { refuses } from "../refuses.ts";

const forward = (
  person: Person,
  messages: readonly (Pick<Envelope, "id"> | undefined)[],
  conversation_ids: (string | null)[] | null,
  mode: string | null = "each",
) =>
  person.call("forward_messages", {
    message_ids: messages.map((message) => message?.id ?? null),
    conversation_ids,
    mode,
  });

scene("each becomes a message of one's own, in the order they were said", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const chat = await world.direct(alice, bob);
  const one = await bob.says(chat, "One");
  const two = await bob.call("send_message", {
    conversation_id: chat,
    kind: "custom",
    body: { type: "dice", data: 6 },
    reply_to: one.id,
    mentions: [alice.id],
  });
  const target = await world.direct(alice, carol);
  await bob.heard();

  const sent = await forward(alice, [two, one], [target]);

  assert.deepEqual(sent, await list(carol, target));
  assert.deepEqual(
    sent.map(({ from_id, type, data, options }) => [from_id, type, data.data, options]),
    [
      [alice.id, "text", "One", { forwarded: true }],
      [alice.id, "custom", 6, { forwarded: true }],
    ],
  );
  assert.deepEqual(await carol.heard(), ["message_created", "message_created"]);
  assert.deepEqual(
    await alice.heardFully().then((heard) => heard.slice(-2).map((h) => h.payload)),
    sent,
  );
  assert.deepEqual(await bob.heard(), []);
});

scene("merged they are one message, which says nothing itself", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const chat = await world.direct(alice, bob);
  const one = await bob.says(chat, "One");
  const two = await alice.says(chat, "Two");
  const target = await world.direct(alice, carol);

  const [record, ...more] = await forward(alice, [two, one], [target], "merged");

  assert.deepEqual(more, []);
  assert.deepEqual([record], await list(carol, target));
  assert.deepEqual(
    [record?.type, record?.data, record?.options],
    [
      "forward",
      { data: "Chat record (2)", dataType: false, otherData: { count: 2 } },
      { forwarded: true },
    ],
  );
  const entries = await carol.call("open_record", { message_id: record?.id });
  assert.deepEqual(
    entries.map(({ from_name, type, data }) => [from_name, type, data.data]),
    [["Bob", "text", "One"], ["Alice", "text", "Two"]],
  );
  assert.equal((await carol.item(target))?.unread, 1);
});

scene("each goes to every conversation, and is told there once", async (cast) => {
  const { alice, bob, carol, gus, world } = cast;
  const chat = await world.direct(alice, bob);
  const said = [await bob.says(chat, "One"), await bob.says(chat, "Two")];
  const group = await gather(alice, [carol]);
  const target = await world.direct(alice, gus);
  const ear = await listen(world, group);
  for (const mode of ["each", "merged"]) {
    const sent = await forward(alice, said, [group, target], mode);
    assert.equal(sent.length, mode === "each" ? 4 : 2);
    const expected = Array(sent.length / 2).fill("message_created");
    assert.deepEqual(await gus.heard(), expected);
    assert.deepEqual(await ear.heard(), expected.map((event) => `1 ${event}`));
  }
  assert.equal((await gus.item(target))?.unread, 3);
});

scene("between 1 and 100 different messages go to between 1 and 20 conversations", async (cast) => {
  const { alice, bob, world } = cast;
  const chat = await world.direct(alice, bob);
  const said = await bob.says(chat, "Hello");
  const many = Array.from({ length: 101 }, () => ({ id: v7() }));
  const places = Array.from({ length: 21 }, () => crypto.randomUUID());
  const before = await world.snapshot();
  const wrong = [
    forward.bind(null, alice, [], [chat]),
    forward.bind(null, alice, many, [chat]),
    forward.bind(null, alice, [said, said], [chat]),
    forward.bind(null, alice, [undefined], [chat]),
    forward.bind(null, alice, [said], []),
    forward.bind(null, alice, [said], null),
    forward.bind(null, alice, [said], [null]),
    forward.bind(null, alice, [said], places),
    forward.bind(null, alice, [said], [chat, chat]),
    forward.bind(null, alice, [said], [chat], "both"),
    forward.bind(null, alice, [said], [chat], ""),
    forward.bind(null, alice, [said], [chat], null),
  ];
  for (const attempt of wrong) await refuses(attempt(), "PT400", "forward_invalid");
  await refuses(forward(alice, many.slice(1), [chat]), "PT404", "message_not_found");
  await refuses(forward(alice, [said], places.slice(1)), "PT404", "conversation_not_found");
  assert.deepEqual(await world.snapshot(), before);
});

scene("a hundred messages go to twenty conversations", async ({ alice, bob, world }) => {
  const source = await world.direct(alice, bob);
  const said = [];
  for (let i = 0; i < 100; i++) said.push(await bob.says(source, `${i}`));
  const targets = [];
  for (let i = 0; i < 20; i++) targets.push((await alice.call("create_group", { name: "G" })).id);
  assert.equal((await forward(alice, said.toReversed(), targets)).length, 2000);
  assert.deepEqual(
    (await texts(alice, targets[0] ?? "")).slice(1),
    said.map((_, i) => `${i}`),
  );
});

scene(
  "what cannot be read, or was taken back, or the system said, stays where it is",
  async (cast) => {
    const { alice, bob, carol, world } = cast;
    const chat = await world.direct(alice, bob);
    const fine = await bob.says(chat, "Fine");
    const foreign = await bob.says(await world.direct(bob, carol), "Not for Alice");
    const group = await gather(bob, [alice]);
    const system = (await list(alice, group)).at(-1);
    const left = await bob.says(group, "Left behind");
    await alice.call("leave_group", { conversation_id: group });
    const other = await world.direct(alice, carol);
    const cleared = await carol.says(other, "Cleared");
    await alice.call("clear_history", { conversation_id: other });
    const revoked = await bob.says(chat, "Revoked");
    await bob.call("revoke_message", { message_id: revoked.id });
    await carol.heard();
    const before = await world.snapshot();

    for (const mode of ["each", "merged"]) {
      for (const message of [foreign, system, left, cleared, { id: v7() }]) {
        await refuses(forward(alice, [fine, message], [other], mode), "PT404", "message_not_found");
      }
      await refuses(forward(alice, [fine, revoked], [other], mode), "PT409", "message_is_revoked");
    }
    assert.deepEqual(await world.snapshot(), before);
    assert.deepEqual(await carol.heard(), []);
  },
);

scene("one place where one may not speak, and nothing arrives anywhere", async (cast) => {
  const { alice, bob, carol, mallory, gus, dora, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const said = await bob.says(chat, "Hello");
  const fine = await world.direct(alice, carol);
  const dissolved = await gather(alice, []);
  await alice.call("dissolve_group", { conversation_id: dissolved });
  const quiet = await gather(bob, [alice]);
  await bob.call("mute_group", { conversation_id: quiet });
  const muted = await gather(bob, [alice]);
  await bob.call("mute_member", { conversation_id: muted, user_id: alice });
  const gone = await gather(bob, [alice]);
  await bob.call("remove_member", { conversation_id: gone, user_id: alice });
  const blocked = await world.direct(alice, mallory);
  await mallory.call("block_user", { user_id: alice });
  const blocking = await world.direct(alice, gus);
  await alice.call("block_user", { user_id: gus });
  const foreign = await world.direct(bob, carol);
  await world.query("update chat.profiles set status = 'active' where id = $1", [dora.id]);
  const disabled = await world.direct(alice, dora);
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [dora.id]);
  await carol.heard();
  const before = await world.snapshot();

  const refusals: [string, string, string][] = [
    [dissolved, "PT409", "group_dissolved"],
    [quiet, "PT403", "group_is_muted"],
    [muted, "PT403", "you_are_muted"],
    [gone, "PT404", "conversation_not_found"],
    [blocked, "PT404", "profile_not_found"],
    [blocking, "PT409", "person_is_blocked"],
    [foreign, "PT404", "conversation_not_found"],
    [disabled, "PT404", "profile_not_found"],
  ];
  for (const mode of ["each", "merged"]) {
    for (const [place, sqlstate, code] of refusals) {
      await refuses(forward(alice, [said], [fine, place], mode), sqlstate, code);
    }
  }
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await carol.heard(), []);

  await server.call("set_settings", { changes: { who_may_write: "friends" } });
  await refuses(forward(alice, [said], [fine]), "PT403", "friends_only");
});

scene("a record of records is flat, and has at most 100 entries", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const said: Envelope[] = [];
  for (let i = 0; i < 51; i++) said.push(await bob.says(chat, `${i}`));
  const [half] = await forward(alice, said.slice(0, 50), [chat], "merged");
  const [both] = await forward(
    alice,
    [...half ? [half] : [], ...said.slice(0, 50)],
    [chat],
    "merged",
  );
  const entries = await bob.call("open_record", { message_id: both?.id });
  assert.equal(entries.length, 100);
  assert.deepEqual(both?.data.otherData, { count: 100 });
  assert.ok(entries.every(({ type }) => type === "text"));
  const before = await world.snapshot();
  await refuses(forward(alice, [half, ...said], [chat], "merged"), "PT400", "forward_invalid");
  await refuses(forward(alice, [both, said[0]], [chat], "merged"), "PT400", "forward_invalid");
  assert.deepEqual(await world.snapshot(), before);
});

scene("a record that is passed on, each or merged, is a record of the same", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  const chat = await world.direct(alice, bob);
  const said = [await bob.says(chat, "One"), await alice.says(chat, "Two")];
  const middle = await world.direct(alice, carol);
  const [record] = await forward(alice, said, [middle], "merged");
  const target = await world.direct(carol, mallory);
  for (const mode of ["each", "merged"]) {
    const [passed] = await forward(carol, [record], [target], mode);
    assert.deepEqual(
      await mallory.call("open_record", { message_id: passed?.id }),
      await carol.call("open_record", { message_id: record?.id }),
    );
  }
});

scene("what is revoked later is gone from records, and stays in copies", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  const chat = await world.direct(alice, bob);
  const said = await bob.says(chat, "Oops");
  const middle = await world.direct(alice, carol);
  const [record] = await forward(alice, [said], [middle], "merged");
  const [copy] = await forward(alice, [said], [middle]);
  const target = await world.direct(carol, mallory);
  const [passed] = await forward(carol, [record], [target], "merged");

  await bob.call("revoke_message", { message_id: said.id });

  for (const [person, message] of [[carol, record], [mallory, passed]] as const) {
    const [entry] = await person.call("open_record", { message_id: message?.id });
    assert.deepEqual(
      [entry?.type, entry?.isremove, entry?.data.data],
      ["systemNotice", 1, "Bob revoked a message"],
    );
  }
  assert.deepEqual((await list(carol, middle)).at(-1), copy);
  await refuses(
    alice.call("revoke_message", { message_id: said.id }).then((notice) => {
      assert.equal(notice.actionType, "revoke");
      return bob.call("revoke_message", { message_id: copy?.id });
    }),
    "PT404",
    "message_not_found",
  );
  await alice.call("revoke_message", { message_id: copy?.id });
});
