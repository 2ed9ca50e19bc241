-- One page of a conversation, oldest first: the newest page, the one before a position, or the one after it.
--
-- Who    whoever is in the conversation, from where they cleared it on
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, seq_invalid, page_size_invalid
create or replace function chat_private.list_messages(
  conversation_id uuid, before_seq bigint, after_seq bigint, page_size integer
)
returns jsonb
language plpgsql
volatile
security definer  -- one check of membership, then the index: a policy per row costs more
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(list_messages.conversation_id, chat_private.caller());
  v_size integer := chat_private.checked_page_size(list_messages.page_size, 200);
  v_end bigint := (
    select c.last_seq + 1 from chat.conversations as c where c.id = list_messages.conversation_id
  );
  v_before bigint := least(list_messages.before_seq, v_end);
  v_from bigint;
begin
  if list_messages.before_seq < 0 or list_messages.after_seq < 0 then
    perform chat_private.fail('seq_invalid');
  end if;
  -- Without gaps, a page is a range of positions.
  v_from := greatest(v_member.cleared_seq, case
    when list_messages.after_seq is null then v_before - v_size - 1
    else least(list_messages.after_seq, v_end)
  end);
  return chat_private.envelopes(v_member, v_from, least(v_before, v_from + v_size + 1));
end;
$$;

-- The messages between two positions, both excluded, as a member of their conversation sees them.
create or replace function chat_private.envelopes(member chat.members, after_seq bigint, before_seq bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_messages chat.messages[] := array(
    select m
    from chat.messages as m
    where m.conversation_id = member.conversation_id
      and m.seq > envelopes.after_seq
      and m.seq < envelopes.before_seq
  );
begin
  return (
    select coalesce(jsonb_agg(e.envelope order by e.seq), '[]')
    from chat_private.envelopes_of(v_messages, member.user_id) as e
  );
end;
$$;

create or replace function chat.list_messages(
  conversation_id uuid,
  before_seq bigint default null,
  after_seq bigint default null,
  page_size integer default 50
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_messages(
    list_messages.conversation_id, list_messages.before_seq, list_messages.after_seq, list_messages.page_size
  );
end;
$$;

comment on function chat_private.list_messages is 'Does the work of chat.list_messages.';
comment on function chat_private.envelopes is 'Envelopes of a range of messages.';
comment on function chat.list_messages is 'One page of a conversation, oldest first: newest page, before_seq, or after_seq. At most 200.';
grant execute on function chat.list_messages, chat_private.list_messages to authenticated;
