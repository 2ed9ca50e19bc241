-- The bytes of an upload have been looked at: from here on it can be sent, and nothing replaces it. Only the version
-- that was looked at is settled. Settling again changes nothing.
--
-- Who    service_role: the function chat-media
-- Says   nothing
-- Fails  media_not_found, media_wrong_kind, file_name_invalid, facts_invalid, busy
create or replace function chat_private.settle_upload(bucket text, path text, version text, facts jsonb)
returns jsonb
language plpgsql
volatile
security definer  -- service_role holds no write privilege on chat.media
set search_path = ''
as $$
declare
  v_media chat.media;
  v_video_id uuid;
begin
  -- The lock that whoever replaces or deletes the bytes takes first, too: they wait, and then find the file checked.
  perform from storage.objects as o
  where o.bucket_id = settle_upload.bucket and o.name = settle_upload.path
  for no key update;
  select m.* into v_media
  from chat.media as m
  where m.bucket_id = settle_upload.bucket and m.name = settle_upload.path
  for update;
  case
    when not found then
      perform chat_private.fail('media_not_found');
    when v_media.checked_at is not null then
      return chat_private.own_media(v_media);
    else
      v_video_id := chat_private.checked_video(v_media, settle_upload.facts);
  end case;

  if chat_private.object_version(v_media.bucket_id, v_media.name) is distinct from settle_upload.version then
    perform chat_private.fail('busy');
  end if;

  return chat_private.own_media(chat_private.store_facts(v_media, settle_upload.facts, v_video_id));
end;
$$;

-- The video that an uploaded cover is of, when it is one.
--
-- Fails  media_not_found, media_wrong_kind, facts_invalid
create or replace function chat_private.checked_video(cover chat.media, facts jsonb)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_video chat.media;
begin
  if facts ->> 'cover_of' is null then
    return null;
  end if;
  if not pg_input_is_valid(facts ->> 'cover_of', 'uuid') then
    perform chat_private.fail('facts_invalid');
  end if;
  select m.* into v_video
  from chat.media as m
  where m.id = (facts ->> 'cover_of')::uuid and m.owner_id = cover.owner_id
  for key share;
  case
    when not found then
      perform chat_private.fail('media_not_found');
    when v_video.kind <> 'video' or cover.kind <> 'cover' then
      perform chat_private.fail('media_wrong_kind');
    else
      return v_video.id;
  end case;
end;
$$;

-- A video's first cover is the one it is shown with.
--
-- Fails  file_name_invalid, facts_invalid
create or replace function chat_private.store_facts(media chat.media, facts jsonb, video_id uuid)
returns chat.media
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_media chat.media;
begin
  v_media := jsonb_populate_record(media, jsonb_build_object(
    'mime_type', coalesce(facts -> 'mime_type', to_jsonb(media.mime_type)),
    'size', coalesce(facts -> 'size', to_jsonb(media.size)),
    'width', facts -> 'width',
    'height', facts -> 'height',
    'duration', facts -> 'duration',
    'waveform', facts -> 'waveform',
    'class_id', coalesce(facts -> 'class_id', '0'),
    'file_name', chat_private.checked_file_name(facts ->> 'file_name')
  ));
  update chat.media as m
  set mime_type = v_media.mime_type, size = v_media.size, width = v_media.width, height = v_media.height,
      duration = v_media.duration, waveform = v_media.waveform, class_id = v_media.class_id,
      file_name = v_media.file_name, cover_of = store_facts.video_id, checked_at = now()
  where m.id = media.id
  returning m.* into v_media;
  update chat.media as m set cover_id = v_media.id where m.id = store_facts.video_id and m.cover_id is null;
  return v_media;
exception
  when data_exception or integrity_constraint_violation then
    perform chat_private.fail('facts_invalid');
end;
$$;

create or replace function chat.settle_upload(bucket text, path text, version text, facts jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.settle_upload(
    settle_upload.bucket, settle_upload.path, settle_upload.version, settle_upload.facts
  );
end;
$$;

comment on function chat_private.settle_upload is 'Does the work of chat.settle_upload.';
comment on function chat_private.checked_video is 'The video that an uploaded cover is of.';
comment on function chat_private.store_facts is 'Writes down what a file is, and that it has been checked.';
comment on function chat.settle_upload is 'For service_role: an upload has been looked at and is what the facts say. Answers the file.';
grant execute on function chat.settle_upload, chat_private.settle_upload to service_role;
