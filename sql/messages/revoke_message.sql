-- Takes a message back: it keeps its place and loses everything it said. Safe to repeat.
--
-- Who    the sender, within the window of the settings; in a group, owner and admins what those below them said, at
--        any time
-- Says   message_revoked, to everybody in the conversation
-- Fails  not_signed_in, account_disabled, guests_cannot, message_not_found, not_your_message, revoke_window_over,
--        group_dissolved, busy
create or replace function chat_private.revoke_message(message_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.messages
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_before chat.messages;
begin
  perform chat_private.check_guest_right(v_caller, 'revoke_message');
  v_before := chat_private.visible_message(revoke_message.message_id, v_caller);
  if v_before.id is null then
    perform chat_private.fail('message_not_found');
  end if;
  -- The lock that every change of a conversation waits for; then the message as it is now.
  perform from chat.conversations as c where c.id = v_before.conversation_id for no key update;
  v_before := chat_private.visible_message(revoke_message.message_id, v_caller);
  if v_before.revoked_at is not null then
    return chat_private.pushed_envelope('message_revoked', v_before, v_caller);  -- asking twice is not an error
  end if;
  perform chat_private.check_may_revoke(v_before, v_caller);

  return chat_private.withdraw_message(v_before, v_caller) || chat_private.text_that_comes_back(v_before, v_caller);
end;
$$;

-- Fails  message_not_found, not_your_message, revoke_window_over, group_dissolved
create or replace function chat_private.check_may_revoke(message chat.messages, caller uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  case
    when message.id is null then
      perform chat_private.fail('message_not_found');  -- removed from the group in this very moment
    when exists (
      select from chat.groups as g where g.id = message.conversation_id and g.dissolved_at is not null
    ) then
      perform chat_private.fail('group_dissolved');
    when message.sender_id = caller then
      if now() - message.created_at > (select s.revoke_window from chat_private.settings as s) then
        perform chat_private.fail('revoke_window_over');
      end if;
    when message.sender_id is null
      or chat_private.rank_of(message.conversation_id, caller)
        <= chat_private.rank_of(message.conversation_id, message.sender_id)
    then
      perform chat_private.fail('not_your_message');
    else
      null;
  end case;
end;
$$;

-- Empties the message everywhere: its row, what Realtime keeps of it, the entries of a forwarded record; its file goes, unless another message brings it. What quotes
-- it holds its position only; what forwarded it as a record refers to it. Everybody is told, and those who are away
-- find it among the changes.
--
-- Fails  busy
create or replace function chat_private.withdraw_message(message chat.messages, revoker uuid)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_version bigint;
  v_revoked chat.messages;
begin
  update chat.conversations as c
  set version = c.version + 1
  where c.id = message.conversation_id
  returning c.version into v_version;
  insert into chat.changes (conversation_id, version, seq)
  values (message.conversation_id, v_version, message.seq);

  if message.media_id is not null or message.kind = 'forward' then
    perform chat_private.release_files_of(message.conversation_id, message.seq - 1, message.seq);
  end if;
  delete from chat.forwarded_messages as f
  where f.conversation_id = message.conversation_id and f.seq = message.seq;
  update chat.messages as m
  set body = null, media_id = null, mentions = null, reply_to_seq = null, revoked_at = now(), revoked_by = revoker, version = v_version
  where m.conversation_id = message.conversation_id and m.seq = message.seq
  returning m.* into v_revoked;

  perform chat_private.unpush(array(
    select chat_private.push_id('message_created', message.id, r.id)
    from chat.conversations as c, unnest(array[c.id, c.low_id, c.high_id]) as r (id)
    where c.id = message.conversation_id
  ));
  return chat_private.deliver('message_revoked', v_revoked);
end;
$$;

-- To edit and send again: only in the answer to the sender, stored nowhere.
create or replace function chat_private.text_that_comes_back(message chat.messages, caller uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select case
      when s.revoked_text_comes_back and message.sender_id = caller and message.kind = 'text'
        then jsonb_build_object('options', jsonb_build_object('text', message.body -> 'text'))
      else '{}'
    end
    from chat_private.settings as s
  );
end;
$$;

create or replace function chat.revoke_message(message_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.revoke_message(revoke_message.message_id);
end;
$$;

comment on function chat_private.revoke_message is 'Does the work of chat.revoke_message.';
comment on function chat_private.check_may_revoke is 'Refuses a revoke that is too late or not the caller''s to make.';
comment on function chat_private.withdraw_message is 'Empties a message everywhere and tells everybody; answers the notice.';
comment on function chat_private.text_that_comes_back is 'The text of a revoked message, for its sender.';
comment on function chat.revoke_message is 'Takes back one message for everyone. Answers the notice; options.text is the text to edit, for its sender. Safe to repeat.';
grant execute on function chat.revoke_message, chat_private.revoke_message to authenticated;
