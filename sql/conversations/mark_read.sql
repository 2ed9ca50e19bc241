-- Marks everything up to a position as read. The mark only moves forward, and never past the newest message.
--
-- Who    whoever is in the conversation
-- Says   conversation_read, to the caller's devices and, in a direct conversation, to the other one
-- Fails  not_signed_in, account_disabled, conversation_not_found, seq_invalid
create or replace function chat_private.mark_read(conversation_id uuid, seq bigint)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_member chat.members;
  v_is_shown boolean := chat_private.shows_read_marks(mark_read.conversation_id);
begin
  perform chat_private.membership(mark_read.conversation_id, v_caller);
  if mark_read.seq is null or mark_read.seq < 0 then
    perform chat_private.fail('seq_invalid');
  end if;

  update chat.members as m
  set read_seq = least(mark_read.seq, c.last_seq),
      shown_read_seq = case when v_is_shown then least(mark_read.seq, c.last_seq) else m.shown_read_seq end,
      state = m.state + 1
  from chat.conversations as c
  where m.conversation_id = mark_read.conversation_id and m.user_id = v_caller
    and c.id = m.conversation_id
    and m.read_seq < least(mark_read.seq, c.last_seq)
  returning m.* into v_member;
  if found then
    perform chat_private.say_read(v_member, v_is_shown);
  else
    v_member := chat_private.membership(mark_read.conversation_id, v_caller);
  end if;
  return chat_private.marks(v_member) || chat_private.unread(v_member);
end;
$$;

-- Read marks are shown to the other one in a direct conversation, unless one of the two has shut the other out. In
-- a group that would be a push to everybody for every reader.
create or replace function chat_private.shows_read_marks(conversation_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select c.kind = 'direct' and not exists (
      select from chat.blocks as b
      where (b.blocker_id, b.blocked_id) in ((c.low_id, c.high_id), (c.high_id, c.low_id))
    )
    from chat.conversations as c
    where c.id = shows_read_marks.conversation_id
  );
end;
$$;

create or replace function chat_private.say_read(member chat.members, is_shown boolean)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.push(
    'conversation_read',
    array(
      select chat_private.user_topic(m.user_id)
      from chat.members as m
      where m.conversation_id = member.conversation_id and (is_shown or m.user_id = member.user_id)
    ),
    jsonb_build_object(
      'conversation_id', member.conversation_id, 'user_id', member.user_id, 'read_seq', member.read_seq
    )
  );
end;
$$;

create or replace function chat.mark_read(conversation_id uuid, seq bigint)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.mark_read(mark_read.conversation_id, mark_read.seq);
end;
$$;

comment on function chat_private.mark_read is 'Does the work of chat.mark_read.';
comment on function chat_private.shows_read_marks is 'Whether the other one sees how far a person has read.';
comment on function chat_private.say_read is 'Tells a person''s devices, and the other one in a direct conversation, how far the person has read.';
comment on function chat.mark_read is 'Marks everything up to a position as read; answers the marks and what is left unread.';
grant execute on function chat.mark_read, chat_private.mark_read to authenticated;
