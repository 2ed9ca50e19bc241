// chat.find_profile and chat.get_profile
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const find = (person: Person, username: string | null) => person.call("find_profile", { username });
const get = (person: Person, user: Person | null) => person.call("get_profile", { user_id: user });

scene("a person is found by the exact username, without regard to case", async (cast) => {
  const { alice, bob, gus } = cast;
  const face = { id: bob.id, username: "bob", name: "Bob", avatar: null, is_guest: false };
  for (const username of ["bob", "BOB", " Bob "]) {
    assert.deepEqual(await find(alice, username), face);
    assert.deepEqual(await find(gus, username), face);
  }
  for (const username of ["bo", "bobb", "b%", "%", "b_b", "", null]) {
    await refuses(find(alice, username), "PT404", "profile_not_found");
  }
});

scene("strangers see a face, and nobody but oneself sees more", async ({ alice, bob, mallory }) => {
  await bob.call("set_profile", { avatar_url: "https://example.com/bob.png" });
  const face = {
    id: bob.id,
    username: "bob",
    name: "Bob",
    avatar: "https://example.com/bob.png",
    is_guest: false,
  };
  assert.deepEqual(await get(mallory, bob), face);
  assert.deepEqual(await get(alice, bob), face);
  const own = {
    ...face,
    nickname: "Bob",
    requires_friend_approval: true,
    requires_group_approval: false,
  };
  assert.deepEqual(await get(bob, bob), own);
  assert.deepEqual(await get(bob, null), own);
  assert.deepEqual(await bob.call("get_profile"), own);
});

scene("a guest is seen as a guest", async ({ alice, gus }) => {
  const face = await get(alice, gus);
  assert.equal(face.is_guest, true);
  assert.equal(face.username, null);
  assert.equal(face.name, `Guest ${gus.id.slice(0, 4)}`);
});

scene("who cannot be reached is not there", async ({ alice, bob, dora, ghost, world }) => {
  await refuses(find(alice, "dora"), "PT404", "profile_not_found");
  for (const person of [dora, ghost]) {
    await refuses(get(alice, person), "PT404", "profile_not_found");
  }
  await bob.call("block_user", { user_id: alice });
  await refuses(find(alice, "bob"), "PT404", "profile_not_found");
  await refuses(get(alice, bob), "PT404", "profile_not_found");
  assert.equal((await find(bob, "alice")).name, "Alice");

  await world.query("delete from auth.users where id = $1", [bob.id]);
  await refuses(find(alice, "bob"), "PT404", "profile_not_found");
  await refuses(get(alice, bob), "PT404", "profile_not_found");
});
