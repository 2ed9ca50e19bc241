// Does the whole schema keep the house rules? Asked of the catalog.
import assert from "node:assert/strict";
import { scene } from "../support/people.ts";

/** Each rule, and a query for whatever breaks it. */
const RULES: Record<string, string> = {
  "row level security guards every table": `
    select c.oid::regclass as culprit from ours.relations as c
    where c.relkind in ('r', 'p') and not c.relrowsecurity`,
  "a view has the rights of whoever asks": `
    select c.oid::regclass as culprit from ours.relations as c
    where c.relkind = 'v' and not coalesce(c.reloptions @> '{security_invoker=true}', false)`,
  "every function pins an empty search path": `
    select f.oid::regprocedure as culprit from ours.functions as f
    where not coalesce(f.proconfig @> '{"search_path=\\"\\""}', false)`,
  "nothing that a client can reach over HTTP runs with its owner's rights": `
    select f.oid::regprocedure as culprit from ours.functions as f
    where f.schema = 'chat' and f.prosecdef`,
  "strangers can call nothing": `
    select f.oid::regprocedure as culprit from ours.functions as f
    where has_function_privilege('anon', f.oid, 'execute')`,
  "strangers can touch no table": `
    select c.oid::regclass as culprit from ours.relations as c
    where has_table_privilege('anon', c.oid, 'select, insert, update, delete, truncate, references, trigger')`,
  "strangers are not let into the schemas": `
    select s.nspname as culprit from pg_namespace as s
    where s.nspname in ('chat', 'chat_private') and has_schema_privilege('anon', s.oid, 'usage, create')`,
  "nothing is granted to everybody": `
    select o.culprit
    from (
      select c.oid::regclass::text, c.relacl from ours.relations as c
      union all
      select f.oid::regprocedure::text, coalesce(f.proacl, acldefault('f', f.proowner)) from ours.functions as f
    ) as o (culprit, acl), aclexplode(o.acl) as a
    where a.grantee = 0`,
  "people who are signed in only read": `
    select c.oid::regclass as culprit from ours.relations as c
    where has_table_privilege('authenticated', c.oid, 'insert, update, delete, truncate, references, trigger')
      or has_any_column_privilege('authenticated', c.oid, 'insert, update, references')`,
  "every schema, table, view and function says what it is": `
    select n.nspname::text as culprit from pg_namespace as n
    where n.nspname in ('chat', 'chat_private') and obj_description(n.oid, 'pg_namespace') is null
    union all
    select c.oid::regclass::text from ours.relations as c where obj_description(c.oid, 'pg_class') is null
    union all
    select f.oid::regprocedure::text from ours.functions as f where obj_description(f.oid, 'pg_proc') is null`,
  "every column of a table says what it is": `
    select c.oid::regclass || '.' || a.attname as culprit
    from ours.relations as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
    where c.relkind in ('r', 'p') and not a.attisdropped and col_description(c.oid, a.attnum) is null`,
  "every foreign key has an index that begins with it": `
    select k.conname as culprit
    from pg_constraint as k join ours.relations as c on c.oid = k.conrelid
    where k.contype = 'f' and not exists (
      select from pg_index as i
      where i.indrelid = k.conrelid
        and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
        and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')
    )`,
  "every constraint and index begins with the name of its table": `
    select o.name as culprit
    from (
      select k.conname, c.relname from pg_constraint as k join ours.relations as c on c.oid = k.conrelid
      union all
      select i.indexrelid::regclass::text, c.relname from pg_index as i join ours.relations as c on c.oid = i.indrelid
    ) as o (name, table_name)
    where regexp_replace(o.name, '^chat(_private)?\\.', '') not like o.table_name || '\\_%'`,
  "every policy names its role and its command": `
    select p.policyname as culprit from ours.policies as p
    where p.roles <> '{authenticated}' or p.cmd = 'ALL' or p.permissive <> 'PERMISSIVE'`,
  // But for files: a request names one of them, and of a list of many each costs a comparison of names.
  "every policy asks who you are once per statement": `
    select p.policyname as culprit from ours.policies as p
    where coalesce(p.qual, '') || coalesce(p.with_check, '')
      ~ '(?<!SELECT )\\m(auth|chat|chat_private|realtime)\\.(?!may_(read|upload)_object\\()\\w+\\('`,
  "a policy on a host's table carries our name": `
    select p.policyname as culprit from ours.policies as p
    where p.schemaname not in ('chat', 'chat_private') and p.policyname not like 'chat: %'`,
  "a trigger on a host's table carries our name, and calls a function named on_…": `
    select t.tgname as culprit
    from pg_trigger as t join ours.functions as f on f.oid = t.tgfoid
    join pg_class as c on c.oid = t.tgrelid
    where f.proname !~ '^on_'
      or (c.relnamespace::regnamespace::text not in ('chat', 'chat_private') and t.tgname !~ '^chat_')`,
  "every verb with a room passes on exactly what it is given": `
    select door.oid::regprocedure as culprit
    from ours.functions as door join ours.functions as room
      on room.proname = door.proname and room.schema = 'chat_private'
    where door.schema = 'chat' and (
      door.proargnames is distinct from room.proargnames or door.proargtypes <> room.proargtypes
      or door.prorettype <> room.prorettype or not room.prosecdef
    )`,
  "every verb has a room, unless its caller's own rights are enough": `
    select door.oid::regprocedure as culprit
    from ours.functions as door
    where door.schema = 'chat' and door.proname not in ('get_settings', 'set_settings', 'version')
      and not exists (
        select from ours.functions as room where room.proname = door.proname and room.schema = 'chat_private'
      )`,
  "people can call in the room only what a door or a policy leads to": `
    select f.oid::regprocedure as culprit
    from ours.functions as f
    where f.schema = 'chat_private' and has_function_privilege('authenticated', f.oid, 'execute')
      and not exists (select from ours.functions as door where door.schema = 'chat' and door.proname = f.proname)
      and f.proname !~ '^(me$|my_|may_(read|upload)_object$)'`,
  "every function belongs to the owner of the project": `
    select f.oid::regprocedure as culprit from ours.functions as f
    where f.proowner <> 'postgres'::regrole`,
};

const OURS = `
  create schema ours;
  create view ours.relations as
    select c.* from pg_class as c
    where c.relnamespace::regnamespace::text in ('chat', 'chat_private') and c.relkind in ('r', 'p', 'v', 'm', 'f');
  create view ours.functions as
    select f.*, f.pronamespace::regnamespace::text as schema from pg_proc as f
    where f.pronamespace::regnamespace::text in ('chat', 'chat_private');
  create view ours.policies as
    select p.* from pg_policies as p
    where p.schemaname in ('chat', 'chat_private') or p.policyname ~* 'chat' or
      coalesce(p.qual, '') || coalesce(p.with_check, '') ~ 'chat_private'`;

for (const [rule, sql] of Object.entries(RULES)) {
  scene(rule, async ({ world }) => {
    await world.query(OURS);
    const culprits = await world.query<{ culprit: string }>(sql);
    assert.deepEqual(culprits.map(({ culprit }) => culprit), []);
  });
}
