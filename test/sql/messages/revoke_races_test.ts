// Revoking at the same moment as others revoke, forward and answer, each in a session of their own.
import assert from "node:assert/strict";
import { refuses } from "../refuses.ts";
import { whileLocked } from "../session.ts";
import { crowd, gather, outcomes, untilWaiting } from "../../support/sessions.ts";

crowd("ten revokes at once are one", 10, async ({ people, query }) => {
  const [owner, sender, ...rest] = people;
  assert.ok(owner && sender);
  const [group] = await gather(people);
  for (const user_id of rest) {
    await owner.call("set_group_role", { conversation_id: group, user_id, role: "admin" });
  }
  const { id: message_id } = await sender.says(group, "Oops");

  const results = await outcomes(people.map((each) => each.call("revoke_message", { message_id })));

  assert.deepEqual(results, Array(10).fill("done"));
  assert.equal((await query("select from chat.changes")).rowCount, 1);
  const pushes = await query("select from realtime.messages where event = 'message_revoked'");
  assert.equal(pushes.rowCount, 1);
  const { rows } = await query("select version::int from chat.conversations");
  assert.deepEqual(rows, [{ version: 1 }]);
});

for (const mode of ["each", "merged"]) {
  crowd(`a revoke that waits for a forward (${mode}) leaves the copy only`, 2, async (all) => {
    const { people: [alice, bob], query } = all;
    assert.ok(alice && bob);
    const [group] = await gather([alice, bob]);
    const { id } = await alice.says(group, "Canary");
    await bob.begin();
    const [copy] = await bob.call("forward_messages", {
      message_ids: [id],
      conversation_ids: [group],
      mode,
    });
    const revoked = outcomes([alice.call("revoke_message", { message_id: id })]);
    await untilWaiting(query);
    await bob.commit();
    assert.deepEqual(await revoked, ["done"]);
    const { rows } = await query("select id from chat.messages where body::text like '%Canary%'");
    assert.deepEqual(rows, mode === "each" ? [{ id: copy?.id }] : []);
    if (mode === "merged") {
      const [entry] = await bob.call("open_record", { message_id: copy?.id });
      assert.equal(entry?.isremove, 1);
    }
  });
}

crowd(
  "a forward and an answer that wait for a revoke come too late, or are whole",
  3,
  async (all) => {
    const { people: [alice, bob, carol], query } = all;
    assert.ok(alice && bob && carol);
    const [group] = await gather([alice, bob, carol]);
    const { id } = await alice.says(group, "Canary");
    await alice.begin();
    await alice.call("revoke_message", { message_id: id });
    const both = outcomes([
      bob.call("forward_messages", { message_ids: [id], conversation_ids: [group] }),
      carol.call("send_message", {
        conversation_id: group,
        kind: "text",
        body: { text: "An answer" },
        reply_to: id,
      }),
    ]);
    await untilWaiting(query, 2);
    await alice.commit();
    for (const result of await both) assert.match(result, /^(done|message_is_revoked)$/);
    const { rows } = await query(
      "select forwarded, sender_id from chat.messages where body::text like '%Canary%'",
    );
    assert.ok(rows.every(({ forwarded, sender_id }) => forwarded && sender_id === bob.id));
  },
);

crowd(
  "revokes, answers and forwards at once leave nothing half done",
  6,
  async ({ people, query }) => {
    const [alice, ...others] = people;
    assert.ok(alice);
    const [group] = await gather(people);
    for (let round = 0; round < 10; round++) {
      const { id } = await alice.says(group, `Canary ${round}`);
      const results = await outcomes([
        alice.call("revoke_message", { message_id: id }),
        ...others.map((person, i) =>
          i % 2
            ? person.call("forward_messages", {
              message_ids: [id],
              conversation_ids: [group],
              mode: i % 4 === 1 ? "merged" : "each",
            })
            : person.call("send_message", {
              conversation_id: group,
              kind: "text",
              body: { text: "An answer" },
              reply_to: id,
            })
        ),
      ]);
      for (const result of results) assert.match(result, /^(done|message_is_revoked)$/);
    }
    const { rows: left } = await query(
      `select from chat.messages where body::text like '%Canary%' and not forwarded`,
    );
    assert.deepEqual(left, []);
    const { rows: pushed } = await query(
      `select from realtime.messages as r
     where r.payload::text like '%Canary%' and not exists (
       select from chat.messages as m where m.id::text = r.payload ->> 'id' and m.body is not null
     )`,
    );
    assert.deepEqual(pushed, []);
    const { rows: [seqs] } = await query(
      `select count(*)::int as count, max(seq)::int as max from chat.messages where conversation_id = $1`,
      [group],
    );
    assert.equal(seqs?.count, seqs?.max);
  },
);

crowd(
  "a revoke that cannot empty what Realtime keeps is no revoke, and can be repeated",
  2,
  async (all) => {
    const { people: [alice, bob] } = all;
    assert.ok(alice && bob);
    const [group] = await gather([alice, bob]);
    const { id: message_id, seq } = await alice.says(group, "Secret");
    await whileLocked("realtime.messages", async () => {
      await refuses(alice.call("revoke_message", { message_id }), "PT503", "busy");
    });
    const read = () => bob.call("get_messages", { conversation_id: group, seqs: [seq] });
    assert.equal((await read())[0]?.isremove, 0);
    await alice.call("revoke_message", { message_id });
    assert.equal((await read())[0]?.isremove, 1);
  },
);
