-- The file that a message is to bring: the caller's own, checked, and of the kind of the message. Held until the
-- message is there, so that it does not go in between.
--
-- Fails  media_not_found, media_unchecked, media_wrong_kind
create or replace function chat_private.check_media(media_id uuid, kind text, caller uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_media chat.media;
begin
  select m.* into v_media
  from chat.media as m
  where m.id = check_media.media_id and m.owner_id = caller
  for key share;
  case
    when v_media.id is null then
      perform chat_private.fail('media_not_found');
    when v_media.kind <> check_media.kind then
      perform chat_private.fail('media_wrong_kind');
    when v_media.checked_at is null then
      perform chat_private.fail('media_unchecked');
    else
      null;
  end case;
end;
$$;

comment on function chat_private.check_media is 'Refuses a file that a message cannot bring, and holds it otherwise.';
