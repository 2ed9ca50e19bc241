-- The cover that a video is shown with, also in messages that were sent: whoever reads them next sees it.
--
-- Who    the owner of both
-- Says   nothing
-- Fails  not_signed_in, account_disabled, media_not_found, media_wrong_kind
create or replace function chat_private.choose_cover(media_id uuid, cover_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.media
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_video chat.media;
  v_cover chat.media;
begin
  select m.* into v_cover from chat.media as m where m.id = choose_cover.cover_id and m.owner_id = v_caller for key share;
  select m.* into v_video from chat.media as m where m.id = choose_cover.media_id and m.owner_id = v_caller;
  case
    when v_video.id is null or v_cover.id is null then
      perform chat_private.fail('media_not_found');
    when v_cover.cover_of is distinct from v_video.id then
      perform chat_private.fail('media_wrong_kind');
    else
      update chat.media as m set cover_id = v_cover.id where m.id = v_video.id returning m.* into v_video;
      return chat_private.own_media(v_video);
  end case;
end;
$$;

create or replace function chat.choose_cover(media_id uuid, cover_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.choose_cover(choose_cover.media_id, choose_cover.cover_id);
end;
$$;

comment on function chat_private.choose_cover is 'Does the work of chat.choose_cover.';
comment on function chat.choose_cover is 'Shows a video of the caller''s with another of its covers. Answers the video.';
grant execute on function chat.choose_cover, chat_private.choose_cover to authenticated;
