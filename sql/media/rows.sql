-- A file as messages and verbs show it. What is not known is left out.
create or replace function chat_private.media_item(media chat.media)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'media_id', media.id,
    'kind', media.kind,
    'bucket', media.bucket_id,
    'path', media.name,
    'mime_type', media.mime_type,
    'size', media.size,
    'width', media.width,
    'height', media.height,
    'duration', media.duration,
    'waveform', to_jsonb(media.waveform),
    'file_name', media.file_name,
    'time', media.cover_time,
    'cover', (
      select jsonb_build_object('bucket', c.bucket_id, 'path', c.name, 'width', c.width, 'height', c.height)
      from chat.media as c
      where c.id = media.cover_id
    )
  ));
end;
$$;

-- The same for the owner, with the fields that the course's uploads answer.
create or replace function chat_private.own_media(media chat.media)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return chat_private.media_item(media) || jsonb_build_object(
    'owner_id', media.owner_id,
    'image_class_id', media.class_id,
    'create_time', floor(extract(epoch from media.created_at))::bigint,
    'is_checked', media.checked_at is not null
  );
end;
$$;

comment on function chat_private.media_item is 'A file as messages show it.';
comment on function chat_private.own_media is 'A file as its owner sees it.';
