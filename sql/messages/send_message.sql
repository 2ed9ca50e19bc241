-- Says something in a conversation. Sending the same id again is the same message, not a second one.
--
-- Who    whoever is in the conversation: while the other one can be reached, or while the group lets one speak
-- Says   message_created, to everybody in it
-- Fails  not_signed_in, account_disabled, guests_cannot, kind_invalid, body_invalid, text_empty, text_too_long,
--        body_too_large, message_id_invalid, message_id_conflict, conversation_not_found, profile_not_found,
--        person_is_blocked, friends_only, group_dissolved, you_are_muted, group_is_muted, message_not_found,
--        message_is_revoked, mentions_invalid, media_not_found, media_unchecked, media_wrong_kind
create or replace function chat_private.send_message(
  conversation_id uuid, kind text, body jsonb, id uuid, reply_to uuid, mentions uuid[]
)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.messages
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_settings chat_private.settings;
  v_message chat.messages;
  v_sent record;
begin
  perform chat_private.check_guest_right(v_caller, 'send_message');
  select s.* into strict v_settings from chat_private.settings as s;
  v_message.id := coalesce(send_message.id, chat_private.uuid_v7());
  v_message.conversation_id := send_message.conversation_id;
  v_message.sender_id := v_caller;
  v_message.kind := send_message.kind;
  v_message.body := chat_private.checked_body(send_message.kind, send_message.body, v_settings);
  v_message.media_id := case
    when send_message.kind not in ('text', 'custom') then (send_message.body ->> 'media_id')::uuid
  end;
  if not chat_private.is_recent_uuid_v7(v_message.id) then
    perform chat_private.fail('message_id_invalid');
  end if;

  perform chat_private.membership(v_message.conversation_id, v_caller);
  -- A repeated message was accepted once: whatever has happened since, the answer is that message.
  if exists (select from chat.messages as m where m.id = v_message.id) then
    return chat_private.envelope_of(
      chat_private.repeated_message(v_message, send_message.reply_to), v_caller
    );
  end if;

  if v_message.media_id is not null then
    perform chat_private.check_media(v_message.media_id, v_message.kind, v_caller);
  end if;
  v_message.reply_to_seq := chat_private.checked_reply(v_message.conversation_id, v_caller, send_message.reply_to);
  v_message.mentions := chat_private.checked_mentions(v_message.conversation_id, v_caller, send_message.mentions);
  select * into v_sent from chat_private.send(v_message);
  if v_sent.outcome = 'repeated' then  -- by another device, in this very moment
    perform chat_private.repeated_message(v_message, send_message.reply_to);
  end if;
  return v_sent.envelope;
end;
$$;

-- Adds a message that is known to be good, and pushes it; a repeated one is not pushed again. Answers its row, its
-- envelope, and whether it was added or repeated.
--
-- Fails  conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved, you_are_muted,
--        group_is_muted
create or replace function chat_private.send(
  message chat.messages, out stored chat.messages, out envelope jsonb, out outcome text
)
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_appended record;
begin
  loop
    select * into v_appended
    from chat_private.append(message, chat_private.check_may_write(message.conversation_id, message.sender_id));
    exit when v_appended.outcome <> 'moved';  -- somebody was removed in this very moment: was it the sender?
  end loop;

  stored := v_appended.added;
  outcome := v_appended.outcome;
  if outcome = 'added' then
    envelope := chat_private.deliver('message_created', stored);
  else
    envelope := chat_private.envelope_of(stored, message.sender_id);
  end if;
end;
$$;

-- The stored message of this id, if it is the one that is sent again. One that was revoked since is still that one.
--
-- Fails  message_id_conflict
create or replace function chat_private.repeated_message(sent chat.messages, reply_to uuid)
returns chat.messages
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_stored chat.messages;
begin
  select m.* into v_stored from chat.messages as m where m.id = sent.id;
  if (v_stored.conversation_id, v_stored.sender_id, v_stored.kind)
      is distinct from (sent.conversation_id, sent.sender_id, sent.kind)
    or (v_stored.revoked_at is null and (v_stored.body, v_stored.media_id, v_stored.reply_to_seq) is distinct from (sent.body, sent.media_id, (
      select m.seq
      from chat.messages as m
      where m.id = repeated_message.reply_to and m.conversation_id = sent.conversation_id
    )))
  then
    perform chat_private.fail('message_id_conflict');
  end if;
  return v_stored;
end;
$$;

create or replace function chat.send_message(
  conversation_id uuid,
  kind text,
  body jsonb,
  id uuid default null,
  reply_to uuid default null,
  mentions uuid[] default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.send_message(
    send_message.conversation_id, send_message.kind, send_message.body, send_message.id,
    send_message.reply_to, send_message.mentions
  );
end;
$$;

comment on function chat_private.send_message is 'Does the work of chat.send_message.';
comment on function chat_private.send is 'Adds a message and pushes it.';
comment on function chat_private.repeated_message is 'The message that was sent with this id, refused when it is another one.';
comment on function chat.send_message is 'Says something: kind text with body {text}, image, video, audio or file with body {media_id, caption?}, or custom with body {type, data}. Answers the envelope. Choose the id (UUID version 7) yourself to make repeating safe.';
grant execute on function chat.send_message, chat_private.send_message to authenticated;
