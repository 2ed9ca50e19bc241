import type pg from "pg";
import { connect, startDatabase } from "../support/database.ts";

// One database for the whole run, or, for a test file on its own, one that is gone afterwards. And one connection
// for all scenes of a file: what takes time is not connecting, it is a new server process that knows nothing yet.
const given = Deno.env.get("TEST_DATABASE_PORT");
const own = given ? null : await startDatabase();
export const port = own?.port ?? Number(given);
/** The superuser's connection. */
export const client = await connect("supabase_admin", port);
Deno.test.afterAll(async () => {
  await client.end();
  await own?.[Symbol.asyncDispose]();
});

/** Clears away whom other tests in the same database have left behind. As a replica, no trigger minds. */
export const EMPTY_TOWN = `
  set local session_replication_role = replica;
  do $$
  declare
    v_table text;
  begin
    for v_table in
      select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('chat', 'chat_private')
        and tablename <> 'guest_rights'
    loop
      execute 'delete from ' || v_table;
    end loop;
    delete from storage.objects;
    delete from auth.users;
    insert into chat_private.settings default values;
    update chat_private.guest_rights set is_allowed = true;
  end;
  $$;
  set local session_replication_role = origin`;

/** Lets the owner of the project do something in a transaction that is rolled back. */
export async function asOwner(act: (owner: pg.Client) => Promise<void>): Promise<void> {
  const owner = await connect("postgres", port);
  try {
    await owner.query("begin");
    await act(owner);
  } finally {
    await owner.end();
  }
}

/** Lets something happen while another session holds a table and does not let go. */
export async function whileLocked(table: string, happens: () => Promise<void>): Promise<void> {
  const other = await connect("supabase_admin", port);
  try {
    await other.query(
      `begin; set local lock_timeout = '5s'; lock table ${table} in access exclusive mode`,
    );
    await happens();
  } finally {
    await other.end();
  }
}
