// Code files may run again: nothing changes.
import assert from "node:assert/strict";
import { readSchema } from "../../scripts/schema.ts";
import { asOwner } from "./session.ts";

const CATALOG = `
  select 'function' as kind, p.oid::regprocedure::text as name,
    pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '') || obj_description(p.oid, 'pg_proc') as definition
  from pg_proc as p where p.pronamespace::regnamespace::text in ('chat', 'chat_private')
  union all
  select 'relation', c.oid::regclass::text, concat_ws(' ', c.relkind, c.relacl, c.reloptions, c.relrowsecurity,
    obj_description(c.oid, 'pg_class'), case when c.relkind = 'v' then pg_get_viewdef(c.oid) end)
  from pg_class as c where c.relnamespace::regnamespace::text in ('chat', 'chat_private')
  union all
  select 'column', a.attrelid::regclass || '.' || a.attname, concat_ws(' ', a.attacl, format_type(a.atttypid, a.atttypmod),
    a.attnotnull, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum))
  from pg_attribute as a
  join pg_class as c on c.oid = a.attrelid and c.relnamespace::regnamespace::text in ('chat', 'chat_private')
  left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  union all
  select 'constraint', k.conrelid::regclass || ' ' || k.conname, pg_get_constraintdef(k.oid)
  from pg_constraint as k where k.connamespace::regnamespace::text in ('chat', 'chat_private')
  union all
  select 'policy', p.schemaname || '.' || p.tablename || ' ' || p.policyname, p::text from pg_policies as p
  union all
  select 'trigger', t.tgrelid::regclass || ' ' || t.tgname, pg_get_triggerdef(t.oid)
  from pg_trigger as t where not t.tgisinternal
  union all
  select 'schema', n.nspname, concat_ws(' ', n.nspacl, obj_description(n.oid, 'pg_namespace'))
  from pg_namespace as n where n.nspname in ('chat', 'chat_private')
  order by 1, 2`;

Deno.test("running every code file twice more changes nothing", async () => {
  await asOwner(async (owner) => {
    const before = (await owner.query(CATALOG)).rows;
    assert.ok(before.length > 100);
    for (let round = 0; round < 2; round++) {
      for (const { kind, sql } of await readSchema()) {
        if (kind === "code") await owner.query(sql);
      }
      assert.deepEqual((await owner.query(CATALOG)).rows, before);
    }
  });
});
