-- Passes messages on: each as a message of one's own, or all together as one record. All or nothing.
--
-- Who    whoever can read them and may write where they go
-- Says   message_created, to everybody in those conversations
-- Fails  not_signed_in, account_disabled, guests_cannot, forward_invalid, message_not_found, message_is_revoked,
--        conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved, you_are_muted,
--        group_is_muted
create or replace function chat_private.forward_messages(message_ids uuid[], conversation_ids uuid[], mode text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.messages
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_sources chat.messages[];
  v_conversation_id uuid;
  v_sent chat.messages[] := '{}';
begin
  perform chat_private.check_guest_right(v_caller, 'forward_messages');
  perform chat_private.check_forward(message_ids, conversation_ids, mode);
  v_sources := chat_private.forwardable_messages(message_ids, v_caller);

  -- In the order of ids, so that two forwards never wait for each other in a circle.
  for v_conversation_id in select c.id from unnest(conversation_ids) as c (id) order by c.id loop
    if mode = 'merged' then
      v_sent := v_sent || chat_private.send_record(v_sources, v_conversation_id, v_caller);
    else
      v_sent := v_sent || chat_private.send_copies(v_sources, v_conversation_id, v_caller);
    end if;
  end loop;
  return (
    select jsonb_agg(e.envelope order by e.conversation_id, e.seq)
    from chat_private.envelopes_of(v_sent, v_caller) as e
  );
end;
$$;

-- Fails  forward_invalid
create or replace function chat_private.check_forward(message_ids uuid[], conversation_ids uuid[], mode text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if mode is null or mode not in ('each', 'merged')
    or coalesce(cardinality(message_ids), 0) not between 1 and 100
    or coalesce(cardinality(conversation_ids), 0) not between 1 and 20
    or (select count(distinct i.id) from unnest(message_ids) as i (id)) <> cardinality(message_ids)
    or (select count(distinct i.id) from unnest(conversation_ids) as i (id)) <> cardinality(conversation_ids)
  then
    perform chat_private.fail('forward_invalid');
  end if;
end;
$$;

-- The messages in the order they were said. A revoke at the same moment comes before (they are refused) or after
-- (the copies are the forwarder's own).
--
-- Fails  message_not_found, message_is_revoked
create or replace function chat_private.forwardable_messages(message_ids uuid[], caller uuid)
returns chat.messages[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_messages chat.messages[];
begin
  -- Their files are held, so that they do not go before the copies are there.
  perform
  from chat.media as d
  where d.id in (select m.media_id from chat.messages as m where m.id = any (message_ids))
  order by d.id
  for key share;
  v_messages := array(
    select m
    from chat.messages as m
    join chat.members as me on me.conversation_id = m.conversation_id
      and me.user_id = forwardable_messages.caller
      and me.left_at is null
      and me.cleared_seq < m.seq
    where m.id = any (message_ids) and m.kind <> 'system'
    order by m.created_at, m.conversation_id, m.seq
  );
  case
    when cardinality(v_messages) <> cardinality(message_ids) then
      perform chat_private.fail('message_not_found');
    when exists (select from unnest(v_messages) as m where m.revoked_at is not null) then
      perform chat_private.fail('message_is_revoked');
    else
      return v_messages;
  end case;
end;
$$;

-- Copies that belong to the forwarder from now on. A record is passed on as a record of the same messages.
--
-- Fails  forward_invalid, conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved,
--        you_are_muted, group_is_muted
create or replace function chat_private.send_copies(sources chat.messages[], conversation_id uuid, caller uuid)
returns chat.messages[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_source chat.messages;
  v_copy chat.messages;
  v_sent chat.messages[] := '{}';
begin
  foreach v_source in array sources loop
    if v_source.kind = 'forward' then
      v_copy := chat_private.send_record(array[v_source], send_copies.conversation_id, caller);
    else
      v_copy := null;
      v_copy.id := chat_private.uuid_v7();
      v_copy.conversation_id := send_copies.conversation_id;
      v_copy.sender_id := caller;
      v_copy.kind := v_source.kind;
      v_copy.body := v_source.body;
      v_copy.media_id := v_source.media_id;
      v_copy.forwarded := true;
      v_copy := (chat_private.send(v_copy)).stored;
    end if;
    v_sent := v_sent || v_copy;
  end loop;
  return v_sent;
end;
$$;

-- One message that refers to others. A record among them gives its entries, so that records do not nest; no more
-- than 100 in all.
--
-- Fails  forward_invalid, conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved,
--        you_are_muted, group_is_muted
create or replace function chat_private.send_record(sources chat.messages[], conversation_id uuid, caller uuid)
returns chat.messages
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_record chat.messages;
  v_entries jsonb := chat_private.record_entries(sources);
begin
  if jsonb_array_length(v_entries) not between 1 and 100 then
    perform chat_private.fail('forward_invalid');
  end if;
  v_record.id := chat_private.uuid_v7();
  v_record.conversation_id := send_record.conversation_id;
  v_record.sender_id := caller;
  v_record.kind := 'forward';
  v_record.body := jsonb_build_object('count', jsonb_array_length(v_entries));
  v_record.forwarded := true;
  v_record := (chat_private.send(v_record)).stored;

  insert into chat.forwarded_messages (conversation_id, seq, position, source_conversation_id, source_seq)
  select v_record.conversation_id, v_record.seq, e.position - 1, (e.entry ->> 0)::uuid, (e.entry ->> 1)::bigint
  from jsonb_array_elements(v_entries) with ordinality as e (entry, position);
  return v_record;
end;
$$;

-- Where the entries of a record come from: [conversation, seq] each.
create or replace function chat_private.record_entries(sources chat.messages[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_array(coalesce(f.source_conversation_id, m.conversation_id), coalesce(f.source_seq, m.seq))
      order by i, f.position
    ), '[]')
    from generate_subscripts(sources, 1) as i
    cross join lateral (select (sources[i]).*) as m
    left join chat.forwarded_messages as f
      on m.kind = 'forward' and f.conversation_id = m.conversation_id and f.seq = m.seq
    where m.kind <> 'forward' or f.seq is not null
  );
end;
$$;

create or replace function chat.forward_messages(message_ids uuid[], conversation_ids uuid[], mode text default 'each')
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.forward_messages(
    forward_messages.message_ids, forward_messages.conversation_ids, forward_messages.mode
  );
end;
$$;

comment on function chat_private.forward_messages is 'Does the work of chat.forward_messages.';
comment on function chat_private.check_forward is 'Refuses a forward of too much, of nothing, or of something twice.';
comment on function chat_private.forwardable_messages is 'Messages that the caller can read and pass on.';
comment on function chat_private.send_copies is 'Sends copies of messages, one by one.';
comment on function chat_private.send_record is 'Sends one record of messages.';
comment on function chat_private.record_entries is 'Where the entries of a record of these messages come from.';
comment on function chat.forward_messages is 'Passes messages on, mode each or merged, to several conversations. Answers the new envelopes.';
grant execute on function chat.forward_messages, chat_private.forward_messages to authenticated;
