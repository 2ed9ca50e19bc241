// Several people at the same moment, each in a session of their own.
import assert from "node:assert/strict";
import type pg from "pg";
import { type Actor, crowd, gather, outcomes, untilWaiting } from "../../support/sessions.ts";

async function count(query: pg.Client["query"], sql: string, values: unknown[] = []) {
  const { rows: [row] } = await query(`select (${sql})::int as count`, values);
  return row?.count;
}

crowd("ten take the last seat at once, and one of them gets it", 12, async ({ people, query }) => {
  const [owner, member, ...rest] = people;
  assert.ok(owner && member);
  const [group, join_code] = await gather([owner, member]);
  await query("update chat_private.settings set group_max_members = 3");
  try {
    const results = await outcomes(rest.map((person) => person.call("join_group", { join_code })));
    assert.deepEqual(results.toSorted(), ["done", ...Array(9).fill("group_is_full")]);
    assert.equal(
      await count(query, "select member_count from chat.groups where id = $1", [group]),
      3,
    );
    assert.equal(
      await count(query, "select count(*) from chat.members where conversation_id = $1", [group]),
      3,
    );
  } finally {
    await query("update chat_private.settings set group_max_members = default");
  }
});

crowd("who is removed while a message waits does not say it", 3, async ({ people, query }) => {
  const [alice, bob, carol] = people;
  assert.ok(alice && bob && carol);
  const [group] = await gather(people);
  await alice.begin();
  await alice.call("remove_member", { conversation_id: group, user_id: bob });
  const sends = outcomes([bob.says(group, "Too late"), carol.says(group, "In time")]);
  await untilWaiting(query, 2);
  await alice.commit();

  assert.deepEqual(await sends, ["conversation_not_found", "done"]);
  assert.equal(
    await count(query, "select count(*) from chat.messages where body ->> 'text' = 'Too late'"),
    0,
  );
  assert.equal(
    await count(
      query,
      "select count(*) from realtime.messages where payload::text like '%Too late%'",
    ),
    0,
  );
});

crowd("nothing is said in a group that is dissolved, however close it was", 2, async (all) => {
  const { people: [alice, bob], query } = all;
  assert.ok(alice && bob);
  const [group] = await gather([alice, bob]);
  await alice.begin();
  await alice.call("dissolve_group", { conversation_id: group });
  const sends = outcomes([bob.says(group, "Too late")]);
  await untilWaiting(query);
  await alice.commit();
  assert.deepEqual(await sends, ["group_dissolved"]);
});

crowd(
  "two admins remove each other at once, and one of them stays",
  3,
  async ({ people, query }) => {
    const [alice, bob, carol] = people;
    assert.ok(alice && bob && carol);
    const [group] = await gather(people);
    for (const user_id of [bob, carol]) {
      await alice.call("set_group_role", { conversation_id: group, user_id, role: "admin" });
    }
    const remove = (person: Actor, user_id: Actor) =>
      person.call("remove_member", { conversation_id: group, user_id });
    assert.deepEqual(await outcomes([remove(bob, carol), remove(carol, bob)]), [
      "role_too_low",
      "role_too_low",
    ]);

    await alice.call("transfer_group", { conversation_id: group, user_id: bob });
    const results = await outcomes([
      remove(bob, carol),
      bob.call("transfer_group", { conversation_id: group, user_id: carol }),
      remove(alice, carol),
    ]);
    assert.ok(results.every((result) => !/^\d/.test(result)), results.join());
    assert.equal(
      await count(
        query,
        "select count(*) from chat.members where conversation_id = $1 and role = 'owner'",
        [group],
      ),
      1,
    );
  },
);

crowd(
  "two admins remove the same one at once, and it happens once",
  4,
  async ({ people, query }) => {
    const [alice, bob, carol, dave] = people;
    assert.ok(alice && bob && carol && dave);
    const [group] = await gather(people);
    for (const user_id of [bob, carol]) {
      await alice.call("set_group_role", { conversation_id: group, user_id, role: "admin" });
    }
    const results = await outcomes(
      [alice, bob, carol].map((person) =>
        person.call("remove_member", { conversation_id: group, user_id: dave })
      ),
    );
    assert.deepEqual(results.toSorted(), ["done", "member_not_found", "member_not_found"]);
    assert.equal(await count(query, "select member_count from chat.groups"), 3);
    assert.equal(await count(query, "select epoch from chat.conversations"), 2);
    assert.equal(
      await count(query, "select count(*) from chat.notices where type = 'group_removed'"),
      1,
    );
  },
);

crowd("an account is deleted while its person is removed, and both are done", 2, async (all) => {
  const { people: [alice, bob], query } = all;
  assert.ok(alice && bob);
  const [group] = await gather([alice, bob]);
  await alice.begin();
  await alice.call("mute_group", { conversation_id: group });
  const deleted = outcomes([query("delete from auth.users where id = $1", [bob.id])]);
  await bob.session.query("reset role");
  await untilWaiting(bob.session.query.bind(bob.session));
  await alice.call("remove_member", { conversation_id: group, user_id: bob });
  await alice.commit();
  assert.deepEqual(await deleted, ["done"]);
  assert.equal(await count(query, "select member_count from chat.groups"), 1);
});

crowd("two who own each other's groups are deleted at once", 2, async ({ people, query }) => {
  const [alice, bob] = people;
  assert.ok(alice && bob);
  await gather([alice, bob]);
  await gather([bob, alice]);
  for (const person of people) await person.session.query("reset role");
  const results = await outcomes(
    people.map((person) =>
      person.session.query("delete from auth.users where id = $1", [person.id])
    ),
  );
  assert.deepEqual(results, ["done", "done"]);
  assert.equal(
    await count(query, "select count(*) from chat.groups where dissolved_at is not null"),
    2,
  );
});

crowd("what is asked and answered at once joins once", 3, async ({ people, query }) => {
  const [alice, bob, carol] = people;
  assert.ok(alice && bob && carol);
  const [group, join_code] = await gather([alice, bob]);
  await alice.call("set_group", { conversation_id: group, join_mode: "approval" });
  await alice.call("set_group_role", { conversation_id: group, user_id: bob, role: "admin" });
  await carol.call("join_group", { join_code });
  const [request] = await alice.call("list_group_requests");
  const results = await outcomes([
    alice.call("answer_join_request", { request_id: request?.id, answer: "accept" }),
    bob.call("answer_join_request", { request_id: request?.id, answer: "accept" }),
    carol.call("join_group", { join_code }),
  ]);
  assert.ok(
    results.every((result) => /^done$|^group_request_not_found$/.test(result)),
    `${results}`,
  );
  assert.equal(await count(query, "select member_count from chat.groups"), 3);
  assert.equal(
    await count(query, "select count(*) from chat.notices where user_id = $1", [carol.id]),
    1,
  );
});
