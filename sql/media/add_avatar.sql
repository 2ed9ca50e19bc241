-- A picture of a person or a group has been put into the public bucket: it is in its owner's library.
--
-- Who    service_role: the function chat-media
-- Says   nothing
-- Fails  profile_not_found, facts_invalid, upload_quota_over
create or replace function chat_private.add_avatar(
  owner_id uuid, path text, mime_type text, size bigint, width integer, height integer
)
returns jsonb
language plpgsql
volatile
security definer  -- service_role holds no write privilege on chat.media
set search_path = ''
as $$
declare
  v_media chat.media;
begin
  v_media.owner_id := add_avatar.owner_id;
  v_media.kind := 'avatar';
  v_media.bucket_id := 'chat-avatars';
  v_media.name := add_avatar.path;
  v_media.mime_type := add_avatar.mime_type;
  v_media.size := add_avatar.size;
  v_media.width := add_avatar.width;
  v_media.height := add_avatar.height;
  return chat_private.own_media(chat_private.add_media(v_media));
end;
$$;

-- A file that one of our functions made for somebody. The same file again is the one that is there.
--
-- Fails  profile_not_found, facts_invalid, upload_quota_over
create or replace function chat_private.add_media(media chat.media)
returns chat.media
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_media chat.media;
begin
  case
    when not exists (select from chat.profiles as p where p.id = media.owner_id and p.status = 'active') then
      perform chat_private.fail('profile_not_found');
    when split_part(media.name, '/', 1) is distinct from media.owner_id::text then
      perform chat_private.fail('facts_invalid');
    else
      null;
  end case;
  insert into chat.media (
    id, owner_id, bucket_id, name, kind, mime_type, size, width, height, duration, cover_of, cover_time, checked_at
  )
  values (
    chat_private.uuid_v7(), media.owner_id, media.bucket_id, media.name, media.kind, media.mime_type, media.size,
    media.width, media.height, media.duration, media.cover_of, media.cover_time, now()
  )
  on conflict on constraint media_file_is_unique do nothing
  returning * into v_media;
  if v_media.id is null then
    select m.* into strict v_media from chat.media as m where m.bucket_id = media.bucket_id and m.name = media.name;
  elsif not chat_private.count_upload(media.owner_id, media.size) then
    perform chat_private.fail('upload_quota_over', chat_private.until_tomorrow());
  end if;
  return v_media;
exception
  when data_exception or integrity_constraint_violation then
    perform chat_private.fail('facts_invalid');
end;
$$;

create or replace function chat.add_avatar(
  owner_id uuid, path text, mime_type text, size bigint, width integer, height integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.add_avatar(
    add_avatar.owner_id, add_avatar.path, add_avatar.mime_type, add_avatar.size, add_avatar.width, add_avatar.height
  );
end;
$$;

comment on function chat_private.add_avatar is 'Does the work of chat.add_avatar.';
comment on function chat_private.add_media is 'Puts a file that one of our functions made into the library.';
comment on function chat.add_avatar is 'For service_role: a picture in the public bucket belongs to a person''s library. Answers the file.';
grant execute on function chat.add_avatar, chat_private.add_avatar to service_role;
