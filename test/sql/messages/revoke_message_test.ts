// chat.revoke_message: who may take what back, and until when.
import assert from "node:assert/strict";
import { v7 } from "uuid";
import { type Person, scene, type World } from "../../support/people.ts";
import { enter, gather, list, listen } from "../../support/groups.ts";
import type { Envelope } from "../answers.ts";
import { refuses } from "../refuses.ts";

const revoke = (person: Person, message: Pick<Envelope, "id"> | null) =>
  person.call("revoke_message", { message_id: message?.id ?? null });

/** Moves a message into the past, counted from this transaction's moment. */
const age = (world: World, { id }: Envelope, past: string) =>
  world.query("update chat.messages set created_at = now() - $2::interval where id = $1", [
    id,
    past,
  ]);

scene("the window is exact to the millisecond, for users and guests", async (cast) => {
  const { alice, bob, gus, server, world } = cast;
  const group = await gather(alice, [bob, gus]);
  const chat = await world.direct(gus, alice);
  for (const window of ["5 minutes", "1 hour", "0 minutes"]) {
    await server.call("set_settings", { changes: { revoke_window: window } });
    for (
      const [person, place] of [[bob, group], [gus, group], [gus, chat], [alice, chat]] as const
    ) {
      const late = await person.says(place, "Late");
      await age(world, late, `${window} 1 millisecond`);
      await refuses(revoke(person, late), "PT409", "revoke_window_over");
      const exact = await person.says(place, "Exactly in time");
      await age(world, exact, window);
      await revoke(person, exact);
      const early = await person.says(place, "In time");
      await age(world, early, `${window} -1 millisecond`);
      await revoke(person, early);
    }
  }
});

scene("no clock but the server's counts: not the one in the id", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const send = (hours: number) =>
    alice.call("send_message", {
      conversation_id: chat,
      kind: "text",
      body: { text: "Hello" },
      id: v7({ msecs: Date.now() + hours * 3_600_000 }),
    });
  const old = await send(23);
  await age(world, old, "6 minutes");
  await refuses(revoke(alice, old), "PT409", "revoke_window_over");
  await revoke(alice, await send(-29 * 24));
});

scene("twice is once: no second change, nobody told again", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const said = await bob.says(group, "Oops");
  const notice = await revoke(bob, said);
  assert.deepEqual(notice.options, { text: "Oops" });
  const ear = await listen(world, group);
  const before = await world.snapshot();
  await age(world, said, "0");
  for (const person of [bob, alice]) {
    assert.deepEqual(await revoke(person, said), { ...notice, options: {} });
  }
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await ear.heard(), []);
  assert.equal((await world.query("select from chat.changes")).length, 1);
});

scene("owner and admins take back what those below them said, at any time", async (cast) => {
  const { alice, bob, carol, gus, world } = cast;
  const group = await gather(alice, [carol, gus], { admins: [bob] });
  for (
    const [person, sender] of [[alice, bob], [alice, carol], [bob, carol], [bob, gus]] as const
  ) {
    const said = await sender.says(group, "Rude");
    await age(world, said, "10 days");
    const notice = await revoke(person, said);
    assert.equal(notice.from_id, person.id);
    assert.equal(notice.data.data, `${person === alice ? "Alice" : "Bob"} revoked a message`);
    assert.deepEqual(notice.options, {}, "The words of others do not come back.");
  }
});

scene("nobody takes back what an equal or higher one said", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const [ben] = await world.signUp({ name: "ben" });
  assert.ok(ben);
  const group = await gather(alice, [carol], { admins: [bob, ben] });
  const ear = await listen(world, group);
  for (
    const [person, sender] of [[bob, alice], [bob, ben], [carol, bob], [carol, alice]] as const
  ) {
    const said = await sender.says(group, "Hello");
    await refuses(revoke(person, said), "PT403", "not_your_message");
  }
  for (const person of [alice, bob, carol]) {
    const old = await person.says(group, "Long ago");
    await age(world, old, "6 minutes");
    await refuses(revoke(person, old), "PT409", "revoke_window_over");
  }
  assert.ok((await ear.heard()).every((what) => what === "1 message_created"));
});

scene("two people take back their own words only", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const said = await alice.says(chat, "Hello");
  await refuses(revoke(bob, said), "PT403", "not_your_message");
});

scene("admins take back what somebody said who has left, and members do not", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const [ben] = await world.signUp({ name: "ben" });
  assert.ok(ben);
  const group = await gather(alice, [carol], { admins: [bob, ben] });
  const one = await ben.says(group, "One");
  const other = await ben.says(group, "Other");
  await ben.call("leave_group", { conversation_id: group });
  await refuses(revoke(ben, one), "PT404", "message_not_found");
  await refuses(revoke(carol, one), "PT403", "not_your_message");
  await age(world, one, "1 day");
  assert.equal((await revoke(bob, one)).from_id, bob.id);
  await enter(ben, alice, group);
  const [request] = await alice.call("list_group_requests");
  await alice.call("answer_join_request", { request_id: request?.id, answer: "accept" });
  assert.equal((await revoke(ben, other)).from_id, ben.id);
});

scene("what one cannot see one cannot revoke, and learns nothing of", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  const foreign = await bob.says(await world.direct(bob, carol), "Not for others");
  const group = await gather(bob, [carol]);
  const inside = await bob.says(group, "Inside");
  const before = await world.snapshot();
  for (const person of [alice, mallory]) {
    for (const message of [foreign, inside, { id: v7() }, null]) {
      await refuses(revoke(person, message), "PT404", "message_not_found");
    }
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("what the system says is nobody's to revoke", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  await world.befriend(alice, bob);
  const chat = await world.direct(alice, bob);
  for (const place of [group, chat]) {
    const said = (await list(alice, place)).at(-1);
    for (const person of [alice, bob]) {
      await refuses(revoke(person, said ?? null), "PT403", "not_your_message");
    }
  }
});

scene("who is muted may take back, who is disabled may not", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const one = await bob.says(group, "One");
  const other = await bob.says(group, "Other");
  await alice.call("mute_member", { conversation_id: group, user_id: bob });
  await alice.call("mute_group", { conversation_id: group });
  await revoke(bob, one);
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [bob.id]);
  await refuses(revoke(bob, other), "PT403", "account_disabled");
});

scene("in a dissolved group nothing is taken back", async ({ alice, bob }) => {
  const group = await gather(alice, [bob]);
  const said = await bob.says(group, "Hello");
  const gone = await bob.says(group, "Gone");
  await revoke(bob, gone);
  await alice.call("dissolve_group", { conversation_id: group });
  for (const person of [alice, bob]) {
    await refuses(revoke(person, said), "PT409", "group_dissolved");
  }
  assert.equal((await revoke(bob, gone)).actionType, "revoke");
});

scene("after a block one still takes back one's own words", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const said = await alice.says(chat, "Oops");
  await bob.call("block_user", { user_id: alice });
  await revoke(alice, said);
  assert.equal((await list(bob, chat)).at(0)?.isremove, 1);
});

scene(
  "a message that was accepted is answered again, whatever has happened since",
  async (cast) => {
    const { alice, bob, world } = cast;
    const chat = await world.direct(alice, bob);
    const asked = await bob.call("open_direct", { user_id: alice });
    const question = await bob.says(asked.id, "Well?");
    const answer = {
      conversation_id: chat,
      kind: "text",
      body: { text: "Yes" },
      id: v7(),
      reply_to: question.id,
    };
    const sent = await alice.call("send_message", answer);
    await revoke(bob, question);
    await bob.call("block_user", { user_id: alice });

    assert.equal((await alice.call("send_message", answer)).seq, sent.seq);
    await refuses(
      alice.call("send_message", { ...answer, reply_to: null }),
      "PT409",
      "message_id_conflict",
    );
    await refuses(
      alice.call("send_message", { ...answer, id: v7() }),
      "PT409",
      "message_is_revoked",
    );
  },
);
