// Statements for `postgres`, sorted by what the hosted platform says to them.

/** `before` must succeed; `run` is what is asked. */
export type Statement = string | { before: string; run: string };

const TRIGGER_FUNCTION = `create function public.nothing() returns trigger language plpgsql
  as 'begin return null; end'`;
const POLICY_TABLES = ["storage.objects", "storage.buckets", "realtime.messages", "auth.users"];

/** Allowed on the hosted platform, and here. */
export const ALLOWED: Statement[] = [
  ...["auth.users", "storage.objects"].flatMap((table) => {
    const create = `create trigger mine before insert on ${table}
      for each row execute function public.nothing()`;
    return [
      { before: TRIGGER_FUNCTION, run: create },
      { before: `${TRIGGER_FUNCTION}; ${create}`, run: `drop trigger mine on ${table}` },
    ];
  }),
  ...POLICY_TABLES.flatMap((table) => {
    const create = `create policy mine on ${table} for select to authenticated using (true)`;
    return [
      create,
      { before: create, run: `alter policy mine on ${table} using (false)` },
      { before: create, run: `alter policy mine on ${table} rename to "mine too"` },
      { before: create, run: `drop policy mine on ${table}` },
      `drop policy if exists "not there" on ${table}`,
    ];
  }),
  "drop trigger protect_objects_delete on storage.objects",
  "set local session_replication_role = replica; create policy mine on storage.objects using (true)",
  "insert into storage.buckets (id, name) values ('a', 'a')",
  "insert into storage.buckets (id, name) values ('a', 'a') on conflict (id) do nothing",
  "update storage.buckets set public = true",
  "set local storage.allow_delete_query = 'true'; delete from storage.objects; delete from storage.buckets",
  "truncate storage.objects",
  "insert into auth.users (id) values (gen_random_uuid())",
  "select * from auth.users",
  "delete from auth.users",
  "create table public.mine (id uuid references auth.users (id) on delete cascade)",
  "create table public.mine (id uuid references storage.objects (id))",
  "create view public.mine as select * from auth.users",
  "grant select on auth.users to anon",
  "grant insert on storage.objects to anon",
  "alter default privileges in schema public revoke all on tables from anon",
  ...["pg_trgm", "unaccent", "btree_gin"].map((name) =>
    `create extension ${name} with schema extensions`
  ),
  ...["pgcrypto", "uuid-ossp", "pg_stat_statements"].map((name) =>
    `create extension if not exists "${name}" with schema extensions`
  ),
  {
    before: "create table public.mine (id int primary key)",
    run: "alter publication supabase_realtime add table public.mine",
  },
  "create role clerk; grant clerk to authenticator",
  "alter role anon set statement_timeout = '1s'",
  "alter role authenticator set pgrst.db_schemas = 'public, chat'",
  "alter role authenticator set pgrst.db_pre_request = 'public.check'",
  "set local session_replication_role = replica",
  "set local log_min_messages = 'debug1'",
  "create schema private; grant usage on schema private to supabase_auth_admin",
  {
    before: `${TRIGGER_FUNCTION}; create table public.mine (id int)`,
    run: `grant execute on function public.nothing to supabase_auth_admin;
      grant all on table public.mine to supabase_auth_admin`,
  },
  "notify pgrst, 'reload schema'",
];

/** Refused with 42501 on the hosted platform, and here. */
export const REFUSED: Statement[] = [
  ...["storage.objects", "storage.buckets", "realtime.messages", "auth.users"].map((table) =>
    `alter table ${table} enable row level security`
  ),
  "alter table storage.objects disable trigger protect_objects_delete",
  "alter table auth.users add column nickname text",
  "create index on storage.objects (owner_id)",
  "comment on table storage.objects is 'mine'",
  {
    before: "create policy mine on storage.objects using (true)",
    run: "comment on policy mine on storage.objects is 'mine'",
  },
  "create policy mine on storage.migrations using (true)",
  "create policy mine on auth.schema_migrations using (true)",
  ...["auth", "storage", "realtime"].flatMap((schema) => [
    `create function ${schema}.mine() returns int language sql return 1`,
    `create table ${schema}.mine (id int)`,
    `create type ${schema}.mine as enum ('a')`,
  ]),
  "create or replace function auth.uid() returns uuid language sql return null",
  "alter type storage.buckettype add value 'MINE'",
  "drop function storage.foldername(text)",
  "drop table storage.objects cascade",
  "delete from storage.objects",
  "delete from storage.buckets",
  "insert into storage.migrations (id, name, hash) values (1, '', '')",
  "alter default privileges for role supabase_admin in schema public grant all on tables to anon",
  "alter default privileges for role supabase_auth_admin grant all on tables to anon",
  "reassign owned by supabase_storage_admin to postgres",
  "alter database postgres set app.settings.secret = 'x'",
  {
    before: "create table public.mine (id int)",
    run: "alter table public.mine owner to supabase_admin",
  },
  ...["supabase_admin", "supabase_auth_admin", "supabase_storage_admin", "supabase_realtime_admin"]
    .flatMap((role) => [`set role ${role}`, `grant ${role} to postgres`]),
  { before: "create table public.mine (id text)", run: "copy public.mine from program 'true'" },
  "select pg_read_file('postgresql.conf')",
  "create function public.mine() returns int language c as 'libc', 'abs'",
];

/**
 * Allowed on the hosted platform, where an extension runs them as a superuser on behalf of postgres; that cannot
 * be lent from SQL without making postgres a superuser.
 */
export const REFUSED_ONLY_HERE: Statement[] = [
  "create extension moddatetime with schema extensions",
  "create publication everything for all tables",
  {
    before: `create function public.mine() returns event_trigger language plpgsql
      as 'begin end'`,
    run: "create event trigger mine on ddl_command_end execute function public.mine()",
  },
  // Settings of PostgREST that guard.sql does not name.
  "alter role authenticator set pgrst.app_settings_mine = 'x'",
];
