create or replace function chat.version()
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return '0.1.0';
end;
$$;

comment on function chat.version is 'Version of the installed schema; a client compares it with its own.';
grant execute on function chat.version to authenticated, service_role;
