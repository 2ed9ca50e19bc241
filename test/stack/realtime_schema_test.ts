// What realtime.sql leaves: the table's owner and grants, and how the sending functions fail.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { startPlatform } from "../support/platform.ts";

const PARTITION = `
  create table realtime.messages_all partition of realtime.messages
  for values from ('2000-01-01') to ('2999-01-01')
`;

Deno.test("schema realtime is as the platform leaves it", async (t) => {
  await using platform = await startPlatform({ autoExposeNewTables: false });
  const postgres = platform.as("postgres");
  const stored = async (columns: string) =>
    (await postgres.query(`select ${columns} from realtime.messages order by event`)).rows;

  await t.step("messages are partitioned, closed by RLS and without policies", async () => {
    const { rows } = await postgres.query(`
      select relkind, relowner::regrole::text as owner, relrowsecurity, relforcerowsecurity,
        (select count(*)::int from pg_policy where polrelid = c.oid) as policies
      from pg_class as c where oid = 'realtime.messages'::regclass
    `);
    assert.deepEqual(rows, [{
      relkind: "p",
      owner: "supabase_realtime_admin",
      relrowsecurity: true,
      relforcerowsecurity: false,
      policies: 0,
    }]);
  });

  await t.step("the API roles may select, insert and update, if a policy lets them", async () => {
    const { rows } = await postgres.query(`
      select grantee, string_agg(privilege_type, ',' order by privilege_type) as rights
      from information_schema.role_table_grants
      where table_schema = 'realtime' and table_name = 'messages'
        and grantee in ('anon', 'authenticated', 'service_role')
      group by grantee order by grantee
    `);
    const rights = "INSERT,SELECT,UPDATE";
    assert.deepEqual(
      rows,
      ["anon", "authenticated", "service_role"].map((grantee) => ({ grantee, rights })),
    );
  });

  await t.step("without a partition a message is gone and the caller does not notice", async () => {
    await postgres.query("select realtime.send('{}', 'lost', 'room')");
    assert.deepEqual(await stored("event"), []);
  });

  await platform.as("supabase_admin").query(PARTITION);

  await t.step("send stores a private message with an id in its payload", async () => {
    const { rows } = await postgres.query(`
      with sent as materialized (select realtime.send('{"a": 1}', 'sent', 'room'))
      select count(*)::int from sent
    `);
    assert.deepEqual(rows, [{ count: 1 }]);
    const [row] = await stored("id, topic, extension, event, private, payload");
    const { id, ...rest } = row;
    assert.deepEqual(rest, {
      topic: "room",
      extension: "broadcast",
      event: "sent",
      private: true,
      payload: { a: 1, id },
    });
    await postgres.query("delete from realtime.messages");
  });

  await t.step("send drops what it cannot store, and stores what nobody will hear", async () => {
    await postgres.query(`
      select realtime.send('1', 'scalar', 'room'), realtime.send('[]', 'array', 'room'),
        realtime.send('{}', 'no topic', null), realtime.send(null, 'no payload', 'room'),
        realtime.send_binary('\\x01', 'binary', 'room')
    `);
    assert.deepEqual(
      await stored("event, payload, binary_payload"),
      [
        { event: "binary", payload: null, binary_payload: Uint8Array.of(1) },
        { event: "no payload", payload: null, binary_payload: null },
      ].map((row) => ({
        ...row,
        binary_payload: row.binary_payload && Buffer.from(row.binary_payload),
      })),
    );
    await postgres.query("delete from realtime.messages");
  });

  await t.step("the topic stays set until the transaction ends", async () => {
    const client = await postgres.connect();
    await client.query("begin");
    await client.query("select realtime.send('{}', 'e', 'room')");
    assert.deepEqual((await client.query("select realtime.topic()")).rows, [{ topic: "room" }]);
    await client.query("rollback");
    assert.deepEqual((await client.query("select realtime.topic()")).rows, [{ topic: null }]);
    client.release();
  });

  await t.step("broadcast_changes sends both records, and fails loudly when misused", async () => {
    await postgres.query(`
      create table public.notes (body text);
      create function public.on_note() returns trigger language plpgsql security definer as $$
      begin
        perform realtime.broadcast_changes('notes', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
        return null;
      end $$;
      create trigger notes_tell after insert or delete on public.notes
      for each row execute function public.on_note();
      insert into public.notes values ('hello');
      delete from public.notes;
    `);
    const rows = await stored("event, payload - 'id' as payload");
    const where = { schema: "public", table: "notes" };
    const note = { body: "hello" };
    assert.deepEqual(rows, [
      {
        event: "DELETE",
        payload: { ...where, operation: "DELETE", record: null, old_record: note },
      },
      {
        event: "INSERT",
        payload: { ...where, operation: "INSERT", record: note, old_record: null },
      },
    ]);
    await assert.rejects(
      postgres.query(
        "select realtime.broadcast_changes('t', 'e', 'TRUNCATE', 'n', 's', null, null)",
      ),
      /Failed to process the row: Unexpected operation type: TRUNCATE/,
    );
  });
});
