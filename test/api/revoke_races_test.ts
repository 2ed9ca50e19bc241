// A revoke meets answers, forwards and other revokes of the same moment. Whatever wins, the text is gone.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import { Refused } from "./calling.ts";
import { gather } from "./gatherings.ts";
import { changesIn, WAYS } from "./invoking.ts";
import { atOnce } from "./racing.ts";

const ROUNDS = 20;

story("whatever is done with a message while it is taken back, its text is gone", async (cast) => {
  const { alice, bob, carol, source, target } = await scene(cast);
  const revoked: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const canary = `canary-${crypto.randomUUID()}`;
    const { id } = await bob.says(source, canary);
    const passOn = (person: Person, mode: string) => () =>
      person.verb("forward_messages", { message_ids: [id], conversation_ids: [target], mode });
    const acts = [
      () => WAYS["chat.revoke_message"](bob, id),
      () => WAYS["chat-revoke"](alice, id),
      passOn(alice, "merged"),
      passOn(carol, "merged"),
      () => answerTo(carol, source, id),
      () => answerTo(alice, source, id),
      () => bob.verb("set_my_group_face", { conversation_id: source, nickname: `B${round}` }),
      () => carol.verb("sync"),
    ];

    const outcomes = await atOnce(turned(acts, round));

    for (const outcome of outcomes) assert.ok(FINE.has(outcome), outcome);
    revoked.push(id);
    await assertGone(cast, canary);
    await assertRecordsAreEmpty(carol, target, canary);
  }
  assert.equal(await changesIn(cast, source), ROUNDS, "each was taken back once");
  await assertSound(cast, source);
  await assertSound(cast, target);
  const pushed = await cast.sql<{ count: number }>(
    `select count(*)::int from realtime.messages
     where event = 'message_revoked' and (payload ->> 'id')::uuid = any ($1)`,
    [revoked],
  );
  assert.equal(pushed[0]?.count, ROUNDS, "and told once");
});

story(
  "a copy that is made while its source is taken back is whole, or is not there",
  async (cast) => {
    const { bob, carol, source, target } = await scene(cast);
    let copies = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const text = `canary-${crypto.randomUUID()}`;
      const { id } = await bob.says(source, text);
      const forward = { message_ids: [id], conversation_ids: [target] };

      const [revoke, copy] = await atOnce(
        round % 2
          ? [
            () => bob.verb("revoke_message", { message_id: id }),
            () => carol.verb("forward_messages", forward),
          ]
          : [
            () => carol.verb("forward_messages", forward),
            () => bob.verb("revoke_message", { message_id: id }),
          ],
      ).then((outcomes) => round % 2 ? outcomes : outcomes.toReversed());

      assert.equal(revoke, "done");
      const found = await cast.sql<{ conversation_id: string; sender_id: string }>(
        "select conversation_id, sender_id from chat.messages where body ->> 'text' = $1",
        [text],
      );
      if (copy === "done") {
        copies++;
        assert.deepEqual(found, [{ conversation_id: target, sender_id: carol.id }]);
      } else {
        assert.deepEqual([copy, found], ["message_is_revoked", []]);
      }
    }
    const own = await carol.verb("list_messages", { conversation_id: target, page_size: 200 });
    assert.equal(own.filter(({ options }) => options.forwarded).length, copies);
    await assertSound(cast, target);
  },
);

story("a send that is repeated while it is taken back does not bring it back", async (cast) => {
  const { bob, source } = await scene(cast);
  const tablet = await bob.device();
  for (let round = 0; round < ROUNDS; round++) {
    const text = `canary-${crypto.randomUUID()}`;
    const { id } = await bob.says(source, text);

    const outcomes = await atOnce([
      () => tablet.says(source, text, id),
      () => bob.verb("revoke_message", { message_id: id }),
      () => tablet.says(source, text, id),
    ]);

    assert.deepEqual(outcomes, ["done", "done", "done"]);
    await assertGone(cast, text);
    assert.equal((await tablet.says(source, text, id)).isremove, 1);
  }
  assert.equal(await changesIn(cast, source), ROUNDS);
  await assertSound(cast, source);
});

story("whoever is removed at the same moment takes back all or nothing", async (cast) => {
  const { alice, bob, source } = await scene(cast);
  for (let round = 0; round < ROUNDS; round++) {
    const { id } = await bob.says(source, "swordfish");
    const [revoke, removal] = await atOnce([
      () => bob.verb("revoke_message", { message_id: id }),
      () => alice.verb("remove_member", { conversation_id: source, user_id: bob.id }),
    ]);
    assert.equal(removal, "done");
    assert.ok(revoke === "done" || revoke === "message_not_found", `${revoke}`);
    const [row] = await cast.sql("select revoked_at from chat.messages where id = $1", [id]);
    assert.equal(row?.revoked_at !== null, revoke === "done");
    const { join_code } = await alice.verb("get_group_link", { conversation_id: source });
    await bob.verb("join_group", { join_code });
  }
  await assertSound(cast, source);
});

/** How those are answered who come too late. */
const FINE = new Set(["done", "message_is_revoked"]);

/** Bob talks in Alice's group; Alice and Carol can pass it on into another one. */
async function scene(cast: Cast) {
  const [alice, bob, carol] = await Promise.all([
    cast.signUp("alice"),
    cast.signUp("bob"),
    cast.signUp("carol"),
  ]);
  const source = await gather(alice, [bob, carol]);
  const target = await gather(carol, [alice]);
  return { alice, bob, carol, source, target };
}

/** Another order each time: whoever is sent first is often served first. */
function turned<Act>(acts: Act[], by: number): Act[] {
  return acts.map((_, i) => acts[(i + by) % acts.length]!);
}

function answerTo(person: Person, conversation_id: string, reply_to: string) {
  const body = { text: "an answer" };
  return person.verb("send_message", { conversation_id, kind: "text", body, reply_to });
}

/** Nothing that is stored holds the text: not what was said, nor what was pushed. */
async function assertGone(cast: Cast, canary: string): Promise<void> {
  const [found] = await cast.sql<{ said: number; pushed: number }>(
    `select
       (select count(*)::int from chat.messages as m where m::text like '%' || $1 || '%') as said,
       (select count(*)::int from realtime.messages as r where r.payload::text like '%' || $1 || '%') as pushed`,
    [canary],
  );
  assert.deepEqual(found, { said: 0, pushed: 0 });
}

async function assertRecordsAreEmpty(reader: Person, conversation_id: string, canary: string) {
  const messages = await reader.verb("list_messages", { conversation_id, page_size: 200 });
  for (const { id } of messages.filter(({ type }) => type === "forward").slice(-2)) {
    const entries = await reader.verb("open_record", { message_id: id }).catch((error) => {
      assert.ok(error instanceof Refused);
      return [];
    });
    assert.deepEqual(entries.map(({ isremove }) => isremove), [1]);
    assert.ok(!JSON.stringify(entries).includes(canary));
  }
}

/** Positions and changes are counted without gaps, and each change is of a message that says so. */
async function assertSound(cast: Cast, conversation_id: string): Promise<void> {
  const [row] = await cast.sql<Record<string, boolean>>(
    `select
       c.last_seq = (select count(*) from chat.messages as m where m.conversation_id = c.id)
         and c.last_seq = (select max(m.seq) from chat.messages as m where m.conversation_id = c.id) as seqs,
       c.version = (select count(*) from chat.changes as h where h.conversation_id = c.id) as versions,
       not exists (
         select from chat.messages as m
         left join chat.changes as h on (h.conversation_id, h.seq, h.version) = (m.conversation_id, m.seq, m.version)
         where m.conversation_id = c.id and (m.revoked_at is not null) <> (h.seq is not null)
       ) as changes,
       not exists (
         select from chat.messages as m
         where m.conversation_id = c.id and m.kind = 'forward' and m.revoked_at is null
           and (m.body ->> 'count')::int <> (
             select count(*) from chat.forwarded_messages as f
             where (f.conversation_id, f.seq) = (m.conversation_id, m.seq)
           )
       ) as records
     from chat.conversations as c where c.id = $1`,
    [conversation_id],
  );
  assert.deepEqual(row, { seqs: true, versions: true, changes: true, records: true });
}
