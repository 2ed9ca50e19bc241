// chat.remove_friend
import assert from "node:assert/strict";
import { scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

scene(
  "a friendship ends for both, and both are told once",
  async ({ alice, bob, carol, world }) => {
    await world.befriend(alice, bob);

    await bob.call("remove_friend", { user_id: alice });

    assert.deepEqual(await alice.heard(), ["friend_removed"]);
    assert.deepEqual(await bob.heard(), ["friend_removed"]);
    assert.deepEqual(await carol.heard(), []);
    assert.deepEqual((await alice.notices()).at(-1), "3 friend_removed");
    assert.deepEqual(await world.query("select from chat.friendships"), []);
  },
);

scene("the conversation stays, and one may ask again at once", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  await bob.call("remove_friend", { user_id: alice });

  const [item] = await alice.call("list_conversations");
  assert.equal(item?.peer.is_friend, false);
  await alice.says(item?.id ?? "", "Why?");
  await bob.accepts(await alice.asks(bob));
  assert.equal((await alice.item(item?.id ?? ""))?.peer.is_friend, true);
});

scene(
  "nobody ends a friendship that is not theirs",
  async ({ alice, bob, mallory, gus, ghost, world }) => {
    await world.befriend(alice, bob);

    for (const person of [alice, bob, mallory, ghost, null]) {
      await refuses(
        mallory.call("remove_friend", { user_id: person }),
        "PT404",
        "friend_not_found",
      );
    }
    await refuses(gus.call("remove_friend", { user_id: alice }), "PT403", "guests_cannot");
    assert.deepEqual(await alice.heard(), []);
    assert.equal(await bob.sees("chat.friendships"), 1);
  },
);

scene("a friend is removed once", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  await alice.call("remove_friend", { user_id: bob });
  await alice.heard();

  await refuses(alice.call("remove_friend", { user_id: bob }), "PT404", "friend_not_found");
  await refuses(bob.call("remove_friend", { user_id: alice }), "PT404", "friend_not_found");
  assert.deepEqual(await alice.heard(), []);
});

scene("a friend who has been disabled can be removed", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [bob.id]);

  await alice.call("remove_friend", { user_id: bob });
  assert.equal(await alice.sees("chat.friendships"), 0);
});
