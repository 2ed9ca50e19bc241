-- Makes a conversation silent for the caller, or lets it be heard again.
--
-- Who    whoever is in it; nobody else notices
-- Says   conversation_changed, to the caller's devices
-- Fails  not_signed_in, account_disabled, conversation_not_found
create or replace function chat_private.mute_conversation(conversation_id uuid, muted boolean)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(mute_conversation.conversation_id, chat_private.caller());
begin
  update chat.members as m
  set muted_at = case when mute_conversation.muted then coalesce(m.muted_at, now()) end, state = m.state + 1
  where m.conversation_id = v_member.conversation_id and m.user_id = v_member.user_id
  returning m.* into v_member;
  return chat_private.say_conversation_changed(v_member);
end;
$$;

create or replace function chat.mute_conversation(conversation_id uuid, muted boolean default true)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.mute_conversation(mute_conversation.conversation_id, mute_conversation.muted);
end;
$$;

comment on function chat_private.mute_conversation is 'Does the work of chat.mute_conversation.';
comment on function chat.mute_conversation is 'Makes a conversation silent for the caller, or lets it be heard again.';
grant execute on function chat.mute_conversation, chat_private.mute_conversation to authenticated;
