// chat.request_friend
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const ask = (one: Person, other: Person | null, note = "") =>
  one.call("request_friend", { user_id: other, note });

scene("a request waits for its answer, and both are told once", async ({ alice, bob, carol }) => {
  const answer = await ask(alice, bob, "  It is Alice  ");

  assert.equal(answer.status, "pending");
  assert.deepEqual(await bob.heard(), ["friend_requested"]);
  assert.deepEqual(await alice.heard(), ["friend_requested"]);
  assert.deepEqual(await carol.heard(), []);
  assert.deepEqual(await alice.notices(), ["1 friend_requested"]);
  assert.deepEqual(await bob.notices(), ["1 friend_requested"]);
  const [request] = await bob.call("list_friend_requests");
  assert.equal(request?.id, answer.request_id);
  assert.equal(request?.note, "It is Alice");
});

scene("a request without a note has an empty one", async ({ alice, bob, carol }) => {
  await alice.call("request_friend", { user_id: bob });
  await alice.call("request_friend", { user_id: carol, note: null });

  assert.equal((await bob.call("list_friend_requests"))[0]?.note, "");
  assert.equal((await carol.call("list_friend_requests"))[0]?.note, "");
});

scene("a note has at most 50 characters, whatever they are", async ({ alice, bob, carol }) => {
  await refuses(ask(alice, bob, "好".repeat(51)), "PT400", "note_invalid");
  await refuses(ask(alice, bob, "😀".repeat(51)), "PT400", "note_invalid");
  assert.equal((await ask(alice, bob, "好".repeat(50))).status, "pending");
  assert.equal((await ask(alice, carol, `  ${"😀".repeat(50)}  `)).status, "pending");
});

scene("a note hides nothing", async ({ alice, bob }) => {
  await refuses(ask(alice, bob, "two\nlines"), "PT400", "note_invalid");
  await refuses(ask(alice, bob, "\u202Ebackwards"), "PT400", "note_invalid");
});

scene("nobody asks themselves", async ({ alice }) => {
  await refuses(ask(alice, alice), "PT400", "cannot_be_yourself");
});

scene("who cannot be asked is not there", async ({ alice, gus, dora, ghost }) => {
  for (const person of [gus, dora, ghost, null]) {
    await refuses(ask(alice, person), "PT404", "profile_not_found");
  }
});

scene("a guest cannot ask", async ({ gus, bob }) => {
  await refuses(ask(gus, bob), "PT403", "guests_cannot");
  assert.deepEqual(await bob.heard(), []);
});

scene("whoever is blocked finds nobody, and the other one hears nothing", async (cast) => {
  const { alice, bob } = cast;
  await bob.call("block_user", { user_id: alice });
  await bob.heard();

  await refuses(ask(alice, bob), "PT404", "profile_not_found");
  assert.deepEqual(await bob.heard(), []);
  assert.deepEqual(await bob.notices(), []);
});

scene("whoever blocks must unblock before asking", async ({ alice, bob }) => {
  await alice.call("block_user", { user_id: bob });
  await refuses(ask(alice, bob), "PT409", "person_is_blocked");
  await alice.call("unblock_user", { user_id: bob });
  assert.equal((await ask(alice, bob)).status, "pending");
});

scene("friends need not ask each other", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  await refuses(ask(alice, bob), "PT409", "already_friends");
  await refuses(ask(bob, alice), "PT409", "already_friends");
});

scene("an open request is not made twice", async ({ alice, bob }) => {
  await ask(alice, bob);
  await bob.heard();

  await refuses(ask(alice, bob), "PT409", "friend_request_pending");
  assert.deepEqual(await bob.heard(), []);
});

scene("requests that cross each other are a friendship", async ({ alice, bob, world }) => {
  await ask(alice, bob);
  await alice.heard();
  await bob.heard();

  assert.deepEqual(await ask(bob, alice), { status: "accepted", request_id: null });
  assert.deepEqual(await alice.heard(), ["friend_added", "message_created"]);
  assert.deepEqual(await bob.heard(), ["friend_added", "message_created"]);
  assert.equal(await alice.sees("chat.friendships"), 1);
  assert.equal(await bob.sees("chat.friendships"), 1);
  assert.deepEqual(await world.query("select from chat.friend_requests"), []);
});

scene("whoever needs no approval is a friend at once", async ({ alice, bob, carol }) => {
  await bob.call("set_profile", { requires_friend_approval: false });
  await bob.heard();

  assert.deepEqual(await ask(alice, bob), { status: "accepted", request_id: null });
  assert.deepEqual(await alice.heard(), ["friend_added", "message_created"]);
  assert.deepEqual(await bob.heard(), ["friend_added", "message_created"]);
  assert.deepEqual(await bob.notices(), ["1 friend_added"]);
  assert.deepEqual(await carol.heard(), []);
});

scene("asking back after ignoring is a friendship", async ({ alice, bob }) => {
  const request_id = await alice.asks(bob);
  await bob.call("answer_friend_request", { request_id, answer: "ignore" });

  assert.equal((await ask(bob, alice)).status, "accepted");
});

scene("asking back after refusing is a request", async ({ alice, bob }) => {
  const request_id = await alice.asks(bob);
  await bob.call("answer_friend_request", { request_id, answer: "refuse" });

  assert.equal((await ask(bob, alice)).status, "pending");
});

scene("a refused request may be repeated after a day", async ({ alice, bob, world }) => {
  const request_id = await alice.asks(bob);
  await bob.call("answer_friend_request", { request_id, answer: "refuse" });
  await bob.heard();

  const refusal = await refuses(ask(alice, bob), "PT429", "friend_request_too_soon");
  assert.equal(refusal.retryAfter, 24 * 60 * 60);
  assert.deepEqual(await bob.heard(), []);

  await world.query(
    "update chat.friend_requests set answered_at = answered_at - interval '24 hours'",
  );
  const again = await ask(alice, bob);
  assert.equal(again.status, "pending");
  assert.notEqual(again.request_id, request_id);
  assert.deepEqual(await bob.heard(), ["friend_requested"]);
  assert.equal((await bob.call("list_friend_requests")).length, 1);
});

scene("the time to wait is what is left of it, in whole seconds", async ({ alice, bob, world }) => {
  const request_id = await alice.asks(bob);
  await bob.call("answer_friend_request", { request_id, answer: "refuse" });
  await world.query("update chat.friend_requests set answered_at = now() - interval '23:59:58.5'");

  const refusal = await refuses(ask(alice, bob), "PT429", "friend_request_too_soon");
  assert.equal(refusal.retryAfter, 2);
});

scene("whoever is ignored is not told, not even by asking again", async (cast) => {
  const { alice, bob, world } = cast;
  const request_id = await alice.asks(bob);
  await bob.call("answer_friend_request", { request_id, answer: "ignore" });
  await bob.heard();

  await refuses(ask(alice, bob), "PT409", "friend_request_pending");
  assert.deepEqual(await bob.heard(), []);

  await world.query(
    `update chat.friend_requests
     set answered_at = answered_at - interval '25 hours', ignored_at = ignored_at - interval '25 hours'`,
  );
  assert.equal((await ask(alice, bob)).status, "pending");
  assert.deepEqual(await bob.heard(), ["friend_requested"]);
});

scene("a withdrawn request may be repeated after a minute", async ({ alice, bob, world }) => {
  await alice.call("withdraw_friend_request", { request_id: await alice.asks(bob) });

  const refusal = await refuses(ask(alice, bob), "PT429", "friend_request_too_soon");
  assert.equal(refusal.retryAfter, 60);

  await world.query(
    "update chat.friend_requests set answered_at = answered_at - interval '1 minute'",
  );
  assert.equal((await ask(alice, bob)).status, "pending");
});

scene(
  "whoever ignores is left alone, also when the request is withdrawn and made again",
  async (cast) => {
    const { alice, bob, world } = cast;
    const request_id = await alice.asks(bob);
    await bob.call("answer_friend_request", { request_id, answer: "ignore" });
    await alice.call("withdraw_friend_request", { request_id });
    await bob.heard();
    await world.query(
      "update chat.friend_requests set answered_at = answered_at - interval '2 minutes'",
    );

    await ask(alice, bob).catch(() => "Whether it is refused or swallowed is not the point here.");
    assert.deepEqual(await bob.heard(), []);
  },
);

scene("operators set how long to wait", async ({ alice, bob, carol, server }) => {
  await server.call("set_settings", {
    changes: { friend_request_cooldown: "0", withdrawn_request_cooldown: "2 hours" },
  });
  const request_id = await alice.asks(bob);
  await bob.call("answer_friend_request", { request_id, answer: "refuse" });
  assert.equal((await ask(alice, bob)).status, "pending");

  await alice.call("withdraw_friend_request", { request_id: await alice.asks(carol) });
  const refusal = await refuses(ask(alice, carol), "PT429", "friend_request_too_soon");
  assert.equal(refusal.retryAfter, 2 * 60 * 60);
});
