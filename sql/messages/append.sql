-- Puts one message at the end of a conversation.
--
-- The row of the conversation is the last lock a send takes. It is held until the transaction ends, so that seq
-- follows the order of commits and has no gaps. Outcomes: `added`; `repeated`, when the id is there already (the
-- message is that one); `moved`, when the epoch is no longer the one under which the sender was let in.
create or replace function chat_private.append(
  message chat.messages, expected_epoch bigint, out added chat.messages, out outcome text
)
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_seq bigint;
begin
  update chat.conversations as c
  set last_seq = c.last_seq + 1, last_message_at = now()
  where c.id = message.conversation_id and (expected_epoch is null or c.epoch = expected_epoch)
  returning c.last_seq into v_seq;
  if v_seq is null then
    outcome := 'moved';
    return;
  end if;

  insert into chat.messages (conversation_id, seq, id, sender_id, kind, body, media_id, reply_to_seq, mentions, forwarded)
  values (
    message.conversation_id, v_seq, message.id, message.sender_id, message.kind, message.body,
    message.media_id, message.reply_to_seq, message.mentions, coalesce(message.forwarded, false)
  )
  on conflict on constraint messages_id_is_unique do nothing
  returning * into added;

  outcome := 'added';
  if added.id is null then  -- the position goes back, under the lock that gave it
    update chat.conversations as c
    set last_seq = v_seq - 1,
        last_message_at = coalesce((
          select m.created_at from chat.messages as m where m.conversation_id = c.id and m.seq = v_seq - 1
        ), c.created_at)
    where c.id = message.conversation_id;
    select m.* into added from chat.messages as m where m.id = message.id;
    outcome := 'repeated';
  end if;
end;
$$;

comment on function chat_private.append is 'Adds a message to a conversation.';

-- Pushes a message, or what became of it, to everybody who is to hear of it: one row for a group of any size, one
-- for each of the two in a direct conversation. Answers the envelope, as the one who acts sees it.
create or replace function chat_private.deliver(event text, message chat.messages)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_place chat.conversations;
  v_envelope jsonb;
begin
  select c.* into v_place from chat.conversations as c where c.id = message.conversation_id;
  if v_place.kind = 'direct' and message.kind = 'system' then
    perform chat_private.deliver_to(event, message, v_place.low_id);
    return chat_private.deliver_to(event, message, v_place.high_id);
  end if;

  v_envelope := chat_private.pushed_envelope(event, message, null);
  if v_place.kind = 'group' then
    perform chat_private.push(
      event, array[chat_private.group_topic(v_place.id, v_place.epoch)], v_envelope,
      array[chat_private.push_id(event, message.id, v_place.id)]
    );
  else
    perform chat_private.push(
      event,
      array[chat_private.user_topic(v_place.low_id), chat_private.user_topic(v_place.high_id)],
      v_envelope,
      array[
        chat_private.push_id(event, message.id, v_place.low_id),
        chat_private.push_id(event, message.id, v_place.high_id)
      ]
    );
  end if;
  return v_envelope;
end;
$$;

-- What the system says in a direct conversation looks different to each of the two.
create or replace function chat_private.deliver_to(event text, message chat.messages, recipient uuid)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_envelope jsonb := chat_private.pushed_envelope(event, message, recipient);
begin
  perform chat_private.push(event, array[chat_private.user_topic(recipient)], v_envelope);
  return v_envelope;
end;
$$;

-- The push of a revoke is a notice about the message, not the message: it is not removed itself.
create or replace function chat_private.pushed_envelope(event text, message chat.messages, viewer uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return chat_private.envelope_of(message, viewer)
    || case when event = 'message_revoked' then '{"isremove": 0}'::jsonb else '{}' end;
end;
$$;

comment on function chat_private.deliver is 'Pushes a message to all who are in its conversation; answers the envelope.';
comment on function chat_private.deliver_to is 'Pushes a message to one of those who are in its conversation.';
comment on function chat_private.pushed_envelope is 'The envelope of a message as it is pushed.';

-- The system says something in a conversation. Who did it and to whom is kept by id; names come when it is read.
create or replace function chat_private.say_system(
  conversation_id uuid, action text, actor_id uuid default null, subject_ids uuid[] default null
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_message chat.messages;
begin
  v_message.id := chat_private.uuid_v7();
  v_message.conversation_id := say_system.conversation_id;
  v_message.kind := 'system';
  v_message.body := jsonb_strip_nulls(jsonb_build_object(
    'action', say_system.action, 'actor_id', say_system.actor_id, 'subject_ids', to_jsonb(say_system.subject_ids)
  ));
  v_message := (chat_private.append(v_message, null)).added;
  perform chat_private.deliver('message_created', v_message);
end;
$$;

comment on function chat_private.say_system is 'Adds a system message to a conversation and pushes it.';
