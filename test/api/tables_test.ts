// What each person reads from the tables, past the verbs, and that nobody writes there.
import assert from "node:assert/strict";
import { type Person, story } from "../support/api.ts";

type Reader = Person["supabase"];

const TABLES = [
  "blocks",
  "conversations",
  "friend_requests",
  "friendships",
  "group_requests",
  "groups",
  "media",
  "members",
  "messages",
  "notices",
  "profiles",
] as const;

story("members read their conversation, each with their own marks", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  await alice.says(conversation_id, "Hello");
  await bob.verb("mark_read", { conversation_id, seq: 2 });

  for (const person of [alice, bob]) {
    const read = (table: string, columns: string) => rows(person.supabase, table, columns);
    assert.deepEqual(await read("conversations", "id"), [{ id: conversation_id }]);
    const messages = await read("messages", "seq, sender_id");
    assert.deepEqual(messages.toSorted((a, b) => a.seq - b.seq), [
      { seq: 1, sender_id: null },
      { seq: 2, sender_id: alice.id },
    ]);
    assert.deepEqual(await read("members", "user_id, read_seq"), [
      { user_id: person.id, read_seq: person === bob ? 2 : 0 },
    ]);
  }
});

story("outsiders, guests and strangers read nothing of others", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  await alice.says(conversation_id, "a secret");
  const carol = await cast.signUp("carol");
  await carol.asks(bob);
  await bob.verb("block_user", { user_id: (await cast.signUp("dora")).id });
  const [mallory, gus] = await Promise.all([cast.signUp("mallory"), cast.guest()]);

  for (const person of [mallory, gus]) {
    for (const table of [...TABLES, "friends"]) {
      const expected = table === "profiles" ? [person.id] : [];
      const found = await rows(person.supabase, table, "*");
      assert.deepEqual(found.map(({ id }) => id), expected, table);
    }
    const asked = person.supabase.from("messages").select().eq("conversation_id", conversation_id);
    assert.deepEqual((await asked).data, []);
  }
  for (const table of [...TABLES, "friends"]) {
    const { error, status } = await cast.client().from(table).select();
    assert.deepEqual([table, status, error?.code], [table, 401, "42501"]);
  }
});

story("people see friends, and those who ask them, but not who ignores them", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const carol = await cast.signUp("carol");
  const request = await carol.asks(alice, "It's Carol");
  await alice.answers(request, "ignore");
  await alice.verb("set_friend_remark", { user_id: bob.id, remark: "Bobby" });

  assert.deepEqual(await rows(alice.supabase, "friends", "id, name, remark"), [
    { id: bob.id, name: "Bob", remark: "Bobby" },
  ]);
  assert.deepEqual(await rows(bob.supabase, "friends", "name, remark"), [
    { name: "Alice", remark: null },
  ]);
  const profiles = await rows(alice.supabase, "profiles", "display_name");
  assert.deepEqual(profiles.map(({ display_name }) => display_name).toSorted(), [
    "Alice",
    "Bob",
    "Carol",
  ]);
  assert.deepEqual(await rows(alice.supabase, "friend_requests", "note, status"), [
    { note: "It's Carol", status: "ignored" },
  ]);
  assert.deepEqual(await rows(carol.supabase, "friend_requests", "*"), []);
  const sent = await carol.verb("list_friend_requests", { direction: "sent" });
  assert.deepEqual(sent.map(({ status }) => status), ["pending"]);
  assert.deepEqual(await rows(carol.supabase, "notices", "type"), [{ type: "friend_requested" }]);
});

story("nobody writes to a table past the verbs", async (cast) => {
  const [alice, , conversation_id] = await cast.friends("alice", "bob");
  await alice.says(conversation_id, "stays as it is");
  const before = await everything(alice);

  for (const client of [alice.supabase, (await cast.guest()).supabase, cast.client()]) {
    for (const table of TABLES) {
      const [first] = await cast.sql(
        `select attname as column from pg_attribute where attrelid = 'chat.${table}'::regclass and attnum = 1`,
      );
      const column: string = first?.column;
      const attempts = {
        insert: client.from(table).insert({}),
        update: client.from(table).update({ [column]: null }).not(column, "is", null),
        delete: client.from(table).delete().not(column, "is", null),
      };
      for (const [what, attempt] of Object.entries(attempts)) {
        const { error, status } = await attempt;
        assert.equal(error?.code, "42501", `${what} ${table}: ${error?.message}`);
        assert.ok(status === 401 || status === 403, `${what} ${table}: ${status}`);
      }
    }
    // A view of two tables: not even its owner could.
    const { error } = await client.from("friends").delete().eq("id", alice.id);
    assert.match(String(error?.code), /^(42501|55000)$/);
  }

  assert.deepEqual(await everything(alice), before);
});

story("what is behind the door is not to be reached over HTTP", async (cast) => {
  const alice = await cast.signUp("alice");
  for (const schema of ["chat_private", "auth", "realtime", "storage", "pg_catalog"]) {
    const table = await alice.supabase.schema(schema).from("settings").select();
    assert.deepEqual([table.status, table.error?.code], [406, "PGRST106"]);
    const call = await alice.supabase.schema(schema).rpc("caller");
    assert.deepEqual([call.status, call.error?.code], [406, "PGRST106"]);
  }
  for (const verb of ["get_settings", "set_settings"]) {
    const args = verb === "set_settings" ? { changes: { text_max_length: 1 } } : {};
    const { status, error } = await alice.supabase.rpc(verb, args);
    assert.deepEqual([status, error?.code], [403, "42501"]);
  }
  const { data } = await cast.server().rpc("get_settings");
  assert.equal(data.text_max_length, 5000);
});

// deno-lint-ignore no-explicit-any -- rows of any table
async function rows(reader: Reader, table: string, columns: string): Promise<any[]> {
  const { data, error } = await reader.from(table).select(columns);
  assert.equal(error, null);
  return data ?? [];
}

/** All that a person can read. */
async function everything(person: Person): Promise<unknown> {
  return await Promise.all(TABLES.map((table) => rows(person.supabase, table, "*")));
}
