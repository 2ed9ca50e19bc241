-- Takes a conversation out of the caller's list until something new is said in it.
--
-- Who    whoever is in it; nobody else notices
-- Says   conversation_changed, to the caller's devices
-- Fails  not_signed_in, account_disabled, conversation_not_found
create or replace function chat_private.hide_conversation(conversation_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(hide_conversation.conversation_id, chat_private.caller());
begin
  update chat.members as m
  set hidden_seq = c.last_seq, state = m.state + 1
  from chat.conversations as c
  where m.conversation_id = v_member.conversation_id and m.user_id = v_member.user_id
    and c.id = m.conversation_id
  returning m.* into v_member;
  return chat_private.say_conversation_changed(v_member);
end;
$$;

create or replace function chat.hide_conversation(conversation_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.hide_conversation(hide_conversation.conversation_id);
end;
$$;

comment on function chat_private.hide_conversation is 'Does the work of chat.hide_conversation.';
comment on function chat.hide_conversation is 'Takes a conversation out of the caller''s list until something new is said in it.';
grant execute on function chat.hide_conversation, chat_private.hide_conversation to authenticated;
