// An account goes while others still do things with it. Nothing is tied to somebody who is gone.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import { eventually } from "./inbox.ts";
import { atOnce, FINE, relation } from "./racing.ts";

const ROUNDS = 15;

story("whoever asks somebody who is leaving asks nobody", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);

  await whileLeaving(cast, bob, () => alice.verb("request_friend", { user_id: bob.id }));

  assert.equal(await relation(cast, alice, bob), "nothing");
});

story("whoever accepts somebody who is leaving has no new friend", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  const request = await bob.asks(alice);

  await whileLeaving(cast, bob, () => alice.answers(request, "accept"));

  assert.equal(await relation(cast, alice, bob), "nothing");
});

story("friends may do what they like with somebody who is leaving", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");

  await whileLeaving(cast, bob, () => alice.verb("remove_friend", { user_id: bob.id }));

  assert.equal(await relation(cast, alice, bob), "nothing");
  assert.equal((await alice.verb("list_messages", { conversation_id: conversation })).length, 1);
});

story("an account can be deleted while friends do things with it", async (cast) => {
  const alice = await cast.signUp("alice");
  for (let round = 0; round < ROUNDS; round++) {
    const bob = await cast.signUp("bob");
    const user_id = bob.id;
    const { id } = await alice.verb("open_direct", { user_id });
    if (round % 2) await alice.befriends(bob);

    const outcomes = await atOnce([
      () => alice.verb("remove_friend", { user_id }),
      () => deleteAccount(cast, bob),
      () => alice.verb("request_friend", { user_id }),
      () => bob.verb("request_friend", { user_id: alice.id }),
      () => alice.says(id, "Are you leaving?"),
      () => alice.verb("block_user", { user_id }),
    ]);

    for (const outcome of outcomes) assert.ok(FINE.has(outcome), outcome);
    assert.equal(outcomes[1], "done");
    assert.equal(await relation(cast, alice, bob), "nothing");
  }
});

/** Deletes an account, and lets somebody act between the deletion and its commit. */
async function whileLeaving(cast: Cast, person: Person, act: () => Promise<unknown>) {
  const auth = await cast.connect("supabase_auth_admin");
  await auth.query("begin");
  await auth.query("delete from auth.users where id = $1", [person.id]);
  let isOver = false;
  const acting = atOnce([act]).finally(() => isOver = true);
  await eventually(async () => {
    const waiting = await cast.sql(
      "select from pg_stat_activity where usename = 'authenticator' and wait_event_type = 'Lock'",
    );
    return isOver || waiting.length > 0;
  }, "nobody acted");
  await auth.query("commit");
  const [outcome] = await acting;
  assert.ok(outcome && FINE.has(outcome), `${outcome}`);
}

async function deleteAccount(cast: Cast, person: Person): Promise<void> {
  const { error } = await cast.server().auth.admin.deleteUser(person.id);
  assert.equal(error, null);
}
