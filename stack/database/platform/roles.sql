-- The platform's roles, memberships, schemas and default privileges. Runs once on an empty cluster, as the
-- bootstrap superuser supabase_admin. Every password is `postgres`: the stack listens on loopback only.

-- The owner of a project works as `postgres`: powerful, but no superuser.
create role postgres login createdb createrole replication bypassrls password 'postgres';
alter role postgres set search_path = "$user", public, extensions;
alter database postgres owner to postgres;
alter role supabase_admin set search_path = "$user", public, auth, extensions;

-- The three faces of the API, and the one PostgREST logs in with.
create role anon nologin inherit;
create role authenticated nologin inherit;
create role service_role nologin inherit bypassrls;
create role authenticator login noinherit password 'postgres';
grant anon, authenticated, service_role to authenticator;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';

-- Each service owns its schema and nothing else.
create role supabase_auth_admin login noinherit password 'postgres';
create role supabase_storage_admin login noinherit createrole password 'postgres';
create role supabase_realtime_admin login noinherit createrole password 'postgres';
create role supabase_replication_admin login replication password 'postgres';
create role supabase_read_only_user login bypassrls password 'postgres';
create role dashboard_user nologin createdb createrole replication;
create role pgbouncer login password 'postgres';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';
alter role supabase_storage_admin set search_path = storage;
grant authenticator to supabase_storage_admin;
grant pg_read_all_data to supabase_read_only_user;
grant create on database postgres to supabase_auth_admin, supabase_storage_admin;

-- What the owner of a project may hand on.
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;
grant pg_create_subscription to postgres;

create schema extensions authorization postgres;
grant all on schema extensions to dashboard_user;
grant usage on schema extensions to anon, authenticated, service_role;
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
create extension pg_stat_statements with schema extensions;

grant usage on schema public to anon, authenticated, service_role;

-- Old projects hand every new object in public to the API roles; the option auto_expose_new_tables takes
-- that back (default_privileges_revoked.sql), as hosted projects have had it since 2026.
alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

-- Realtime's publication for table changes belongs to the project's owner.
create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
