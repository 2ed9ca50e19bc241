-- Where the cover of a film goes that the caller asks for, and whether it is there already. The recipe names the film
-- and everything that was asked of the cover, so that the same request finds the same file.
--
-- Who    everyone signed in, guests within their rights; the function chat-video-cover asks for them
-- Says   nothing
-- Fails  not_signed_in, account_disabled, guests_cannot, path_invalid, file_too_large, upload_quota_over,
--        busy
create or replace function chat_private.prepare_cover(recipe text, format text)
returns jsonb
language plpgsql
volatile
security definer  -- reads settings, quotas and buckets
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_path text := v_caller || '/made/' || prepare_cover.recipe || '.' || prepare_cover.format;
  v_cover chat.media;
begin
  if (prepare_cover.recipe ~ '^[0-9a-f]{64}$' and prepare_cover.format in ('png', 'jpg')) is not true then
    perform chat_private.fail('path_invalid');
  end if;
  select m.* into v_cover from chat.media as m where m.bucket_id = 'chat-covers' and m.name = v_path;
  case
    when found then
      null;
    when chat_private.is_name_taken('chat-covers', v_path) then
      perform chat_private.fail('busy');  -- an earlier one of the same recipe is being deleted
    else
      perform chat_private.check_uploader(v_caller, 'chat-covers', 1);  -- counted when the cover is there
  end case;
  return jsonb_build_object(
    'owner_id', v_caller,
    'bucket', 'chat-covers',
    'path', v_path,
    'cover', case when v_cover.id is not null then chat_private.own_media(v_cover) end
  );
end;
$$;

create or replace function chat.prepare_cover(recipe text, format text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.prepare_cover(prepare_cover.recipe, prepare_cover.format);
end;
$$;

comment on function chat_private.prepare_cover is 'Does the work of chat.prepare_cover.';
comment on function chat.prepare_cover is 'For chat-video-cover: where the caller''s cover goes, and the cover if it is there already.';
grant execute on function chat.prepare_cover, chat_private.prepare_cover to authenticated;
