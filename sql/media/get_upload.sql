-- A file that the caller has uploaded, by where it is. What chat-media begins with.
--
-- Who    its owner
-- Says   nothing
-- Fails  not_signed_in, account_disabled, media_not_found
create or replace function chat_private.get_upload(bucket text, path text)
returns jsonb
language plpgsql
volatile
security definer  -- reads the version that Storage keeps
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_media chat.media;
begin
  select m.* into v_media
  from chat.media as m
  where m.bucket_id = get_upload.bucket and m.name = get_upload.path and m.owner_id = v_caller;
  if not found then
    perform chat_private.fail('media_not_found');
  end if;
  return chat_private.own_media(v_media) || jsonb_build_object(
    'id', v_media.id,
    'max_size', (
      select chat_private.largest_upload(v_media.bucket_id, p.is_guest, s)
      from chat.profiles as p, chat_private.settings as s
      where p.id = v_caller
    ),
    'version', chat_private.object_version(v_media.bucket_id, v_media.name)
  );
end;
$$;

-- What Storage calls the bytes that are there now; null when there are none.
create or replace function chat_private.object_version(bucket_id text, name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select o.version
    from storage.objects as o
    where o.bucket_id = object_version.bucket_id and o.name = object_version.name
      -- Newer Storages keep old versions beside the one that counts, and mark them in columns that older ones lack.
      and to_jsonb(o) ->> 'archived_at' is null
      and not coalesce((to_jsonb(o) ->> 'is_delete_marker')::boolean, false)
  );
end;
$$;

create or replace function chat.get_upload(bucket text, path text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.get_upload(get_upload.bucket, get_upload.path);
end;
$$;

comment on function chat_private.get_upload is 'Does the work of chat.get_upload.';
comment on function chat_private.object_version is 'The version of the bytes that Storage has of a file.';
comment on function chat.get_upload is 'A file that the caller uploaded, checked or not.';
grant execute on function chat.get_upload, chat_private.get_upload to authenticated;
