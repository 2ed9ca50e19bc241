// The local database against the hosted one: what `postgres` may do, what is refused, and how the schemas answer.
import assert from "node:assert/strict";
import type pg from "pg";
import { inTransaction, startPlatform, transaction } from "../support/platform.ts";
import { ALLOWED, REFUSED, REFUSED_ONLY_HERE, type Statement } from "./platform_battery.ts";

/** Name, login, superuser, inherit, createrole, bypassrls, settings. */
const ROLES = [
  ["anon", false, false, true, false, false, "statement_timeout=3s"],
  ["authenticated", false, false, true, false, false, "statement_timeout=8s"],
  ["authenticator", true, false, false, false, false, "statement_timeout=8s; lock_timeout=8s"],
  ["postgres", true, false, true, true, true, 'search_path="$user", public, extensions'],
  ["service_role", false, false, true, false, true, null],
  ["supabase_admin", true, true, true, true, true, 'search_path="$user", public, auth, extensions'],
  [
    "supabase_auth_admin",
    true,
    false,
    false,
    false,
    false,
    "search_path=auth; idle_in_transaction_session_timeout=60s",
  ],
  ["supabase_realtime_admin", true, false, false, true, false, null],
  ["supabase_storage_admin", true, false, false, true, false, "search_path=storage"],
];

/** Member, role, may hand it on. */
const MEMBERSHIPS = [
  ["authenticator", "anon", false],
  ["authenticator", "authenticated", false],
  ["authenticator", "service_role", false],
  ["postgres", "anon", true],
  ["postgres", "authenticated", true],
  ["postgres", "authenticator", true],
  ["postgres", "pg_create_subscription", false],
  ["postgres", "pg_monitor", true],
  ["postgres", "pg_read_all_data", true],
  ["postgres", "pg_signal_backend", true],
  ["postgres", "service_role", true],
  ["supabase_storage_admin", "authenticator", false],
];

/** What the revoked defaults do not touch. */
const KEPT = ["MAINTAIN", "REFERENCES", "TRIGGER", "TRUNCATE"];

Deno.test("the platform answers as the hosted one", async (t) => {
  await using platform = await startPlatform({ autoExposeNewTables: true });
  const postgres = platform.as("postgres");
  const superuser = platform.as("supabase_admin");
  const codeOf = (statement: Statement) => outcomeOf(postgres, statement);

  for (const statement of ALLOWED) {
    await t.step(`postgres may: ${oneLine(statement)}`, async () => {
      assert.equal(await codeOf(statement), "ok");
    });
  }

  for (const statement of [...REFUSED, ...REFUSED_ONLY_HERE]) {
    await t.step(`postgres may not: ${oneLine(statement)}`, async () => {
      assert.equal(await codeOf(statement), "42501");
    });
  }

  await t.step("postgres cannot hand on what it may not hand on: nothing is granted", async () => {
    const { rows } = await inTransaction(postgres, [
      "grant insert on auth.users to anon",
      "select has_table_privilege('anon', 'auth.users', 'insert') as may",
    ]);
    assert.deepEqual(rows, [{ may: false }]);
  });

  await t.step("the guard leaves postgres no membership in an owner's role", async () => {
    const { rows } = await inTransaction(postgres, [
      "create policy mine on storage.objects using (true)",
      "drop policy mine on storage.objects",
      `select r.rolname from pg_roles as r
       where r.rolname ~ '^supabase_.*_admin$' and pg_has_role('postgres', r.oid, 'usage')`,
    ]);
    assert.deepEqual(rows, []);
  });

  await t.step(
    "the guard refuses policies and triggers of a table that is not postgres's to open",
    async () => {
      await superuser.query("create policy theirs on storage.migrations using (false)");
      await superuser.query(`create trigger theirs before insert on storage.migrations
      for each row execute function storage.update_updated_at_column()`);
      assert.equal(await codeOf("drop policy theirs on storage.migrations"), "42501");
      assert.equal(await codeOf("alter policy theirs on storage.migrations using (true)"), "42501");
      assert.equal(await codeOf("drop trigger theirs on storage.migrations"), "42501");
      await superuser.query("drop policy theirs on storage.migrations");
      await superuser.query("drop trigger theirs on storage.migrations");
    },
  );

  await t.step("not even a superuser deletes from storage directly", async () => {
    for (const table of ["storage.objects", "storage.buckets"]) {
      assert.equal(await outcomeOf(superuser, `delete from ${table}`), "42501");
    }
  });

  await t.step("the roles have the attributes of the hosted ones", async () => {
    const { rows } = await superuser.query({
      text: `select rolname, rolcanlogin, rolsuper, rolinherit, rolcreaterole, rolbypassrls,
          array_to_string(rolconfig, '; ')
        from pg_roles where rolname = any ($1) order by rolname`,
      values: [ROLES.map(([name]) => name)],
      rowMode: "array",
    });
    assert.deepEqual(rows, ROLES);
  });

  await t.step("the memberships are those of the hosted ones", async () => {
    const { rows } = await superuser.query({
      text: `select m.member::regrole::text, m.roleid::regrole::text, m.admin_option
        from pg_auth_members as m
        where m.member::regrole::text in ('postgres', 'authenticator', 'supabase_storage_admin')
        order by 1, 2`,
      rowMode: "array",
    });
    assert.deepEqual(rows, MEMBERSHIPS);
  });

  await t.step(
    "row level security is on and there is no policy, in auth, storage and realtime.messages",
    async () => {
      const { rows } = await superuser.query(
        `select c.oid::regclass from pg_class as c
       where (c.relnamespace::regnamespace::text in ('auth', 'storage') and c.relkind = 'r'
           or c.oid = 'realtime.messages'::regclass)
         and (not c.relrowsecurity or exists (select from pg_policy as p where p.polrelid = c.oid))`,
      );
      assert.deepEqual(rows, []);
    },
  );

  await t.step("auth.uid() is the subject of request.jwt.claims, and null without", async () => {
    const sub = crypto.randomUUID();
    const { rows } = await inTransaction(postgres, [
      `select set_config('request.jwt.claims', '{"sub":"${sub}","role":"authenticated"}', true)`,
      "set local role authenticated",
      "select auth.uid(), auth.role(), auth.jwt() ->> 'sub' as sub",
    ]);
    assert.deepEqual(rows, [{ uid: sub, role: "authenticated", sub }]);
    const { rows: without } = await postgres.query("select auth.uid()");
    assert.deepEqual(without, [{ uid: null }]);
  });

  await t.step("a new table in public is open to every API role", async () => {
    for (const privileges of Object.values(await privilegesOnNewTable(postgres))) {
      assert.deepEqual(privileges, [...KEPT, "SELECT", "INSERT", "UPDATE", "DELETE"].toSorted());
    }
  });
});

Deno.test("with automatic exposure off, a new object in public is closed to every API role", async (t) => {
  await using platform = await startPlatform({ autoExposeNewTables: false });
  const postgres = platform.as("postgres");

  await t.step("a table keeps what the hosted platform leaves", async () => {
    const privileges = await privilegesOnNewTable(postgres);
    assert.deepEqual(privileges, { anon: KEPT, authenticated: KEPT, service_role: KEPT });
  });

  await t.step("a function is still open through public, until that is revoked", async () => {
    const create = "create function public.mine() returns int language sql return 1";
    const ask = `select count(*)::int as may from unnest(array['anon', 'service_role']) as r
      where has_function_privilege(r, 'public.mine()', 'execute')`;
    const open = await inTransaction(postgres, [create, ask]);
    assert.deepEqual(open.rows, [{ may: 2 }]);
    const revoke = "revoke execute on function public.mine from public";
    const closed = await inTransaction(postgres, [create, revoke, ask]);
    assert.deepEqual(closed.rows, [{ may: 0 }]);
  });
});

/** `ok`, or the SQLSTATE of the refusal. */
async function outcomeOf(pool: pg.Pool, statement: Statement): Promise<string> {
  const { before, run } = typeof statement === "string"
    ? { before: "", run: statement }
    : statement;
  await using client = await transaction(pool);
  await client.query(before);
  return client.query(run).then(() => "ok", (error) => error.code);
}

async function privilegesOnNewTable(pool: pg.Pool): Promise<Record<string, string[]>> {
  const { rows } = await inTransaction(pool, [
    "create table public.mine (id int)",
    `select a.grantee::regrole::text as role, array_agg(a.privilege_type order by a.privilege_type) as privileges
     from pg_class as c cross join aclexplode(c.relacl) as a
     where c.oid = 'public.mine'::regclass and a.grantee <> c.relowner
     group by 1`,
  ]);
  return Object.fromEntries(rows.map(({ role, privileges }) => [role, privileges]));
}

function oneLine(statement: Statement): string {
  return (typeof statement === "string" ? statement : statement.run).replaceAll(/\s+/g, " ");
}
