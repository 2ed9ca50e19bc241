-- Puts a conversation on top of the caller's list, or takes it down again.
--
-- Who    whoever is in it; nobody else notices
-- Says   conversation_changed, to the caller's devices
-- Fails  not_signed_in, account_disabled, conversation_not_found
create or replace function chat_private.pin_conversation(conversation_id uuid, pinned boolean)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(pin_conversation.conversation_id, chat_private.caller());
begin
  update chat.members as m
  set pinned_at = case when pin_conversation.pinned then coalesce(m.pinned_at, now()) end, state = m.state + 1
  where m.conversation_id = v_member.conversation_id and m.user_id = v_member.user_id
  returning m.* into v_member;
  return chat_private.say_conversation_changed(v_member);
end;
$$;

create or replace function chat.pin_conversation(conversation_id uuid, pinned boolean default true)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.pin_conversation(pin_conversation.conversation_id, pin_conversation.pinned);
end;
$$;

comment on function chat_private.pin_conversation is 'Does the work of chat.pin_conversation.';
comment on function chat.pin_conversation is 'Puts a conversation on top of the caller''s list, or takes it down again.';
grant execute on function chat.pin_conversation, chat_private.pin_conversation to authenticated;
