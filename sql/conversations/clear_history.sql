-- Empties a conversation for the caller: everything said so far is read and not shown any more.
--
-- Who    whoever is in it; the others keep everything
-- Says   conversation_changed, to the caller's devices
-- Fails  not_signed_in, account_disabled, conversation_not_found
create or replace function chat_private.clear_history(conversation_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(clear_history.conversation_id, chat_private.caller());
  v_cleared_seq bigint := v_member.cleared_seq;
begin
  update chat.members as m
  set cleared_seq = c.last_seq, read_seq = c.last_seq, state = m.state + 1
  from chat.conversations as c
  where m.conversation_id = v_member.conversation_id and m.user_id = v_member.user_id
    and c.id = m.conversation_id
  returning m.* into v_member;
  -- What nobody can see any more needs no file.
  perform chat_private.release_files_of(v_member.conversation_id, v_cleared_seq, v_member.cleared_seq);
  return chat_private.say_conversation_changed(v_member);
end;
$$;

create or replace function chat.clear_history(conversation_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.clear_history(clear_history.conversation_id);
end;
$$;

comment on function chat_private.clear_history is 'Does the work of chat.clear_history.';
comment on function chat.clear_history is 'Empties a conversation for the caller; the others keep everything.';
grant execute on function chat.clear_history, chat_private.clear_history to authenticated;
