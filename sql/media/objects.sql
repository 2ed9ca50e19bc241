-- What happens to files of ours in Storage. Only our buckets are looked at: the host's uploads cost one comparison.

-- A file has been uploaded: it is in the library, and nobody else can see it until it is checked. Storage inserts
-- twice, first as the uploader, which it takes back, then as itself: owner_id is right in both, auth.uid() is not.
-- Files without an owner are put there by the service key and registered by whoever put them there.
create or replace function chat_private.on_object_created()
returns trigger
language plpgsql
security definer  -- fires with the rights of whoever uploads
set search_path = ''
as $$
declare
  v_owner_id uuid;
  v_size bigint := coalesce(new.metadata ->> 'size', new.metadata ->> 'contentLength', '0')::bigint;
begin
  if pg_input_is_valid(coalesce(new.owner_id, ''), 'uuid') then
    select p.id into v_owner_id from chat.profiles as p where p.id = new.owner_id::uuid;
  end if;
  if v_owner_id is null then
    return null;
  end if;
  if not chat_private.admit_upload(v_owner_id, new.bucket_id, v_size, v_size) then
    raise insufficient_privilege using message = 'this person may not upload this file';
  end if;
  insert into chat.media (id, owner_id, bucket_id, name, kind, mime_type, size)
  values (
    chat_private.uuid_v7(), v_owner_id, new.bucket_id, new.name, chat_private.kind_in(new.bucket_id),
    coalesce(nullif(new.metadata ->> 'mimetype', ''), 'application/octet-stream'), v_size
  );
  return null;
end;
$$;

-- A file that was checked stays what it is. Storage stores an upload as itself, over whatever is there by then: two
-- uploads to one path, both allowed while it was free, would let the second replace what the first was checked as.
create or replace function chat_private.on_object_changed()
returns trigger
language plpgsql
security definer  -- fires with the rights of whoever uploads
set search_path = ''
as $$
declare
  v_media chat.media;
  v_size bigint := (new.metadata ->> 'size')::bigint;  -- null while Storage only tries
begin
  select m.* into v_media
  from chat.media as m
  where m.bucket_id = old.bucket_id and m.name = old.name
  for no key update;
  if v_media.checked_at is not null then
    raise insufficient_privilege using message = 'this file belongs to the chat library and cannot be replaced';
  end if;
  -- The second of two uploads to one path comes as a change. Ours, when a file is cleaned, never makes it longer.
  if v_size > v_media.size then
    if not chat_private.admit_upload(v_media.owner_id, new.bucket_id, v_size, v_size - v_media.size) then
      raise insufficient_privilege using message = 'this person may not upload this file';
    end if;
    update chat.media as m set size = v_size where m.id = v_media.id;
  end if;
  return new;
end;
$$;

-- A file that somebody deletes through Storage, from the dashboard for instance, leaves the library too.
create or replace function chat_private.on_object_deleted()
returns trigger
language plpgsql
security definer  -- fires with the rights of whoever deletes
set search_path = ''
as $$
begin
  perform chat_private.forget_media(m) from chat.media as m where m.bucket_id = old.bucket_id and m.name = old.name;
  delete from chat_private.orphaned_files as f where f.bucket_id = old.bucket_id and f.name = old.name;
  return null;
end;
$$;

comment on function chat_private.on_object_created is 'Puts an uploaded file into the library, unchecked.';
comment on function chat_private.on_object_changed is 'Keeps files that were checked from being replaced or moved.';
comment on function chat_private.on_object_deleted is 'Takes a file that was deleted through Storage out of the library.';

create or replace trigger chat_on_object_created
  after insert on storage.objects
  for each row
  when (new.bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers', 'chat-avatars'))
  execute function chat_private.on_object_created();

create or replace trigger chat_on_object_changed
  before update of bucket_id, name, version on storage.objects
  for each row
  when (
    old.bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers', 'chat-avatars')
    and (old.bucket_id, old.name, old.version) is distinct from (new.bucket_id, new.name, new.version)
  )
  execute function chat_private.on_object_changed();

create or replace trigger chat_on_object_deleted
  after delete on storage.objects
  for each row
  when (old.bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers', 'chat-avatars'))
  execute function chat_private.on_object_deleted();
