-- Whether a file may be read by somebody: by its owner, and by whoever can see a message that uses it, or a record in
-- which such a message is. A cover is read by those who may read its video.
create or replace function chat_private.may_read_media(media chat.media, reader uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return media.owner_id = reader
    or exists (
      select
      from chat.messages as m
      join chat.members as me on me.conversation_id = m.conversation_id
        and me.user_id = reader
        and me.left_at is null
        and me.cleared_seq < m.seq
      where m.media_id in (media.id, media.cover_of)
    )
    or exists (
      select
      from chat.messages as m
      join chat.forwarded_messages as f on f.source_conversation_id = m.conversation_id and f.source_seq = m.seq
      join chat.members as me on me.conversation_id = f.conversation_id
        and me.user_id = reader
        and me.left_at is null
        and me.cleared_seq < f.seq
      where m.media_id in (media.id, media.cover_of)
    );
end;
$$;

-- For the policy on Storage's objects: one look-up by name for each object that is asked for. A list of one's own
-- folder is answered from the path; a list of somebody else's is empty, at no cost for each file in it.
create or replace function chat_private.may_read_object(bucket_id text, name text)
returns boolean
language plpgsql
stable
security definer  -- reads the library and the messages without re-entering their policies
set search_path = ''
as $$
declare
  v_reader uuid := chat_private.me();
  v_media chat.media;
begin
  if v_reader is null then
    return false;
  end if;
  if split_part(name, '/', 1) = v_reader::text then
    return true;
  end if;
  if current_setting('storage.operation', true) like '%object.list%' then
    return false;
  end if;
  select m.* into v_media
  from chat.media as m
  where m.bucket_id = may_read_object.bucket_id and m.name = may_read_object.name and m.checked_at is not null;
  return found and chat_private.may_read_media(v_media, v_reader);
end;
$$;

create or replace function chat_private.may_upload_object(bucket_id text, name text, metadata jsonb)
returns boolean
language plpgsql
stable
security definer  -- reads profiles, settings and buckets
set search_path = ''
as $$
begin
  perform chat_private.check_upload(
    chat_private.me(), bucket_id, name, nullif(metadata ->> 'mimetype', ''), (metadata ->> 'contentLength')::bigint
  );
  return true;
exception
  when others then
    -- A policy says yes or no. Whatever is not a refusal of ours is a fault, and stays one.
    if sqlstate like 'PT%' or sqlstate = 'PGRST' then
      return false;
    end if;
    raise;
end;
$$;

comment on function chat_private.may_read_media is 'Whether a person may read a file of the library.';
comment on function chat_private.may_read_object is 'Whether the caller may read a file in one of our buckets.';
comment on function chat_private.may_upload_object is 'Whether the caller may upload a file to one of our buckets.';
grant execute on function chat_private.may_read_object, chat_private.may_upload_object to authenticated;

drop policy if exists "people see their own files" on chat.media;
create policy "people see their own files"
  on chat.media
  for select
  to authenticated
  using (owner_id = (select chat_private.me()));

-- There is no policy for changing or deleting: a file never changes, and goes through chat.delete_media, by a revoke,
-- or with the account.
drop policy if exists "chat: people read files they may see" on storage.objects;
create policy "chat: people read files they may see"
  on storage.objects
  for select
  to authenticated
  using (
    bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers', 'chat-avatars')
    and chat_private.may_read_object(bucket_id, name)
  );

drop policy if exists "chat: people upload into their own folder" on storage.objects;
create policy "chat: people upload into their own folder"
  on storage.objects
  for insert
  to authenticated
  with check (
    bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers')
    and chat_private.may_upload_object(bucket_id, name, metadata)
  );
