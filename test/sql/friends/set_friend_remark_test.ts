// chat.set_friend_remark
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const remark = (person: Person, friend: Person | null, remark: string | null) =>
  person.call("set_friend_remark", { user_id: friend, remark });

scene(
  "a remark is seen by the one who made it and by nobody else",
  async ({ alice, bob, world }) => {
    await world.befriend(alice, bob);

    await remark(alice, bob, "  Bobby  ");

    const [heard] = await alice.heardFully();
    assert.equal(heard?.event, "friend_remark_changed");
    assert.deepEqual(heard?.payload, { user_id: bob.id, remark: "Bobby" });
    assert.deepEqual(await bob.heard(), []);
    assert.deepEqual(await alice.rows("select remark from chat.friendships"), [{
      remark: "Bobby",
    }]);
    assert.deepEqual(await bob.rows("select remark from chat.friendships"), [{ remark: null }]);
    assert.equal((await alice.call("list_conversations"))[0]?.peer.remark, "Bobby");
    assert.equal((await bob.call("list_conversations"))[0]?.peer.remark, null);
  },
);

scene("an empty remark removes it", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  for (const nothing of ["", "   ", null]) {
    await remark(alice, bob, "Bobby");
    await remark(alice, bob, nothing);
    assert.deepEqual(await alice.rows("select remark from chat.friendships"), [{ remark: null }]);
  }
});

scene("a remark has at most 30 characters and hides nothing", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  await remark(alice, bob, "😀".repeat(30));
  await refuses(remark(alice, bob, "😀".repeat(31)), "PT400", "remark_invalid");
  await refuses(remark(alice, bob, "a\u0007b"), "PT400", "remark_invalid");
  await refuses(remark(alice, bob, "a\u2066b"), "PT400", "remark_invalid");
});

scene("only friends have remarks", async ({ alice, bob, mallory, gus, ghost, world }) => {
  await world.befriend(alice, bob);
  for (const person of [alice, mallory, ghost, null]) {
    await refuses(remark(mallory, person, "x"), "PT404", "friend_not_found");
  }
  await refuses(remark(gus, alice, "x"), "PT403", "guests_cannot");
});
