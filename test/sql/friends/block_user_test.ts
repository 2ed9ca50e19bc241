// chat.block_user and chat.unblock_user
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const block = (person: Person, other: Person | null) =>
  person.call("block_user", { user_id: other });
const unblock = (person: Person, other: Person | null) =>
  person.call("unblock_user", { user_id: other });

scene("blocking somebody is nobody else's affair", async ({ alice, bob, carol }) => {
  await block(alice, bob);

  const [heard, ...more] = await alice.heardFully();
  assert.deepEqual(more, []);
  assert.equal(heard?.event, "person_blocked");
  assert.deepEqual(heard?.payload, { user_id: bob.id });
  assert.deepEqual(await bob.heard(), []);
  assert.deepEqual(await bob.notices(), []);
  assert.deepEqual(await carol.heard(), []);
  assert.equal(await alice.sees("chat.blocks"), 1);
  assert.equal(await bob.sees("chat.blocks"), 0);
});

scene("blocking a friend ends the friendship, and both are told that", async (cast) => {
  const { alice, bob, world } = cast;
  await world.befriend(alice, bob);

  await block(alice, bob);

  assert.deepEqual(await alice.heard(), ["friend_removed", "person_blocked"]);
  assert.deepEqual(await bob.heard(), ["friend_removed"]);
  assert.deepEqual(await world.query("select from chat.friendships"), []);
});

scene("blocking ends requests in both directions without a word", async (cast) => {
  const { alice, bob, carol, world } = cast;
  await alice.asks(bob);
  await bob.asks(carol);
  await alice.heard();
  await carol.heard();

  await block(bob, alice);
  await block(bob, carol);

  assert.deepEqual(await world.query("select from chat.friend_requests"), []);
  assert.deepEqual(await alice.heard(), []);
  assert.deepEqual(await carol.heard(), []);
});

scene("whoever is blocked cannot find, ask or write to the other one", async (cast) => {
  const { alice, bob, world } = cast;
  const chat = await world.direct(alice, bob);
  await block(bob, alice);
  await bob.heard();

  const attempts = [
    () => alice.call("find_profile", { username: "bob" }),
    () => alice.call("get_profile", { user_id: bob }),
    () => alice.call("request_friend", { user_id: bob }),
    () => alice.call("open_direct", { user_id: bob }),
    () => alice.says(chat, "Hello?"),
  ];
  for (const attempt of attempts) await refuses(attempt(), "PT404", "profile_not_found");
  assert.deepEqual(await bob.heard(), []);
});

scene("whoever blocks cannot write either, but still sees the other one", async (cast) => {
  const { alice, bob, world } = cast;
  const chat = await world.direct(alice, bob);
  await block(alice, bob);

  await refuses(alice.says(chat, "Ha!"), "PT409", "person_is_blocked");
  await refuses(alice.call("open_direct", { user_id: bob }), "PT409", "person_is_blocked");
  assert.equal((await alice.call("get_profile", { user_id: bob })).name, "Bob");
  assert.equal((await alice.item(chat))?.peer.is_blocked, true);
});

scene("what was said before a block stays readable for both", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  await alice.says(chat, "Before");
  await block(bob, alice);

  for (const person of [alice, bob]) {
    assert.equal((await person.call("list_messages", { conversation_id: chat })).length, 1);
  }
});

scene("blocking twice is blocking once", async ({ alice, bob, world }) => {
  await block(alice, bob);
  const before = await world.snapshot();
  await block(alice, bob);
  assert.deepEqual(await world.snapshot(), before);
});

scene("two may block each other, and each lets go alone", async ({ alice, bob }) => {
  await block(alice, bob);
  await block(bob, alice);
  await unblock(alice, bob);

  await refuses(alice.call("open_direct", { user_id: bob }), "PT404", "profile_not_found");
  await refuses(bob.call("open_direct", { user_id: alice }), "PT409", "person_is_blocked");
});

scene("a guest can say stop, and can be told stop", async ({ alice, gus }) => {
  await block(gus, alice);
  await refuses(alice.call("open_direct", { user_id: gus }), "PT404", "profile_not_found");
  await unblock(gus, alice);
  await block(alice, gus);
  await refuses(gus.call("open_direct", { user_id: alice }), "PT404", "profile_not_found");
});

scene("a disabled person can be blocked", async ({ alice, dora }) => {
  await block(alice, dora);
  assert.equal(await alice.sees("chat.blocks"), 1);
});

scene(
  "nobody blocks themselves or somebody who is not there",
  async ({ alice, bob, ghost, world }) => {
    await refuses(block(alice, alice), "PT400", "cannot_be_yourself");
    await refuses(block(alice, ghost), "PT404", "profile_not_found");
    await refuses(block(alice, null), "PT404", "profile_not_found");
    await world.query("delete from auth.users where id = $1", [bob.id]);
    await refuses(block(alice, bob), "PT404", "profile_not_found");
  },
);

scene("unblocking lets somebody in again, and friendship does not come back", async (cast) => {
  const { alice, bob, world } = cast;
  await world.befriend(alice, bob);
  await block(alice, bob);
  await alice.heard();
  await bob.heard();

  await unblock(alice, bob);

  assert.deepEqual(await alice.heardFully(), [
    { event: "person_unblocked", payload: { user_id: bob.id } },
  ]);
  assert.deepEqual(await bob.heard(), []);
  assert.equal(await alice.sees("chat.friendships"), 0);
  assert.equal((await bob.call("open_direct", { user_id: alice })).peer.name, "Alice");
});

scene("unblocking who is not blocked says nothing", async ({ alice, bob, ghost }) => {
  for (const person of [alice, bob, ghost, null]) await unblock(alice, person);
  assert.deepEqual(await alice.heard(), []);
});

scene("nobody lets themselves in", async ({ alice, bob }) => {
  await block(bob, alice);
  await unblock(alice, bob);
  await refuses(alice.call("open_direct", { user_id: bob }), "PT404", "profile_not_found");
});
