-- The one thing the hosted platform's extension (supautils) lets `postgres` do in schemas it does not own: write
-- policies on, and drop triggers from, the tables below. For the length of such a statement postgres inherits
-- the owners' rights; everything else meets PostgreSQL's own checks. Runs last.

create schema _guard;

-- Policies and triggers are addressed as {schema, table, name}.
create function _guard.check_table(address text[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_table constant text := address[1] || '.' || address[2];
begin
  if session_user = 'postgres'
    and address[1] in ('auth', 'storage', 'realtime')
    and v_table !~ (
      '^(storage\.(buckets|objects|s3_multipart_uploads|s3_multipart_uploads_parts)'
      '|realtime\.(messages|subscription)'
      '|auth\.(audit_log_entries|flow_state|identities|instances|mfa_.*|oauth_clients'
      '|one_time_tokens|refresh_tokens|saml_.*|sessions|sso_.*|users))$'
    )
  then
    raise exception 'must be owner of table %', address[2]
      using errcode = 'insufficient_privilege';
  end if;
end;
$$;

-- Which table a statement is about is known only after it has run. So the rights are lent for every table, and
-- the statement is turned back when it was about another one than those above.

create function _guard.on_start()
returns event_trigger
language plpgsql
security definer  -- hands out memberships in the owners' roles
set search_path = ''
as $$
begin
  if session_user = 'postgres' then
    grant supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin
      to postgres with inherit true, set false;
  end if;
end;
$$;

create function _guard.on_drop()
returns event_trigger
language plpgsql
security definer  -- calls into this schema, which is nobody's
set search_path = ''
as $$
begin
  perform _guard.check_table(d.address_names)
  from pg_catalog.pg_event_trigger_dropped_objects() as d
  where d.original;
end;
$$;

create function _guard.on_end()
returns event_trigger
language plpgsql
security definer  -- takes back what on_start() handed out
set search_path = ''
as $$
begin
  perform _guard.check_table(a.object_names)
  from pg_catalog.pg_event_trigger_ddl_commands() as c
  cross join pg_catalog.pg_identify_object_as_address(c.classid, c.objid, c.objsubid) as a;

  if session_user = 'postgres' then
    revoke supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin from postgres;
  end if;
end;
$$;

create event trigger guard_start
  on ddl_command_start
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER')
  execute function _guard.on_start();
create event trigger guard_drop
  on sql_drop
  when tag in ('DROP POLICY', 'DROP TRIGGER')
  execute function _guard.on_drop();
create event trigger guard_end
  on ddl_command_end
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER')
  execute function _guard.on_end();

-- Also while session_replication_role is `replica`, which postgres may set.
alter event trigger guard_start enable always;
alter event trigger guard_drop enable always;
alter event trigger guard_end enable always;

-- Settings that the extension hands to postgres. It knows pgrst.* as a prefix; a grant needs every name.
grant set on parameter
  session_replication_role,
  log_min_messages,
  pgrst.db_aggregates_enabled,
  pgrst.db_anon_role,
  pgrst.db_extra_search_path,
  pgrst.db_hoisted_tx_settings,
  pgrst.db_max_rows,
  pgrst.db_plan_enabled,
  pgrst.db_pre_request,
  pgrst.db_prepared_statements,
  pgrst.db_root_spec,
  pgrst.db_schemas,
  pgrst.db_tx_end,
  pgrst.jwt_aud,
  pgrst.jwt_role_claim_key,
  pgrst.jwt_secret,
  pgrst.jwt_secret_is_base64,
  pgrst.openapi_mode,
  pgrst.openapi_security_active,
  pgrst.openapi_server_proxy_uri,
  pgrst.server_trace_header
to postgres;
