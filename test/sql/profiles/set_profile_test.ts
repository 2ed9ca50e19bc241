// chat.set_profile
import assert from "node:assert/strict";
import { scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

scene("a change is told to one's devices and friends, and to nobody else", async (cast) => {
  const { alice, bob, carol, world } = cast;
  await world.befriend(alice, bob);
  await alice.says(await world.direct(alice, carol), "Hello");
  await alice.heard();
  await carol.heard();

  const profile = await alice.call("set_profile", {
    nickname: "  Lia  ",
    avatar_url: "https://example.com/lia.png",
    requires_friend_approval: false,
  });

  const face = {
    id: alice.id,
    username: "alice",
    name: "Lia",
    avatar: "https://example.com/lia.png",
    is_guest: false,
  };
  assert.deepEqual(profile, {
    ...face,
    nickname: "Lia",
    requires_friend_approval: false,
    requires_group_approval: false,
  });
  const told = { event: "profile_changed", payload: face };
  assert.deepEqual(await alice.heardFully(), [told]);
  assert.deepEqual(await bob.heardFully(), [told]);
  assert.deepEqual(await carol.heard(), []);
});

scene("what is not given stays, and an empty picture is none", async ({ alice }) => {
  await alice.call("set_profile", { nickname: "Lia", avatar_url: "https://example.com/lia.png" });
  const same = await alice.call("set_profile");
  assert.equal(same.nickname, "Lia");
  assert.equal(same.avatar, "https://example.com/lia.png");
  assert.equal(same.requires_friend_approval, true);
  assert.equal((await alice.call("set_profile", { avatar_url: "" })).avatar, null);
});

scene("a nickname has 1 to 30 characters and hides nothing", async ({ alice }) => {
  const bad = [
    "",
    "   ",
    "a".repeat(31),
    "😀".repeat(31),
    "two\nlines",
    "\u202Eecila",
    "a\u0001b",
    "\u009f",
  ];
  for (const nickname of bad) {
    await refuses(alice.call("set_profile", { nickname }), "PT400", "nickname_invalid");
  }
  for (const nickname of ["x", "好".repeat(30), "😀".repeat(30), "Ana María O'Neill"]) {
    assert.equal((await alice.call("set_profile", { nickname })).name, nickname);
  }
});

scene("a nickname is something that can be seen", async ({ alice }) => {
  for (const nickname of ["\u3000", "\u00a0\u2003", "\u200b", "\u2060\ufeff", "\u200d"]) {
    await refuses(alice.call("set_profile", { nickname }), "PT400", "nickname_invalid");
  }
});

scene("a picture is a web address of at most 1000 characters", async ({ alice }) => {
  const long = "https://example.com/".padEnd(1000, "a");
  const bad = [
    "example.com/a.png",
    "javascript:alert(1)",
    "data:image/png;base64,AA",
    "ftp://example.com/a.png",
    "https://",
    "https://example.com/a b",
    "https://example.com/\n",
    'https://example.com/"onerror=',
    "https://example.com/<script>",
    " https://example.com/",
    long + "a",
  ];
  for (const avatar_url of bad) {
    await refuses(alice.call("set_profile", { avatar_url }), "PT400", "avatar_url_invalid");
  }
  for (const avatar_url of [long, "http://example.com/a.png", "HTTPS://例え.jp/絵.png?a=1&b=2#c"]) {
    assert.equal((await alice.call("set_profile", { avatar_url })).avatar, avatar_url);
  }
});

scene("a username is set once, and is unique without regard to case", async (cast) => {
  const { alice, bob, world } = cast;
  const [newcomer] = await world.signUp({ name: "newcomer", metadata: {} });
  assert.ok(newcomer);
  const set = (username: string) => newcomer.call("set_profile", { username });

  assert.equal((await newcomer.call("get_profile")).name, `User ${newcomer.id.slice(0, 4)}`);
  await refuses(set("alice"), "PT409", "username_taken");
  await refuses(set("ALICE"), "PT409", "username_taken");
  assert.equal((await set("New.Comer_1")).name, "New.Comer_1");
  assert.equal((await set("New.Comer_1")).username, "New.Comer_1");
  await refuses(set("other"), "PT409", "username_already_set");
  await refuses(set("new.comer_1"), "PT409", "username_already_set");
  await refuses(alice.call("set_profile", { username: "alicia" }), "PT409", "username_already_set");
  await refuses(bob.call("set_profile", { username: "alice" }), "PT409", "username_already_set");
});

scene("a username is 3 to 30 letters, digits, dots, dashes, underscores", async ({ world }) => {
  const [newcomer] = await world.signUp({ name: "newcomer", metadata: {} });
  assert.ok(newcomer);
  const bad = [
    "",
    "ab",
    "a".repeat(31),
    ".abc",
    "_abc",
    "-abc",
    "a b c",
    "abc\n",
    "ábc",
    "好好好",
    "a@b",
  ];
  for (const username of bad) {
    await refuses(newcomer.call("set_profile", { username }), "PT400", "username_invalid");
  }
  assert.equal((await newcomer.call("set_profile", { username: "9.-_" })).username, "9.-_");
});

scene("a guest has a nickname and a picture, but no username", async ({ gus }) => {
  await refuses(gus.call("set_profile", { username: "gustav" }), "PT403", "guests_cannot");
  const profile = await gus.call("set_profile", {
    nickname: "Gus",
    avatar_url: "https://example.com/gus.png",
  });
  assert.equal(profile.name, "Gus");
});

scene("one bad field changes nothing of the others", async ({ alice, world }) => {
  const before = await world.snapshot();
  await refuses(
    alice.call("set_profile", { nickname: "Lia", username: "alicia" }),
    "PT409",
    "username_already_set",
  );
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await alice.heard(), []);
});
