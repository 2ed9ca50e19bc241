-- Deletes a file of the caller's that no message uses. It is out of the library at once; the function chat-revoke
-- takes it out of Storage.
--
-- Who    its owner
-- Says   nothing
-- Fails  not_signed_in, account_disabled, media_not_found, media_in_use
create or replace function chat_private.delete_media(media_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.media
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_media chat.media;
begin
  select m.* into v_media
  from chat.media as m
  where m.id = delete_media.media_id and m.owner_id = v_caller
  for update;  -- waits for whoever is sending it
  case
    when not found then
      perform chat_private.fail('media_not_found');
    when chat_private.is_media_in_use(v_media) then
      perform chat_private.fail('media_in_use');
    else
      perform chat_private.forget_media(v_media);
  end case;
end;
$$;

create or replace function chat.delete_media(media_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.delete_media(delete_media.media_id);
end;
$$;

comment on function chat_private.delete_media is 'Does the work of chat.delete_media.';
comment on function chat.delete_media is 'Deletes a file of the caller''s that no message uses.';
grant execute on function chat.delete_media, chat_private.delete_media to authenticated;
