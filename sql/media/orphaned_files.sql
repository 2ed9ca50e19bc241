-- Files to delete now, leased for a minute: whoever took them deletes them through the Storage API and settles.
--
-- Who    service_role
-- Says   nothing
-- Fails  page_size_invalid
create or replace function chat_private.claim_orphaned_files(page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- service_role holds no privilege on the queue
set search_path = ''
as $$
declare
  v_size integer := chat_private.checked_page_size(claim_orphaned_files.page_size, 1000);
  v_files jsonb;
begin
  perform chat_private.sweep_media(v_size);
  with waiting as (
    select f.bucket_id, f.name
    from chat_private.orphaned_files as f
    where f.leased_until < now()
    order by f.leased_until
    limit v_size
    for update skip locked
  ), leased as (
    update chat_private.orphaned_files as f
    set leased_until = now() + interval '1 minute', attempts = f.attempts + 1
    from waiting as w
    where f.bucket_id = w.bucket_id and f.name = w.name
    returning f.bucket_id, f.name
  )
  select coalesce(jsonb_agg(jsonb_build_object('bucket', l.bucket_id, 'name', l.name)), '[]') into v_files
  from leased as l;
  return v_files;
end;
$$;

create or replace function chat_private.settle_orphaned_files(files jsonb)
returns void
language plpgsql
volatile
security definer  -- service_role holds no privilege on the queue
set search_path = ''
as $$
begin
  delete from chat_private.orphaned_files as f
  using jsonb_to_recordset(files) as done (bucket text, name text)
  where f.bucket_id = done.bucket and f.name = done.name;
end;
$$;

create or replace function chat.claim_orphaned_files(page_size integer default 100)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.claim_orphaned_files(claim_orphaned_files.page_size);
end;
$$;

create or replace function chat.settle_orphaned_files(files jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.settle_orphaned_files(settle_orphaned_files.files);
end;
$$;

comment on function chat_private.claim_orphaned_files is 'Does the work of chat.claim_orphaned_files.';
comment on function chat_private.settle_orphaned_files is 'Does the work of chat.settle_orphaned_files.';
comment on function chat.claim_orphaned_files is 'For service_role: files that no message uses any more, leased for a minute, as [{bucket, name}].';
comment on function chat.settle_orphaned_files is 'For service_role: these files have been deleted.';
grant execute on function
  chat.claim_orphaned_files, chat_private.claim_orphaned_files,
  chat.settle_orphaned_files, chat_private.settle_orphaned_files
  to service_role;
