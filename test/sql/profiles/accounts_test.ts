// Profiles follow accounts: sign-up, guests who become permanent, accounts that go.
import assert from "node:assert/strict";
import { type Person, scene, type World } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const asAuthServer = (world: World, sql: string, person: Person) =>
  world.as("supabase_auth_admin", {}, sql, [person.id]);

async function newcomer(world: World, metadata: Record<string, unknown>): Promise<Person> {
  const [person] = await world.signUp({ name: "newcomer", metadata });
  assert.ok(person);
  return person;
}

scene("an account brings its names along, where they are fit to be used", async ({ world }) => {
  const names: [Record<string, unknown>, string | null, string | null][] = [
    [{ username: "zoe", nickname: " Zoë " }, "zoe", "Zoë"],
    [{ full_name: "Zoë Q." }, null, "Zoë Q."],
    [{ name: "Zoë" }, null, "Zoë"],
    [{ nickname: "x".repeat(40) }, null, "x".repeat(30)],
    [{ username: "z", nickname: "" }, null, null],
    [{ username: "not a name", nickname: "two\nlines" }, null, null],
    [{ username: 12345, nickname: { a: 1 } }, "12345", '{"a": 1}'],
    [{ username: null, nickname: null }, null, null],
  ];
  for (const [metadata, username, nickname] of names) {
    const person = await newcomer(world, metadata);
    const profile = await person.call("get_profile");
    assert.deepEqual([profile.username, profile.nickname], [username, nickname]);
    assert.equal(profile.is_guest, false);
    assert.equal(profile.requires_friend_approval, true);
  }
});

scene("a username that is taken does not break a sign-up", async ({ world }) => {
  const person = await newcomer(world, { username: "ALICE", nickname: "Another Alice" });
  const profile = await person.call("get_profile");
  assert.deepEqual([profile.username, profile.nickname], [null, "Another Alice"]);
  assert.equal((await person.call("set_profile", { username: "alice2" })).username, "alice2");
});

scene("metadata of any shape does not break a sign-up", async ({ world }) => {
  for (const metadata of [[], ["username"], "text", 5, null]) {
    const id = crypto.randomUUID();
    await world.as(
      "supabase_auth_admin",
      {},
      "insert into auth.users (id, raw_user_meta_data) values ($1, $2)",
      [id, JSON.stringify(metadata)],
    );
    assert.equal(
      await world.value("select status from chat.profiles where id = $1", [id]),
      "active",
    );
  }
});

scene("nothing of ours can break a sign-up, and the first call makes up for it", async (cast) => {
  const { alice, world } = cast;
  await world.query(`
    create function pg_temp.break() returns trigger language plpgsql as $$
    begin raise exception 'broken'; end $$;
    create trigger broken before insert on chat.profiles
    for each row execute function pg_temp.break()`);
  const person = await newcomer(world, { username: "late", nickname: "Late" });
  assert.equal(
    await world.value("select count(*)::int from auth.users where id = $1", [person.id]),
    1,
  );
  assert.deepEqual(await world.query("select from chat.profiles where id = $1", [person.id]), []);

  await world.query("drop trigger broken on chat.profiles");
  assert.equal((await person.call("get_profile")).username, "late");
  await alice.asks(person);
  assert.deepEqual(await person.heard(), ["friend_requested"]);
});

scene("whoever could not get a profile reads nothing until the first call", async ({ world }) => {
  const person = await newcomer(world, {});
  await world.query("delete from chat.profiles where id = $1", [person.id]);
  assert.equal(await person.sees("chat.profiles"), 0);
  await person.call("list_conversations");
  assert.equal(await person.sees("chat.profiles"), 1);
});

scene("a guest who becomes permanent keeps everything, even with the old token", async (cast) => {
  const { alice, gus, world } = cast;
  const chat = await world.direct(gus, alice);
  await gus.says(chat, "Hello");
  await refuses(gus.asks(alice), "PT403", "guests_cannot");

  await asAuthServer(
    world,
    "update auth.users set is_anonymous = false, email = 'gus@example.com' where id = $1",
    gus,
  );

  assert.equal((await alice.call("get_profile", { user_id: gus })).is_guest, false);
  assert.ok(await gus.asks(alice));
  assert.equal((await gus.call("set_profile", { username: "gus" })).username, "gus");
  assert.equal((await gus.call("list_messages", { conversation_id: chat })).length, 1);
});

const GOODBYES = {
  "deleted": "delete from auth.users where id = $1",
  "deleted softly": "update auth.users set deleted_at = now(), email = 'gone' where id = $1",
};

for (const [how, sql] of Object.entries(GOODBYES)) {
  scene(`an account that is ${how} lets go of everybody and keeps what was said`, async (cast) => {
    const { alice, bob, carol, mallory, world } = cast;
    await world.befriend(alice, bob);
    const chat = await world.direct(alice, bob);
    await alice.says(chat, "Remember me");
    await alice.asks(carol);
    await mallory.asks(alice);
    await alice.call("block_user", { user_id: mallory });
    await carol.call("block_user", { user_id: alice });

    await asAuthServer(world, sql, alice);

    await refuses(alice.call("get_profile"), "PT401", "not_signed_in");
    await refuses(alice.says(chat, "I am back"), "PT401", "not_signed_in");
    assert.equal(await alice.sees("chat.messages"), 0);
    for (const table of ["friendships", "friend_requests", "blocks"]) {
      assert.deepEqual(await world.query(`select from chat.${table}`), []);
    }
    const messages = await bob.call("list_messages", { conversation_id: chat });
    assert.equal(messages.at(-1)?.data.data, "Remember me");
    assert.equal((await bob.item(chat))?.peer.name, "Deleted user");
    assert.equal((await bob.item(chat))?.peer.is_friend, false);
    await refuses(bob.says(chat, "Are you there?"), "PT404", "profile_not_found");
    await refuses(bob.asks(alice), "PT404", "profile_not_found");
    const again = await newcomer(world, { username: "alice" });
    assert.equal((await again.call("get_profile")).username, "alice");
  });
}

scene(
  "an account that is deleted for good after it was deleted softly stays deleted",
  async (cast) => {
    const { alice, world } = cast;
    await asAuthServer(world, GOODBYES["deleted softly"], alice);
    await asAuthServer(world, GOODBYES["deleted"], alice);
    await refuses(alice.call("get_profile"), "PT401", "not_signed_in");
  },
);

scene("an operator disables a person and lets them in again", async ({ alice, server }) => {
  const setStatus = (status: string) =>
    server.rows("update chat.profiles set status = $2 where id = $1", [alice.id, status]);
  await setStatus("disabled");
  await refuses(alice.call("get_profile"), "PT403", "account_disabled");
  assert.equal(await alice.sees("chat.profiles"), 0);
  await setStatus("active");
  assert.equal((await alice.call("get_profile")).name, "Alice");
  await refuses(setStatus("deleted"), "23514");
  await refuses(server.rows("update chat.profiles set nickname = 'x'"), "42501");
});
