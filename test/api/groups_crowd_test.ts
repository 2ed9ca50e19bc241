// Large groups, and groups in which everything happens at once.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import type { Answer } from "./answers.ts";
import { enter, gather, groupOf, hears, replay } from "./gatherings.ts";
import type { Push } from "./inbox.ts";
import { atOnce } from "./racing.ts";

const MEMBERS = 500;

story("a message to a group of 500 is one row, and one push", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  const conversation_id = await gather(alice, [bob]);
  await fill(cast, conversation_id, MEMBERS - 2);
  const ear = await hears(bob, conversation_id);
  const before = await rowsIn(cast);

  const said = await alice.says(conversation_id, "Hello, everybody");

  const after = await rowsIn(cast);
  assert.deepEqual(await ear.next("message_created"), said);
  assert.deepEqual([after.messages - before.messages, after.pushes - before.pushes], [1, 1]);
  const pages = await pagesOf(bob, conversation_id);
  assert.equal(pages.length, MEMBERS);
  assert.equal(new Set(pages.map(({ id }) => id)).size, MEMBERS);
  assert.deepEqual(pages.slice(0, 2).map(({ id }) => id), [alice.id, bob.id]);

  const carol = await cast.signUp("carol");
  await assert.rejects(enter(carol, alice, conversation_id), { code: "group_is_full" });
  await alice.verb("remove_member", { conversation_id, user_id: bob.id });
  assert.equal((await enter(carol, alice, conversation_id)).status, "joined");
  assert.equal((await groupOf(alice, conversation_id)).group.member_count, MEMBERS);
});

const TALKERS = 8;
const MESSAGES = 20;

story(
  "a group talks on while one is removed and another joins, and nothing is lost",
  async (cast) => {
    const people = await Promise.all(
      Array.from({ length: TALKERS }, (_, i) => cast.signUp(`p${i}`)),
    );
    const [owner, removed, ...others] = people;
    assert.ok(owner && removed);
    const [newcomer, mallory] = await Promise.all([cast.signUp("dave"), cast.signUp("mallory")]);
    const conversation_id = await gather(owner, [removed, ...others]);
    const first = await groupOf(owner, conversation_id);
    const removedHears = await hears(removed, conversation_id);
    const malloryHears = await mallory.listens();
    const turn = Promise.withResolvers<void>();
    const sent = new Set<string>();

    const talks = people.map((person) => async () => {
      for (let i = 0; i < MESSAGES; i++) {
        if (person === owner && i === MESSAGES / 2) turn.resolve();
        sent.add((await person.says(conversation_id, `${i}`)).id);
      }
    });
    const outcomes = await atOnce([
      ...talks,
      () =>
        turn.promise.then(() =>
          owner.verb("remove_member", { conversation_id, user_id: removed.id })
        ),
      () => turn.promise.then(() => enter(newcomer, owner, conversation_id)),
    ]);

    // Only the one who was removed was stopped.
    const expected = [...people, removed, newcomer].map(() => "done");
    assert.ok(["done", "conversation_not_found"].includes(outcomes[1]!), outcomes[1]!);
    assert.deepEqual(outcomes.with(1, "done"), expected);
    const seqs = await seqsIn(cast, conversation_id);
    assert.deepEqual(seqs, seqs.map((_, i) => i + 1), "no gaps");
    const history = await historyOf(newcomer, conversation_id);
    const said = history.filter(({ type }) => type === "text").map(({ id }) => id);
    assert.deepEqual(said.toSorted(), [...sent].toSorted());
    assert.equal(history.length, seqs.length);

    // Nobody outside has heard a word, and the removed one none that came after.
    const after = history.find(({ actionType }) => actionType === "group_member_removed");
    assert.ok(after);
    const heard = await removedHears.rest();
    assert.deepEqual(heard.filter(({ event }) => event === "topic_moved").length, 1);
    assert.ok(seqsOf(heard).every((seq) => seq < after.seq));
    assert.deepEqual(seqsOf(heard), seqs.filter((seq) => seq > first.last_seq && seq < after.seq));
    assert.deepEqual(await mallory.rest(malloryHears), []);
    const { group: { topic } } = await groupOf(owner, conversation_id);
    for (const person of [removed, mallory]) {
      assert.match(String(await replay(person, topic)), /Unauthorized/);
    }
  },
);

story("a group for one more takes one of those who join at once", async (cast) => {
  const [alice, ...others] = await Promise.all(
    ["alice", "b", "c", "d", "e"].map((name) => cast.signUp(name)),
  );
  assert.ok(alice);
  const conversation_id = await gather(alice, []);
  await fill(cast, conversation_id, MEMBERS - 2);
  const { join_code } = await alice.verb("get_group_link", { conversation_id });
  for (let round = 0; round < 10; round++) {
    const outcomes = await atOnce(
      others.map((person) => () => person.verb("join_group", { join_code })),
    );
    assert.deepEqual(outcomes.toSorted(), [
      "done",
      "group_is_full",
      "group_is_full",
      "group_is_full",
    ]);
    assert.deepEqual(await membersIn(cast, conversation_id), { counted: MEMBERS, there: MEMBERS });
    await others[outcomes.indexOf("done")]!.verb("leave_group", { conversation_id });
  }
});

story(
  "whatever is done to a group at once, it has one owner and counts its people",
  async (cast) => {
    const [alice, bob, carol, dave] = await Promise.all(
      ["alice", "bob", "carol", "dave"].map((name) => cast.signUp(name)),
    );
    assert.ok(alice && bob && carol && dave);
    for (let round = 0; round < 12; round++) {
      const conversation_id = await gather(alice, [bob, carol]);
      const { join_code } = await alice.verb("get_group_link", { conversation_id });
      const of = (user_id: string, more = {}) => ({ conversation_id, user_id, ...more });
      const acts = [
        () => alice.verb("transfer_group", of(bob.id)),
        () => alice.verb("set_group_role", of(bob.id, { role: "admin" })),
        () => alice.verb("remove_member", of(bob.id)),
        () => bob.verb("leave_group", { conversation_id }),
        () => bob.verb("join_group", { join_code }),
        () => carol.verb("leave_group", { conversation_id }),
        () => carol.says(conversation_id, "Hello"),
        () => dave.verb("join_group", { join_code }),
        () => dave.verb("join_group", { join_code }),
        () => alice.verb("dissolve_group", { conversation_id }),
      ];
      const turned = acts.map((_, i) => acts[(i + round) % acts.length]!);
      const outcomes = await atOnce(turned.slice(0, 4 + round % 7));

      for (const outcome of outcomes) assert.ok(FINE.has(outcome), outcome);
      const { counted, there } = await membersIn(cast, conversation_id);
      assert.equal(counted, there);
      const owners = await cast.sql(
        "select from chat.members where conversation_id = $1 and role = 'owner' and left_at is null",
        [conversation_id],
      );
      assert.equal(owners.length, 1);
      const seqs = await seqsIn(cast, conversation_id);
      assert.deepEqual(seqs, seqs.map((_, i) => i + 1));
    }
  },
);

/** What a person may be told who comes too late. */
const FINE = new Set([
  "done",
  "conversation_not_found",
  "member_not_found",
  "group_dissolved",
  "group_not_found",
  "owner_cannot_leave",
  "role_too_low",
]);

/** Puts people into a group, as an operator with SQL can. */
async function fill(cast: Cast, conversation_id: string, people: number): Promise<void> {
  const auth = await cast.connect("supabase_auth_admin");
  const { rows } = await auth.query<{ id: string }>(
    `insert into auth.users (id, aud, role, email, is_anonymous, created_at)
     select gen_random_uuid(), 'authenticated', 'authenticated', gen_random_uuid() || '@example.com', false, now()
     from generate_series(1, $1)
     returning id`,
    [people],
  );
  await cast.sql(
    `insert into chat.members (conversation_id, user_id) select $1, unnest($2::uuid[])`,
    [conversation_id, rows.map(({ id }) => id)],
  );
  await cast.sql("update chat.groups set member_count = member_count + $2 where id = $1", [
    conversation_id,
    people,
  ]);
}

async function rowsIn(cast: Cast): Promise<{ messages: number; pushes: number }> {
  const [row] = await cast.sql<{ messages: number; pushes: number }>(
    `select (select count(*)::int from chat.messages) as messages,
       (select count(*)::int from realtime.messages) as pushes`,
  );
  assert.ok(row);
  return row;
}

async function pagesOf(person: Person, conversation_id: string) {
  const members: Answer<"list_members"> = [];
  while (true) {
    const after_user_id = members.at(-1)?.id ?? null;
    const args = { conversation_id, after_user_id, page_size: 73 };
    const page = await person.verb("list_members", args);
    members.push(...page);
    if (page.length < 73) return members;
  }
}

async function historyOf(person: Person, conversation_id: string) {
  const messages: Answer<"list_messages"> = [];
  while (true) {
    const after_seq = messages.at(-1)?.seq ?? 0;
    const page = await person.verb("list_messages", { conversation_id, after_seq, page_size: 200 });
    messages.push(...page);
    if (page.length < 200) return messages;
  }
}

async function seqsIn(cast: Cast, conversation_id: string): Promise<number[]> {
  const rows = await cast.sql<{ seq: number }>(
    "select seq::int from chat.messages where conversation_id = $1 order by seq",
    [conversation_id],
  );
  return rows.map(({ seq }) => seq);
}

async function membersIn(cast: Cast, conversation_id: string) {
  const [row] = await cast.sql<{ counted: number; there: number }>(
    `select g.member_count as counted, (
       select count(*)::int from chat.members as m where m.conversation_id = g.id and m.left_at is null
     ) as there
     from chat.groups as g where g.id = $1`,
    [conversation_id],
  );
  assert.ok(row);
  return row;
}

function seqsOf(pushes: Push[]): number[] {
  return pushes
    .filter(({ event }) => event === "message_created")
    .map(({ payload }) => (payload as { seq: number }).seq);
}
