// Newcomers to a group that hides its history: nothing from before is found in any way.
import assert from "node:assert/strict";
import { v7 } from "uuid";
import { type Cast, type Person, scene } from "../../support/people.ts";
import { enter, gather, groupOf, list, texts } from "../../support/groups.ts";
import type { Envelope } from "../answers.ts";
import { Device } from "../device.ts";
import { refuses } from "../refuses.ts";

const SECRET = "What was said before";

/** Mallory and Gus come into Alice's and Bob's group after something was said. */
async function late(cast: Cast, hides_history: boolean) {
  const { alice, bob, mallory, gus } = cast;
  const group = await gather(alice, [bob], { join_mode: "open", hides_history });
  const old = await alice.call("send_message", {
    conversation_id: group,
    kind: "text",
    body: { text: SECRET },
    mentions: [bob.id, NOBODY],
  });
  const [record] = await bob.call("forward_messages", {
    message_ids: [old.id],
    conversation_ids: [group],
    mode: "merged",
  });
  assert.ok(record);
  for (const person of [mallory, gus]) await enter(person, alice, group);
  return { group, old, record };
}

const NOBODY = "00000000-0000-0000-0000-000000000000";

for (const who of ["mallory", "gus"] as const) {
  scene(`nothing of what is hidden is told to ${who}`, async (cast) => {
    const newcomer = cast[who];
    const { group, old, record } = await late(cast, true);
    const answers: unknown[] = [
      await list(newcomer, group),
      await newcomer.call("list_messages", { conversation_id: group, after_seq: 0 }),
      await newcomer.call("list_messages", { conversation_id: group, before_seq: old.seq + 1 }),
      await newcomer.call("get_messages", { conversation_id: group, seqs: [old.seq, record.seq] }),
      await newcomer.call("list_conversations"),
      await newcomer.call("sync"),
      await newcomer.call("sync", { cursors: { [group]: { seq: 0, version: 0, state: 0 } } }),
      await newcomer.rows("select * from chat.messages"),
    ];
    for (const answer of answers) {
      const text = JSON.stringify(answer);
      assert.ok(
        !text.includes(SECRET) && !text.includes(old.id) && !text.includes(record.id),
        text,
      );
    }
    assert.deepEqual((await texts(newcomer, group))[0], "group_joined");
    const { unread, mentioned } = await groupOf(newcomer, group);
    assert.deepEqual([unread, mentioned], [0, false]);
    await newcomer.call("mark_read", { conversation_id: group, seq: 1 });
    assert.equal((await groupOf(newcomer, group)).unread, 0);

    const before = await cast.world.snapshot();
    const forward = { message_ids: [old.id], conversation_ids: [group] };
    const attempts = [
      () => newcomer.call("open_record", { message_id: record.id }),
      () => newcomer.call("revoke_message", { message_id: old.id }),
      () => newcomer.call("forward_messages", forward),
      () => newcomer.call("forward_messages", { ...forward, mode: "merged" }),
      () => answer(newcomer, group, old.id),
    ];
    for (const attempt of attempts) await refuses(attempt(), "PT404", "message_not_found");
    assert.deepEqual(await cast.world.snapshot(), before);
  });
}

const answer = (person: Person, conversation_id: string, reply_to: string): Promise<Envelope> =>
  person.call("send_message", {
    conversation_id,
    kind: "text",
    body: { text: "An answer" },
    reply_to,
    id: v7(),
  });

scene("an answer to what is hidden names it and says nothing of it", async (cast) => {
  const { bob, mallory } = cast;
  const { group, old } = await late(cast, true);
  const reply = await answer(bob, group, old.id);
  const read = (await list(mallory, group)).at(-1);
  assert.deepEqual(read, reply);
  assert.deepEqual(read?.options, { reply_to: { id: old.id, seq: old.seq } });
  assert.ok(!JSON.stringify(read).includes(SECRET));
});

scene("a revoke of what is hidden is no news to who never saw it", async (cast) => {
  const { alice, bob, mallory } = cast;
  const { group, old } = await late(cast, true);
  const [theirs, his] = [new Device(mallory), new Device(bob)];
  for (const device of [theirs, his]) await device.catchUp();
  await alice.call("revoke_message", { message_id: old.id });
  const [item] = (await theirs.sync()).conversations;
  assert.deepEqual(item?.changes, []);
  await his.catchUp();
  assert.equal(his.messages(group).find(({ id }) => id === old.id)?.actionType, "revoke");
});

scene("those who were there go on seeing everything", async (cast) => {
  const { bob } = cast;
  const { group } = await late(cast, true);
  assert.ok((await texts(bob, group)).includes(SECRET));
  const { mentioned, unread } = await groupOf(bob, group);
  assert.deepEqual([mentioned, unread], [true, 1]);
});

scene(
  "a group that shows its history shows all of it, and nothing of it is unread",
  async (cast) => {
    const { mallory } = cast;
    const { group, old, record } = await late(cast, false);
    assert.equal((await texts(mallory, group))[0], "group_created");
    assert.ok((await texts(mallory, group)).includes(SECRET));
    const { unread, mentioned } = await groupOf(mallory, group);
    assert.deepEqual([unread, mentioned], [0, false]);
    assert.equal((await mallory.call("open_record", { message_id: record.id })).length, 1);
    assert.equal((await answer(mallory, group, old.id)).options["reply_to"] !== undefined, true);
    assert.ok(
      (await mallory.rows<{ body: { text?: string } | null }>("select body from chat.messages"))
        .some(({ body }) => body?.text === SECRET),
    );
  },
);

scene("hiding holds for those who come from then on", async ({ alice, bob, mallory }) => {
  const group = await gather(alice, [bob], { join_mode: "open" });
  await alice.says(group, SECRET);
  await alice.call("set_group", { conversation_id: group, hides_history: true });
  assert.ok((await texts(bob, group)).includes(SECRET));
  await enter(mallory, alice, group);
  await alice.call("set_group", { conversation_id: group, hides_history: false });
  assert.deepEqual(await texts(mallory, group), ["group_joined", "group_changed"]);
});

scene("whoever is let in, invited or by request, sees no more than by the code", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  await world.befriend(alice, carol);
  const group = await gather(alice, [bob], { hides_history: true });
  await alice.says(group, SECRET);
  await alice.call("invite_to_group", { conversation_id: group, user_ids: [carol.id] });
  await enter(mallory, alice, group);
  const [request] = await alice.call("list_group_requests");
  await alice.call("answer_join_request", { request_id: request?.id, answer: "accept" });
  for (const person of [carol, mallory]) {
    assert.deepEqual((await texts(person, group))[0], "group_members_added");
    assert.ok(!JSON.stringify(await person.call("sync")).includes(SECRET));
  }
});
