// Things that happen at once, over real connections. Whatever wins, what is stored holds together.
import assert from "node:assert/strict";
import { story } from "../support/api.ts";
import {
  assertTold,
  atOnce,
  FINE,
  noticesOf,
  relation,
  startOver,
  systemMessages,
} from "./racing.ts";

const ROUNDS = 15;

story("two people who ask each other at once become friends once", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  for (let round = 0; round < ROUNDS; round++) {
    await startOver(cast, alice, bob);

    const answers = await Promise.all([
      alice.verb("request_friend", { user_id: bob.id }),
      bob.verb("request_friend", { user_id: alice.id }),
    ]);

    assert.deepEqual(answers.map(({ status }) => status).toSorted(), ["accepted", "pending"]);
    assert.equal(await relation(cast, alice, bob), "friends");
    assert.deepEqual(await systemMessages(cast, alice, bob), ["friend_added"]);
    for (const person of [alice, bob]) {
      assert.deepEqual(await noticesOf(cast, person), ["friend_requested", "friend_added"]);
    }
  }
});

story("of two devices that accept at once, one does", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  const tablet = await bob.device();
  for (let round = 0; round < ROUNDS; round++) {
    await startOver(cast, alice, bob);
    const request = await alice.asks(bob);

    const outcomes = await atOnce([
      () => bob.answers(request, "accept"),
      () => tablet.answers(request, "accept"),
    ]);

    assert.deepEqual(outcomes.toSorted(), ["done", "friend_request_not_found"]);
    assert.equal(await relation(cast, alice, bob), "friends");
    assert.deepEqual(await systemMessages(cast, alice, bob), ["friend_added"]);
    for (const person of [alice, bob]) {
      assert.deepEqual(await noticesOf(cast, person), ["friend_requested", "friend_added"]);
    }
  }
});

story(
  "accepting, withdrawing, blocking and removing at once leaves no half of anything",
  async (cast) => {
    const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
    const tablet = await alice.device();
    for (let round = 0; round < 2 * ROUNDS; round++) {
      await startOver(cast, alice, bob);
      const request_id = await alice.asks(bob);
      const acts = [
        () => bob.answers(request_id, "accept"),
        () => alice.verb("withdraw_friend_request", { request_id }),
        () => tablet.verb("block_user", { user_id: bob.id }),
        () => bob.verb("remove_friend", { user_id: alice.id }),
        () => bob.verb("request_friend", { user_id: alice.id }),
        () => tablet.verb("unblock_user", { user_id: bob.id }),
      ];
      // Another order each time: whoever is sent first is often served first.
      const turned = acts.map((_, i) => acts[(i + round) % acts.length]!);
      const outcomes = await atOnce(turned.slice(0, 2 + round % 5));

      for (const outcome of outcomes) assert.ok(FINE.has(outcome), outcome);
      await assertTold(cast, alice, bob);
    }
  },
);

story("five people who cannot make up their minds never wait in a circle", async (cast) => {
  const people = await Promise.all(["a", "b", "c", "d", "e"].map((name) => cast.signUp(name)));
  const pairs = people.flatMap((one) => people.map((other) => [one, other] as const))
    .filter(([one, other]) => one !== other);
  for (let round = 0; round < 4; round++) {
    const outcomes = await atOnce(pairs.flatMap(([one, { id: user_id }]) => [
      () => one.verb("request_friend", { user_id }),
      () => one.verb(round % 2 ? "block_user" : "unblock_user", { user_id }),
      () => one.verb("remove_friend", { user_id }),
      () => one.verb("open_direct", { user_id }),
    ]));

    for (const outcome of outcomes) assert.ok(FINE.has(outcome), outcome);
    for (const [one, other] of pairs) {
      await relation(cast, one, other);
      await assertTold(cast, one, other);
    }
  }
});

story("friends who block each other at once both do", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  for (let round = 0; round < ROUNDS; round++) {
    await startOver(cast, alice, bob);
    await alice.befriends(bob);

    const outcomes = await atOnce([
      () => alice.verb("block_user", { user_id: bob.id }),
      () => bob.verb("block_user", { user_id: alice.id }),
      () => alice.verb("set_friend_remark", { user_id: bob.id, remark: "B" }),
    ]);

    assert.deepEqual(outcomes.slice(0, 2), ["done", "done"]);
    assert.equal(await relation(cast, alice, bob), "2 blocks");
    const notices = await noticesOf(cast, bob);
    assert.deepEqual(notices, ["friend_requested", "friend_added", "friend_removed"]);
  }
});

story("two people who open their conversation at once open one", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  for (let round = 0; round < ROUNDS; round++) {
    await startOver(cast, alice, bob);

    const opened = await Promise.all([
      alice.verb("open_direct", { user_id: bob.id }),
      bob.verb("open_direct", { user_id: alice.id }),
      alice.verb("open_direct", { user_id: bob.id }),
      bob.verb("open_direct", { user_id: alice.id }),
    ]);

    assert.equal(new Set(opened.map(({ id }) => id)).size, 1);
    const id = opened[0].id;
    await Promise.all([alice.says(id, "Hello"), bob.says(id, "Hello")]);
    const stored = await cast.sql(
      `select c.last_seq::int, (select count(*)::int from chat.members as m where m.conversation_id = c.id) as members
       from chat.conversations as c where $1 in (c.low_id, c.high_id)`,
      [alice.id],
    );
    assert.deepEqual(stored, [{ last_seq: 2, members: 2 }]);
  }
});

story("everything that can be done in a conversation can be done at once", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  for (let round = 0; round < ROUNDS; round++) {
    const outcomes = await atOnce([alice, bob].flatMap((person) => [
      () => person.says(conversation_id, `Hello ${round}`),
      () => person.verb("mark_read", { conversation_id, seq: 2 * round }),
      () => person.verb("pin_conversation", { conversation_id, pinned: round % 2 === 0 }),
      () => person.verb("hide_conversation", { conversation_id }),
      () => person.verb("clear_history", { conversation_id }),
      () => person.verb("sync"),
      () => person.verb("set_profile", { nickname: `N${round}` }),
    ]));
    assert.deepEqual([...new Set(outcomes)], ["done"]);
  }
  const messages = await cast.sql<{ seqs: number[] }>(
    `select array_agg(seq::int order by seq) as seqs from chat.messages where conversation_id = $1`,
    [conversation_id],
  );
  assert.deepEqual(messages[0]?.seqs, Array.from({ length: 2 * ROUNDS + 1 }, (_, i) => i + 1));
});
