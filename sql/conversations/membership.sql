-- The caller's own row in a conversation.
--
-- Fails  conversation_not_found
create or replace function chat_private.membership(conversation_id uuid, caller uuid)
returns chat.members
language plpgsql
stable
set search_path = ''
as $$
declare
  v_member chat.members;
begin
  select m.* into v_member
  from chat.members as m
  where m.conversation_id = membership.conversation_id and m.user_id = membership.caller and m.left_at is null;
  if not found then
    perform chat_private.fail('conversation_not_found');
  end if;
  return v_member;
end;
$$;

comment on function chat_private.membership is 'What a conversation is to the caller; refuses conversations the caller is not in.';

-- Tells the caller's devices what the conversation is to the caller now, and answers it.
create or replace function chat_private.say_conversation_changed(member chat.members)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_marks jsonb := chat_private.marks(member);
begin
  perform chat_private.push(
    'conversation_changed', array[chat_private.user_topic(member.user_id)], v_marks
  );
  return v_marks;
end;
$$;

create or replace function chat_private.marks(member chat.members)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'conversation_id', member.conversation_id,
    'state', member.state,
    'read_seq', member.read_seq,
    'cleared_seq', member.cleared_seq,
    'hidden_seq', member.hidden_seq,
    'pinned', member.pinned_at is not null,
    'muted', member.muted_at is not null
  );
end;
$$;

comment on function chat_private.say_conversation_changed is 'Pushes a person''s marks in a conversation to that person.';
comment on function chat_private.marks is 'A person''s marks in a conversation, as verbs answer them.';
