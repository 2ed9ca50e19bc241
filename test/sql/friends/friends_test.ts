// The view chat.friends
import assert from "node:assert/strict";
import { scene } from "../../support/people.ts";

scene("a friend is shown with the remark and the names of today", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  await alice.call("set_friend_remark", { user_id: bob, remark: "Bobby" });
  await bob.call("set_profile", {
    nickname: "Robert",
    avatar_url: "https://example.com/bob.png",
  });

  const columns = "id, remark, username, name, avatar";
  assert.deepEqual(await alice.rows(`select ${columns} from chat.friends`), [{
    id: bob.id,
    remark: "Bobby",
    username: "bob",
    name: "Robert",
    avatar: "https://example.com/bob.png",
  }]);
  assert.deepEqual(await bob.rows("select remark, name from chat.friends"), [
    { remark: null, name: "Alice" },
  ]);
});
