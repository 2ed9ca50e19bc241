-- Single messages of a conversation, by position: what an answer answers, for one who does not hold it.
--
-- Who    whoever is in the conversation; what they may not see is left out
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, page_size_invalid
create or replace function chat_private.get_messages(conversation_id uuid, seqs bigint[])
returns jsonb
language plpgsql
volatile
security definer  -- reads also where the history begins later for the caller
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(get_messages.conversation_id, chat_private.caller());
  v_messages chat.messages[];
begin
  perform chat_private.checked_page_size(cardinality(get_messages.seqs), 200);
  v_messages := array(
    select m
    from chat.messages as m
    where m.conversation_id = v_member.conversation_id
      and m.seq = any (get_messages.seqs)
      and m.seq > v_member.cleared_seq
  );
  return (
    select coalesce(jsonb_agg(e.envelope order by e.seq), '[]')
    from chat_private.envelopes_of(v_messages, v_member.user_id) as e
  );
end;
$$;

create or replace function chat.get_messages(conversation_id uuid, seqs bigint[])
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.get_messages(get_messages.conversation_id, get_messages.seqs);
end;
$$;

comment on function chat_private.get_messages is 'Does the work of chat.get_messages.';
comment on function chat.get_messages is 'Up to 200 messages of a conversation by their seq.';
grant execute on function chat.get_messages, chat_private.get_messages to authenticated;
