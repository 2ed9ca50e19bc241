// chat.answer_friend_request
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const answer = (person: Person, request_id: string, answer: string | null, remark?: string) =>
  person.call("answer_friend_request", {
    request_id,
    answer,
    ...remark === undefined ? {} : { remark },
  });

scene("accepting makes two friends, and a message that both lists show", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const request = await alice.asks(bob);
  await alice.heard();
  await bob.heard();

  await answer(bob, request, "accept");

  assert.deepEqual(await alice.heard(), ["friend_added", "message_created"]);
  assert.deepEqual(await bob.heard(), ["friend_added", "message_created"]);
  assert.deepEqual(await carol.heard(), []);
  assert.deepEqual(await alice.notices(), ["1 friend_requested", "2 friend_added"]);
  assert.deepEqual(await bob.notices(), ["1 friend_requested", "2 friend_added"]);
  for (const person of [alice, bob]) {
    const [item, ...more] = await person.call("list_conversations");
    assert.deepEqual(more, []);
    assert.equal(item?.last_message?.actionType, "friend_added");
    assert.equal(item?.peer.is_friend, true);
    assert.equal(item?.unread, 0);
  }
  assert.deepEqual(await world.query("select from chat.friend_requests"), []);
});

scene("a remark is for the one who accepts", async ({ alice, bob }) => {
  await answer(bob, await alice.asks(bob), "accept", "  Lia  ");

  assert.deepEqual(await bob.rows("select remark from chat.friendships"), [{ remark: "Lia" }]);
  assert.deepEqual(await alice.rows("select remark from chat.friendships"), [{ remark: null }]);
});

scene("refusing tells both", async ({ alice, bob }) => {
  const request = await alice.asks(bob);
  await alice.heard();
  await bob.heard();

  await answer(bob, request, "refuse");

  assert.deepEqual(await alice.heard(), ["friend_request_refused"]);
  assert.deepEqual(await bob.heard(), ["friend_request_refused"]);
  assert.equal(
    (await alice.call("list_friend_requests", { direction: "sent" }))[0]?.status,
    "refused",
  );
  assert.equal(await bob.sees("chat.friendships"), 0);
});

scene("ignoring tells only the one who ignores", async ({ alice, bob }) => {
  const request = await alice.asks(bob);
  await alice.heard();
  await bob.heard();

  await answer(bob, request, "ignore");

  assert.deepEqual(await alice.heard(), []);
  assert.deepEqual(await alice.notices(), ["1 friend_requested"]);
  assert.deepEqual(await bob.heard(), ["friend_request_ignored"]);
  assert.deepEqual(await bob.notices(), ["1 friend_requested", "2 friend_request_ignored"]);
  assert.equal(
    (await alice.call("list_friend_requests", { direction: "sent" }))[0]?.status,
    "pending",
  );
});

scene("a request is answered once", async ({ alice, bob, carol, mallory }) => {
  for (
    const [person, first] of [[alice, "accept"], [carol, "refuse"], [mallory, "ignore"]] as const
  ) {
    const request = await person.asks(bob);
    await answer(bob, request, first);
    for (const second of ["accept", "refuse", "ignore"]) {
      await refuses(answer(bob, request, second), "PT404", "friend_request_not_found");
    }
  }
});

scene("only the one who was asked can answer", async ({ alice, bob, mallory }) => {
  const request = await alice.asks(bob);
  await bob.heard();

  await refuses(answer(alice, request, "accept"), "PT404", "friend_request_not_found");
  await refuses(answer(mallory, request, "accept"), "PT404", "friend_request_not_found");
  await refuses(answer(bob, crypto.randomUUID(), "accept"), "PT404", "friend_request_not_found");
  assert.deepEqual(await bob.heard(), []);
});

scene("a withdrawn request cannot be accepted any more", async ({ alice, bob }) => {
  const request = await alice.asks(bob);
  await alice.call("withdraw_friend_request", { request_id: request });

  await refuses(answer(bob, request, "accept"), "PT404", "friend_request_not_found");
});

scene(
  "a request of somebody who was blocked cannot be accepted any more",
  async ({ alice, bob }) => {
    const request = await alice.asks(bob);
    await bob.call("block_user", { user_id: alice });

    await refuses(answer(bob, request, "accept"), "PT404", "friend_request_not_found");
  },
);

scene("an answer is one of three words", async ({ alice, bob }) => {
  const request = await alice.asks(bob);
  for (const word of ["accepted", "ACCEPT", "", null]) {
    await refuses(answer(bob, request, word), "PT400", "answer_invalid");
  }
});

scene("a remark has at most 30 characters and hides nothing", async ({ alice, bob }) => {
  const request = await alice.asks(bob);
  await refuses(answer(bob, request, "accept", "好".repeat(31)), "PT400", "remark_invalid");
  await refuses(answer(bob, request, "accept", "a\tb"), "PT400", "remark_invalid");
  await answer(bob, request, "accept", "好".repeat(30));
});

scene("a guest answers nothing", async ({ alice, bob, gus }) => {
  const request = await alice.asks(bob);
  await refuses(answer(gus, request, "accept"), "PT403", "guests_cannot");
});
