// Whoever is not in a group any more gets nothing of what is said in it afterwards, however they try.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import type { Push } from "./inbox.ts";
import { refuses } from "./calling.ts";
import {
  cursorsOf,
  type Ear,
  enter,
  gather,
  groupOf,
  hears,
  hearsTopic,
  refusalOf,
  replay,
  withToken,
} from "./gatherings.ts";

story("a removed person's open channel goes silent, and no other way leads back", async (cast) => {
  const scene = await group(cast);
  const { alice, bob, conversation_id, bobHears } = scene;
  const bobsOwn = await bob.listens();

  await alice.verb("remove_member", { conversation_id, user_id: bob.id });

  assert.equal((await bobsOwn.next("group_removed")).data.data, "You were removed from Team");
  await goOnWithout(scene, "group_member_removed");
  assert.deepEqual(await bob.rest(bobsOwn), []);
  await assertShutOut(bob, scene);
  assert.deepEqual(events(await bobHears.rest()), ["topic_moved"]);
});

story("whoever leaves hears nothing of what is said after them", async (cast) => {
  const scene = await group(cast);
  const { bob, conversation_id, bobHears } = scene;
  const bobsOwn = await bob.listens();

  await bob.verb("leave_group", { conversation_id });

  assert.equal((await bobsOwn.next("group_removed")).data.data, "You left Team");
  await goOnWithout(scene, "group_left");
  await assertShutOut(bob, scene);
  assert.deepEqual(events(await bobHears.rest()), ["topic_moved"]);
});

story("whoever deletes their account hears nothing of what is said after them", async (cast) => {
  const scene = await group(cast);
  const { bob, bobHears } = scene;

  const { error } = await cast.server().auth.admin.deleteUser(bob.id);

  assert.equal(error, null);
  await goOnWithout(scene, "group_left");
  assert.deepEqual(events(await bobHears.rest()), ["topic_moved"]);
  await assert.rejects(hearsTopic(withToken(bob), scene.topic), /Unauthorized/);
});

story("those who stay hear that the topic moved, follow it, and miss nothing", async (cast) => {
  const { alice, bob, carol, conversation_id, topic, carolHears } = await group(cast);
  const held = await cursorsOf(carol, conversation_id);

  await alice.verb("remove_member", { conversation_id, user_id: bob.id });
  const meanwhile = await alice.says(conversation_id, "Between the topics");
  assert.deepEqual(await carolHears.next("topic_moved"), { conversation_id });
  assert.deepEqual(await carolHears.rest(), []);
  const ear = await hears(carol, conversation_id);
  const after = await alice.says(conversation_id, "On the new topic");

  assert.notEqual(ear.topic, topic);
  assert.deepEqual(await ear.next("message_created"), after);
  const synced = (await carol.verb("sync", { cursors: held })).conversations[0];
  const told = synced?.messages.map(({ actionType, data }) => actionType ?? data.data);
  assert.deepEqual(told, ["group_member_removed", "Between the topics", "On the new topic"]);
  assert.deepEqual(synced?.messages.slice(1), [meanwhile, after]);
});

story("a newcomer to a group that hides its history cannot read or replay it", async (cast) => {
  const { alice, carol, conversation_id, topic, carolHears } = await group(cast);
  const dave = await cast.signUp("dave");
  await alice.verb("set_group", { conversation_id, hides_history: true });
  const secret = await alice.says(conversation_id, "before Dave came");
  await carolHears.next("message_created");

  await enter(dave, alice, conversation_id);

  assert.deepEqual(await carolHears.next("topic_moved"), { conversation_id });
  const after = await alice.says(conversation_id, "Welcome, Dave");
  await assert.rejects(hearsTopic(dave, topic), /Unauthorized/);
  assert.match(String(await replay(dave, topic)), /Unauthorized/);
  const { group: { topic: fresh } } = await groupOf(dave, conversation_id);
  const kept = await replay(dave, fresh);
  assert.ok(Array.isArray(kept));
  assert.deepEqual(kept.map(({ payload }) => (payload as { id: string }).id).at(-1), after.id);
  const seqs = Array.from({ length: after.seq }, (_, i) => i + 1);
  const seen = await everythingSeen(dave, conversation_id, seqs);
  assert.ok(!seen.includes("before Dave came") && !seen.includes(secret.id));
  assert.ok(!JSON.stringify(kept).includes(secret.id));
  for (const [verb, args] of touching(secret, conversation_id)) {
    assert.deepEqual([verb, await refusalOf(dave, verb, args)], [verb, "message_not_found"]);
  }
  assert.equal((await groupOf(dave, conversation_id)).unread, 1);

  // The others still hold all of it, and where nothing is hidden a newcomer may read on.
  assert.ok((await everythingSeen(carol, conversation_id, seqs)).includes(secret.id));
  await alice.verb("set_group", { conversation_id, hides_history: false });
  const erin = await cast.signUp("erin");
  await enter(erin, alice, conversation_id);
  assert.ok((await everythingSeen(erin, conversation_id, seqs)).includes(secret.id));
});

story(
  "whoever comes back to a group that hides its history does not see the time away",
  async (cast) => {
    const { alice, bob, conversation_id } = await group(cast);
    await alice.verb("set_group", { conversation_id, hides_history: true });
    const before = await groupOf(bob, conversation_id);
    await bob.verb("leave_group", { conversation_id });
    const missed = await alice.says(conversation_id, "while Bob was away");

    await enter(bob, alice, conversation_id);

    const after = await alice.says(conversation_id, "Welcome back");
    const cursors = {
      [conversation_id]: { seq: before.last_seq, version: before.version, state: before.state },
    };
    const synced = (await bob.verb("sync", { cursors })).conversations[0];
    assert.ok(synced && synced.from_seq >= missed.seq);
    assert.ok(!JSON.stringify(synced).includes(missed.id));
    assert.deepEqual(synced.messages.at(-1), after);
    const seqs = [missed.seq, after.seq];
    assert.deepEqual(await bob.verb("get_messages", { conversation_id, seqs }), [after]);
    assert.deepEqual((await bob.supabase.from("messages").select()).data, []);
  },
);

type Scene = Awaited<ReturnType<typeof group>>;

/** Alice's group with Bob and Carol, in which something has been said. */
async function group(cast: Cast) {
  const [alice, bob, carol] = await Promise.all([
    cast.signUp("alice"),
    cast.signUp("bob"),
    cast.signUp("carol"),
  ]);
  const conversation_id = await gather(alice, [bob, carol]);
  const said = await alice.says(conversation_id, "Hello, everybody");
  const source = await alice.says(conversation_id, "to be forwarded");
  const [record] = await alice.verb("forward_messages", {
    message_ids: [source.id],
    conversation_ids: [conversation_id],
    mode: "merged",
  });
  assert.ok(record);
  const { group: { topic }, signal_topic } = await groupOf(alice, conversation_id);
  const [bobHears, carolHears] = await Promise.all([
    hears(bob, conversation_id),
    hears(carol, conversation_id),
  ]);
  return {
    alice,
    bob,
    carol,
    conversation_id,
    said,
    record,
    topic,
    signal_topic,
    bobHears,
    carolHears,
  };
}

/** The group talks on, and those who stay hear it. */
async function goOnWithout(scene: Scene, action: string): Promise<void> {
  const { alice, carol, conversation_id } = scene;
  const ear: Ear = await hears(carol, conversation_id);
  const said = await alice.says(conversation_id, "Among ourselves");
  assert.deepEqual(await ear.next("message_created"), said);
  await alice.verb("revoke_message", { message_id: said.id });
  await ear.next("message_revoked");
  await alice.says(conversation_id, "Bob need not know");
  const messages = await carol.verb("list_messages", { conversation_id, page_size: 3 });
  assert.equal(messages[0]?.actionType, action);
  assert.ok(!messages.some(({ data }) => data.data === "Among ourselves"));
}

/** Nothing of the group answers somebody who was in it, with the token they had then. */
async function assertShutOut(person: Person, scene: Scene): Promise<void> {
  const { alice, conversation_id, said, record, topic, signal_topic } = scene;
  const now = await groupOf(alice, conversation_id);
  const old = withToken(person);
  for (const name of [topic, signal_topic, now.group.topic, now.signal_topic]) {
    await assert.rejects(hearsTopic(withToken(person), name), /Unauthorized/, name);
    assert.match(String(await replay(person, name)), /Unauthorized/, name);
  }
  const cursors = { [conversation_id]: { seq: 1 } };
  for (const device of [person, old]) {
    const { conversations, gone } = await device.verb("sync", { cursors });
    assert.deepEqual([conversations, gone], [[], [conversation_id]]);
    assert.deepEqual(await device.verb("list_conversations"), []);
    for (const [verb, args] of touching(said, conversation_id)) {
      assert.deepEqual([verb, await refusalOf(device, verb, args)], [verb, "message_not_found"]);
    }
    await refuses(device.verb("open_record", { message_id: record.id }), "message_not_found");
    for (const verb of ["list_messages", "list_members", "get_group_link"] as const) {
      await refuses(device.verb(verb, { conversation_id }), "conversation_not_found");
    }
    await refuses(
      device.verb("get_messages", { conversation_id, seqs: [1] }),
      "conversation_not_found",
    );
    await refuses(device.says(conversation_id, "I'm still here"), "conversation_not_found");
    for (const table of ["groups", "conversations", "members", "messages"]) {
      assert.deepEqual((await device.supabase.from(table).select()).data, [], table);
    }
  }
}

/** What can be done with a single message. */
function touching({ id }: { id: string }, conversation_id: string) {
  return [
    ["revoke_message", { message_id: id }],
    ["open_record", { message_id: id }],
    ["forward_messages", { message_ids: [id], conversation_ids: [conversation_id] }],
  ] as const;
}

/** All that the ways to read show of a conversation. */
async function everythingSeen(person: Person, conversation_id: string, seqs: number[]) {
  return JSON.stringify([
    await person.verb("list_messages", { conversation_id, page_size: 200 }),
    await person.verb("list_messages", { conversation_id, after_seq: 0, page_size: 200 }),
    await person.verb("get_messages", { conversation_id, seqs }),
    await person.verb("sync"),
    await person.verb("sync", { cursors: { [conversation_id]: { seq: 0 } } }),
    await person.verb("list_conversations"),
    (await person.supabase.from("messages").select()).data,
  ]);
}

function events(pushes: Push[]): string[] {
  return pushes.map(({ event }) => event);
}
