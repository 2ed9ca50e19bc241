// A push can be lost in many ways. What was said never is: the next sync brings it. Disturbs its stack, so it has one.
import assert from "node:assert/strict";
import { type Cast, ownPlace, type Person, story } from "../support/api.ts";
import { eventually, type Inbox } from "./inbox.ts";

const place = await ownPlace();

story("whoever was offline catches up with what they missed", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const held = await hold(bob, conversation);
  const sent = [
    await alice.says(conversation, "Are you there?"),
    await alice.says(conversation, "I'll wait."),
  ];

  await bob.listens();

  await assertCaughtUp(bob, conversation, held, sent);
}, place);

story(
  "what is said while replication is broken arrives by sync, and later things by push",
  async (cast) => {
    const [alice, bob, conversation] = await cast.friends("alice", "bob");
    const bobHears = await bob.listens();
    const held = await hold(bob, conversation);

    await endReplication(cast);
    const sent = [
      await alice.says(conversation, "Nobody hears this"),
      await alice.says(conversation, "Nor this"),
    ];

    const next = await sayUntilHeard(alice, conversation, bobHears);
    await assertCaughtUp(bob, conversation, held, [...sent, ...next]);
  },
  place,
);

story("a day without a partition for pushes costs pushes and nothing else", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const bobHears = await bob.listens();
  const held = await hold(bob, conversation);
  const today = new Date().toISOString().slice(0, 10);
  const partition = `realtime.messages_${today.replaceAll("-", "_")}`;

  await cast.sql(`alter table realtime.messages detach partition ${partition}`);
  const sent = await alice.says(conversation, "Nobody hears this");
  await cast.sql(
    `alter table realtime.messages attach partition ${partition}
     for values from ('${today}') to (date '${today}' + 1)`,
  );

  const heard = await alice.says(conversation, "But this");
  assert.deepEqual(await bobHears.next("message_created"), heard);
  await assertCaughtUp(bob, conversation, held, [sent, heard]);
}, place);

story("somebody who locks the table of pushes holds up nobody for long", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const bobHears = await bob.listens();
  const held = await hold(bob, conversation);
  const other = await cast.connect("supabase_admin");
  await other.query("begin; lock table realtime.messages in access exclusive mode");

  const start = performance.now();
  const sent = await alice.says(conversation, "Nobody hears this");
  const waited = performance.now() - start;
  await other.query("rollback");

  assert.ok(waited > 400 && waited < 3_000, `it took ${waited} ms`);
  const heard = await alice.says(conversation, "But this");
  assert.deepEqual(await bobHears.next("message_created"), heard);
  await assertCaughtUp(bob, conversation, held, [sent, heard]);
}, place);

story("becoming friends survives a broken push too", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  const request = await alice.asks(bob);
  const { notices: [asked] } = await bob.verb("sync");
  const other = await cast.connect("supabase_admin");
  await other.query("begin; lock table realtime.messages in access exclusive mode");

  await bob.answers(request, "accept");
  await other.query("rollback");

  const { notices, conversations } = await bob.verb("sync", { notice_seq: asked?.seq });
  assert.deepEqual(notices.map(({ actionType }) => actionType), ["friend_added"]);
  assert.equal(conversations[0]?.messages[0]?.actionType, "friend_added");
}, place);

/** What a client holds of one conversation, as it sends it to sync. */
async function hold(person: Person, conversation: string): Promise<Record<string, unknown>> {
  const { conversations } = await person.verb("sync");
  const item = conversations.find(({ id }) => id === conversation);
  assert.ok(item);
  return { [conversation]: { seq: item.last_seq, version: item.version, state: item.state } };
}

async function assertCaughtUp(
  person: Person,
  conversation: string,
  cursors: Record<string, unknown>,
  sent: { id: string }[],
): Promise<void> {
  const answer = await person.verb("sync", { cursors });
  assert.deepEqual(answer.conversations.map(({ id }) => id), [conversation]);
  assert.deepEqual(answer.conversations[0]?.messages, sent);
  const rows = await person.cast.sql<{ id: string }>(
    "select id from chat.messages where conversation_id = $1 order by seq desc limit $2",
    [conversation, sent.length],
  );
  assert.deepEqual(rows.map(({ id }) => id).toReversed(), sent.map(({ id }) => id));
}

/** Ends the connection that streams pushes; returns once it is gone. */
async function endReplication(cast: Cast): Promise<void> {
  const senders = `from pg_stat_activity where backend_type = 'walsender'`;
  const [ended] = await cast.sql<{ pid: number }>(
    `select pid, pg_terminate_backend(pid) ${senders}`,
  );
  assert.ok(ended, "nothing was streaming");
  await eventually(async () => {
    const rows = await cast.sql<{ pid: number }>(`select pid ${senders}`);
    return rows.every(({ pid }) => pid !== ended.pid);
  }, "the stream did not end");
}

/** Says things until one is heard; all that was said. Channels are not told when pushes flow again. */
async function sayUntilHeard(person: Person, conversation: string, inbox: Inbox) {
  const said: { id: string }[] = [];
  let heard = false;
  const hearing = inbox.next("message_created").then(() => heard = true);
  await eventually(async () => {
    said.push(await person.says(conversation, "Do you hear me now?"));
    return heard;
  }, "pushes did not come back");
  await hearing;
  return said;
}
