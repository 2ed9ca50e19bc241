// chat.send_message in groups: what everybody hears, whom one calls by name, and what it costs.
import assert from "node:assert/strict";
import { v7 } from "uuid";
import { type Person, scene } from "../../support/people.ts";
import { gather, groupOf, list, listen } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

const ALL = "00000000-0000-0000-0000-000000000000";

const send = (person: Person, conversation_id: string, more: Record<string, unknown> = {}) =>
  person.call("send_message", { conversation_id, kind: "text", body: { text: "Hello" }, ...more });

scene("a message in a group is told once, in the group, and to no single person", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const group = await gather(alice, [bob, carol]);
  const ear = await listen(world, group);
  const envelope = await bob.says(group, "Hello");
  assert.deepEqual(await ear.heard(), ["1 message_created"]);
  for (const person of [alice, bob, carol]) {
    assert.deepEqual(await person.heard(), []);
    assert.deepEqual((await list(person, group)).at(-1), envelope);
  }
  const [pushed] = await world.query<{ payload: unknown }>(
    "select payload from realtime.messages order by cmin::text::bigint desc limit 1",
  );
  assert.deepEqual(pushed?.payload, envelope);
});

scene("what is sent again is told once", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const ear = await listen(world, group);
  const id = v7();
  assert.deepEqual(await send(bob, group, { id }), await send(bob, group, { id }));
  assert.deepEqual(await ear.heard(), ["1 message_created"]);
});

scene("a group of 500 hears a message by one row, and nobody's row is touched", async (cast) => {
  const { alice, bob, world } = cast;
  const group = await gather(alice, [bob]);
  await world.query(
    `with people as (
       insert into auth.users (id, aud, role, email, created_at)
       select gen_random_uuid(), 'authenticated', 'authenticated', gen_random_uuid() || '@example.com', now()
       from generate_series(1, 498)
       returning id
     ) select from people`,
  );
  await world.query(
    `insert into chat.members (conversation_id, user_id)
     select $1, p.id from chat.profiles as p
     where not exists (select from chat.members as m where m.user_id = p.id)`,
    [group],
  );
  const counts = () =>
    world.query(
      `select (select count(*)::int from chat.messages) as messages,
         (select count(*)::int from realtime.messages) as pushes,
         (select count(*)::int from chat.notices) as notices,
         (select sum(m.state)::int from chat.members as m) as states,
         (select max(m.cmin::text::int) from chat.members as m) as written`,
    );
  const [before] = await counts();
  assert.ok(before);
  const { length } = await world.query("select from chat.members where conversation_id = $1", [
    group,
  ]);
  assert.ok(length >= 500);

  await bob.says(group, "Hello, everybody");

  const [after] = await counts();
  assert.deepEqual(after, {
    ...before,
    messages: before["messages"] + 1,
    pushes: before["pushes"] + 1,
  });
  assert.equal((await groupOf(alice, group)).unread, 1);
});

scene("members are called by name, each once, and see it in their list", async (cast) => {
  const { alice, bob, carol } = cast;
  const group = await gather(alice, [bob, carol]);
  const { options, seq } = await send(alice, group, { mentions: [bob.id, bob.id] });
  assert.deepEqual(options, { mentions: [bob.id] });
  assert.equal((await groupOf(bob, group)).mentioned, true);
  assert.equal((await groupOf(carol, group)).mentioned, false);
  assert.equal((await groupOf(alice, group)).mentioned, false);
  const read = await bob.call("mark_read", { conversation_id: group, seq });
  assert.deepEqual([read.mentioned, read.unread], [false, 0]);
  assert.equal((await groupOf(bob, group)).mentioned, false);
});

scene("a mention that is revoked calls nobody", async ({ alice, bob }) => {
  const group = await gather(alice, [bob]);
  const { id: message_id } = await send(alice, group, { mentions: [bob.id] });
  await alice.call("revoke_message", { message_id });
  const { mentioned, unread } = await groupOf(bob, group);
  assert.deepEqual([mentioned, unread], [false, 0]);
});

scene("owner and admins call everybody, members do not", async (cast) => {
  const { alice, bob, carol } = cast;
  const group = await gather(alice, [carol], { admins: [bob] });
  for (const person of [alice, bob]) {
    const { seq } = await send(person, group, { mentions: [ALL] });
    assert.equal((await groupOf(carol, group)).mentioned, true);
    assert.equal((await groupOf(person, group)).mentioned, person === bob);
    await carol.call("mark_read", { conversation_id: group, seq });
  }
  for (const mentions of [[ALL], [ALL, bob.id]]) {
    await refuses(send(carol, group, { mentions }), "PT400", "mentions_invalid");
  }
});

scene("only who is there is called, and no more than 50", async (cast) => {
  const { alice, bob, carol, mallory, ghost, world } = cast;
  const crowd = await world.signUp(...Array.from({ length: 50 }, (_, i) => ({ name: `p${i}xx` })));
  const group = await gather(alice, [bob, carol, ...crowd]);
  await carol.call("leave_group", { conversation_id: group });
  const before = await world.snapshot();
  const ids = crowd.map(({ id }) => id);
  const wrong = [[mallory.id], [carol.id], [ghost.id], [bob.id, mallory.id], [null], [
    ...ids,
    bob.id,
  ]];
  for (const mentions of wrong) {
    await refuses(send(alice, group, { mentions }), "PT400", "mentions_invalid");
  }
  assert.deepEqual(await world.snapshot(), before);
  assert.equal((await send(alice, group, { mentions: [] })).options["mentions"], undefined);
  assert.deepEqual(
    (await send(alice, group, { mentions: ids })).options["mentions"],
    ids.toSorted(),
  );
});

scene("two people call each other by name, and nobody else", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const chat = await world.direct(alice, bob);
  await send(alice, chat, { mentions: [bob.id] });
  assert.equal((await bob.item(chat))?.mentioned, true);
  for (const id of [carol.id, ALL]) {
    await refuses(send(alice, chat, { mentions: [id] }), "PT400", "mentions_invalid");
  }
});

scene("an answer names what it answers, by id and position", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const { id, seq } = await alice.says(group, "A question");
  const ear = await listen(world, group);
  const answer = await send(bob, group, { reply_to: id });
  assert.deepEqual(answer.options, { reply_to: { id, seq } });
  assert.ok(!JSON.stringify(answer).includes("A question"));
  assert.deepEqual(await ear.heard(), ["1 message_created"]);
  assert.deepEqual((await list(alice, group)).at(-1), answer);
});

scene("one answers what is here, can be seen and stands", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const group = await gather(alice, [bob]);
  const elsewhere = await alice.says(await world.direct(alice, bob), "Elsewhere");
  const foreign = await bob.says(await world.direct(bob, carol), "Not for Alice");
  const system = (await list(alice, group)).at(-1);
  const cleared = await bob.says(group, "Cleared");
  await alice.call("clear_history", { conversation_id: group });
  const revoked = await bob.says(group, "Revoked");
  await bob.call("revoke_message", { message_id: revoked.id });
  const before = await world.snapshot();
  for (const id of [elsewhere.id, foreign.id, system?.id, cleared.id, v7()]) {
    await refuses(send(alice, group, { reply_to: id }), "PT404", "message_not_found");
  }
  await refuses(send(alice, group, { reply_to: revoked.id }), "PT409", "message_is_revoked");
  assert.deepEqual(await world.snapshot(), before);
});

scene("the same id with another answer is another message, unless it is revoked", async (cast) => {
  const { alice, bob } = cast;
  const group = await gather(alice, [bob]);
  const { id: one } = await bob.says(group, "One");
  const { id: other } = await bob.says(group, "Other");
  const id = v7();
  await send(alice, group, { id, reply_to: one });
  await refuses(send(alice, group, { id, reply_to: other }), "PT409", "message_id_conflict");
  await refuses(send(alice, group, { id }), "PT409", "message_id_conflict");
  await alice.call("revoke_message", { message_id: id });
  assert.equal((await send(alice, group, { id, reply_to: one })).actionType, "revoke");
});
