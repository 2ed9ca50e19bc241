// Messages are passed on, one by one or as a record, by whoever may read them and write where they go.
import assert from "node:assert/strict";
import { type Cast, story } from "../support/api.ts";
import { refuses } from "./calling.ts";
import { gather, groupOf, hears, hearsTopic } from "./gatherings.ts";

story("each message becomes one's own, in direct conversations and in groups", async (cast) => {
  const { alice, bob, carol, source, direct, group } = await scene(cast);
  const [bobHears, groupHears] = await Promise.all([
    hearsTopic(bob, bob.topic),
    hears(carol, group),
  ]);
  const first = await alice.says(source, "first");
  const second = await alice.verb("send_message", {
    conversation_id: source,
    kind: "custom",
    body: { type: "app.order", data: { amount: 1 } },
    reply_to: first.id,
    mentions: [bob.id],
  });
  await bobHears.rest();

  const sent = await bob.verb("forward_messages", {
    message_ids: [second.id, first.id],
    conversation_ids: [group, direct],
  });

  for (const [conversation_id, ear] of [[direct, bobHears], [group, groupHears]] as const) {
    const copies = sent.filter((copy) => copy.conversation_id === conversation_id);
    assert.deepEqual(copies.map(({ data }) => data), [first.data, second.data]);
    for (const copy of copies) {
      assert.deepEqual([copy.from_id, copy.options], [bob.id, { forwarded: true }]);
      assert.notEqual(copy.id, first.id);
      assert.deepEqual(await ear.next("message_created"), copy);
    }
    assert.deepEqual(await ear.rest(), []);
  }
  const read = await carol.verb("list_messages", { conversation_id: group });
  assert.deepEqual(read.slice(-2), sent.filter(({ conversation_id }) => conversation_id === group));

  // What the source's sender takes back stays with those who have made it their own.
  await alice.verb("revoke_message", { message_id: first.id });
  const after = await carol.verb("list_messages", { conversation_id: group });
  assert.deepEqual(after, read);
  await refuses(alice.verb("revoke_message", { message_id: sent[0]!.id }), "message_not_found");
  await bob.verb("revoke_message", { message_id: sent[0]!.id });
});

story("a record is opened by people who are not where it comes from", async (cast) => {
  const { alice, bob, carol, source, group } = await scene(cast);
  const carolHears = await hears(carol, group);
  await alice.verb("set_my_group_face", { conversation_id: source, nickname: "Lia here only" });
  const said = [
    await alice.says(source, "Where is it?"),
    await bob.says(source, "swordfish"),
  ];

  const [record] = await bob.verb("forward_messages", {
    message_ids: said.map(({ id }) => id),
    conversation_ids: [group],
    mode: "merged",
  });

  assert.ok(record);
  assert.deepEqual(await carolHears.next("message_created"), record);
  assert.deepEqual(record.data, {
    data: "Chat record (2)",
    dataType: false,
    otherData: { count: 2 },
  });
  const entries = await carol.verb("open_record", { message_id: record.id });
  assert.deepEqual(entries.map(({ from_name, data }) => [from_name, data.data]), [
    ["Alice", "Where is it?"],
    ["Bob", "swordfish"],
  ]);
  for (const { id } of [alice, bob]) {
    assert.ok(!JSON.stringify(entries).includes(id), "entries hold no ids of people");
  }
  await refuses(carol.verb("list_messages", { conversation_id: source }), "conversation_not_found");
  // Alice is not where the record is.
  await refuses(alice.verb("open_record", { message_id: record.id }), "message_not_found");
  await refuses(carol.verb("open_record", { message_id: said[0]!.id }), "message_not_found");
  const { data, error } = await carol.supabase.from("forwarded_messages").select();
  assert.ok(error?.code === "42501" || data?.length === 0);
});

story("what is taken back is empty in every record, and in records of records", async (cast) => {
  const { bob, carol, source, direct, group } = await scene(cast);
  const secret = await bob.says(source, "swordfish");
  const stays = await bob.says(source, "goldfish");
  const [record] = await bob.verb("forward_messages", {
    message_ids: [secret.id, stays.id],
    conversation_ids: [group],
    mode: "merged",
  });
  assert.ok(record);
  const passedOn = { message_ids: [record.id], conversation_ids: [direct] };
  const [asRecord] = await bob.verb("forward_messages", { ...passedOn, mode: "merged" });
  const [asCopy] = await bob.verb("forward_messages", { ...passedOn, mode: "each" });
  assert.ok(asRecord && asCopy);

  await bob.verb("revoke_message", { message_id: secret.id });

  for (const [reader, { id }] of [[carol, record], [bob, asRecord], [bob, asCopy]] as const) {
    const entries = await reader.verb("open_record", { message_id: id });
    assert.deepEqual(entries.map(({ isremove, data }) => [isremove, data.data]), [
      [1, "Bob revoked a message"],
      [0, "goldfish"],
    ]);
    assert.equal(entries[0]?.type, "systemNotice");
    assert.ok(!JSON.stringify(entries).includes("swordfish"));
  }
  // And with the record itself, all of it goes.
  await bob.verb("revoke_message", { message_id: record.id });
  assert.deepEqual(await carol.verb("open_record", { message_id: record.id }), []);
  await refuses(
    bob.verb("forward_messages", { message_ids: [record.id], conversation_ids: [direct] }),
    "message_is_revoked",
  );
});

story("what one may not read, or not write to, is passed on nowhere", async (cast) => {
  const { alice, bob, carol, source, direct, group } = await scene(cast);
  const mallory = await cast.signUp("mallory");
  const malloryHas = await gather(mallory, []);
  const foreign = await mallory.says(malloryHas, "not for Bob");
  const said = await alice.says(source, "for the group");
  const gone = await bob.says(source, "swordfish");
  await bob.verb("revoke_message", { message_id: gone.id });
  const [system] = await bob.verb("get_messages", { conversation_id: source, seqs: [1] });
  assert.ok(system);
  const before = await count(cast);
  const ears = [await hearsTopic(bob, bob.topic), await hears(carol, group)];

  for (const mode of ["each", "merged"]) {
    const forward = (message_ids: string[], conversation_ids: string[]) =>
      bob.verb("forward_messages", { message_ids, conversation_ids, mode });
    await refuses(forward([said.id, foreign.id], [group]), "message_not_found");
    await refuses(forward([said.id, crypto.randomUUID()], [group]), "message_not_found");
    await refuses(forward([said.id, system.id], [group]), "message_not_found");
    await refuses(forward([said.id, gone.id], [group]), "message_is_revoked");
    await refuses(forward([said.id], [group, malloryHas]), "conversation_not_found");
    await refuses(forward([said.id], [malloryHas, direct, group]), "conversation_not_found");
    await refuses(forward([said.id, said.id], [group]), "forward_invalid");
    await refuses(forward([said.id], [group, group]), "forward_invalid");
    await refuses(forward([], [group]), "forward_invalid");
    await refuses(forward([said.id], []), "forward_invalid");
  }
  const sideways = { message_ids: [said.id], conversation_ids: [group], mode: "sideways" };
  await refuses(bob.verb("forward_messages", sideways), "forward_invalid");
  const many = Array.from({ length: 101 }, () => crypto.randomUUID());
  await refuses(
    bob.verb("forward_messages", { message_ids: many, conversation_ids: [group] }),
    "forward_invalid",
  );
  await refuses(
    bob.verb("forward_messages", { message_ids: [said.id], conversation_ids: many.slice(0, 21) }),
    "forward_invalid",
  );
  await bob.verb("block_user", { user_id: carol.id });
  const blocked = { message_ids: [said.id], conversation_ids: [group, direct] };
  await refuses(bob.verb("forward_messages", blocked), "person_is_blocked");

  assert.deepEqual(await count(cast), before);
  const heard = (await Promise.all(ears.map((ear) => ear.rest()))).flat();
  assert.deepEqual(heard.filter(({ event }) => event === "message_created"), []);
});

story("the muted, and those who left, pass nothing on", async (cast) => {
  const { alice, bob, source, direct, group } = await scene(cast);
  const said = await alice.says(source, "for the group");
  const own = await bob.says(direct, "mine");
  await alice.verb("mute_member", { conversation_id: source, user_id: bob.id });
  const into = (conversation_id: string, id: string) =>
    bob.verb("forward_messages", { message_ids: [id], conversation_ids: [conversation_id] });
  await refuses(into(source, own.id), "you_are_muted");
  await alice.verb("mute_member", { conversation_id: source, user_id: bob.id, minutes: 0 });
  await alice.verb("mute_group", { conversation_id: source });
  await refuses(into(source, own.id), "group_is_muted");
  await bob.verb("leave_group", { conversation_id: source });
  await refuses(into(source, own.id), "conversation_not_found");
  await refuses(into(group, said.id), "message_not_found");
  assert.equal((await groupOf(bob, group)).last_message?.type, "systemNotice");
});

story(
  "a hundred messages go into twenty conversations at once, as twenty records",
  async (cast) => {
    const [alice, bob, direct] = await cast.friends("alice", "bob");
    const ids: string[] = [];
    for (let i = 0; i < 100; i++) ids.push((await alice.says(direct, `message ${i}`)).id);
    const groups = [];
    for (let i = 0; i < 20; i++) {
      groups.push(
        (await bob.verb("create_group", { name: `G${i}` })).id,
      );
    }
    const forward = { message_ids: ids.toReversed(), conversation_ids: groups, mode: "merged" };
    const sent = await bob.verb("forward_messages", forward);
    assert.equal(sent.length, 20);
    const entries = await bob.verb("open_record", { message_id: sent[19]!.id });
    const said = entries.map(({ data }) => data.data);
    assert.deepEqual(said, ids.map((_, i) => `message ${i}`), "in the order they were said");
    const more = await alice.says(direct, "one more");
    const nested = {
      message_ids: [sent[0]!.id, more.id],
      conversation_ids: [direct],
      mode: "merged",
    };
    await refuses(bob.verb("forward_messages", nested), "forward_invalid");
  },
);

/** Alice and Bob are in the source; Bob and Carol are friends and in a group. */
async function scene(cast: Cast) {
  const [bob, carol, direct] = await cast.friends("bob", "carol");
  const alice = await cast.signUp("alice");
  const source = await gather(alice, [bob]);
  const group = await gather(carol, [bob]);
  return { alice, bob, carol, source, direct, group };
}

async function count(cast: Cast): Promise<unknown> {
  return await cast.sql(
    `select (select count(*) from chat.messages) as messages,
       (select count(*) from chat.forwarded_messages) as entries,
       (select sum(last_seq) from chat.conversations) as seqs`,
  );
}
