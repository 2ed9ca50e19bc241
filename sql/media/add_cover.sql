-- A cover has been made and stored: it is in its owner's library, and goes when its video goes. The first cover that
-- the owner of a video makes is the one it is shown with.
--
-- Who    service_role: the function chat-video-cover
-- Says   nothing
-- Fails  media_not_found, profile_not_found, facts_invalid, upload_quota_over
create or replace function chat_private.add_cover(
  path text, size bigint, width integer, height integer, time_ms integer, duration_ms integer,
  video_bucket text, video_path text
)
returns jsonb
language plpgsql
volatile
security definer  -- service_role holds no write privilege on chat.media
set search_path = ''
as $$
declare
  v_video chat.media;
  v_cover chat.media;
begin
  if not pg_input_is_valid(split_part(add_cover.path, '/', 1), 'uuid') then
    perform chat_private.fail('facts_invalid');
  end if;
  select m.* into v_video
  from chat.media as m
  where m.bucket_id = add_cover.video_bucket and m.name = add_cover.video_path and m.kind = 'video'
  for key share;
  if add_cover.video_path is not null and v_video.id is null then
    perform chat_private.fail('media_not_found');  -- it went while its cover was being made
  end if;
  v_cover.owner_id := split_part(add_cover.path, '/', 1)::uuid;
  v_cover.kind := 'cover';
  v_cover.bucket_id := 'chat-covers';
  v_cover.name := add_cover.path;
  v_cover.mime_type := case when add_cover.path like '%.png' then 'image/png' else 'image/jpeg' end;
  v_cover.size := add_cover.size;
  v_cover.width := add_cover.width;
  v_cover.height := add_cover.height;
  v_cover.duration := add_cover.duration_ms;
  v_cover.cover_time := add_cover.time_ms;
  v_cover.cover_of := v_video.id;
  v_cover := chat_private.add_media(v_cover);
  update chat.media as m
  set cover_id = v_cover.id
  where m.id = v_video.id and m.owner_id = v_cover.owner_id and m.cover_id is null;
  return chat_private.own_media(v_cover);
end;
$$;

create or replace function chat.add_cover(
  path text, size bigint, width integer, height integer, time_ms integer, duration_ms integer,
  video_bucket text default null, video_path text default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.add_cover(
    add_cover.path, add_cover.size, add_cover.width, add_cover.height, add_cover.time_ms, add_cover.duration_ms,
    add_cover.video_bucket, add_cover.video_path
  );
end;
$$;

comment on function chat_private.add_cover is 'Does the work of chat.add_cover.';
comment on function chat.add_cover is 'For service_role: a cover that was made belongs to a person''s library and to its video. Answers the file.';
grant execute on function chat.add_cover, chat_private.add_cover to service_role;
