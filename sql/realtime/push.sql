create or replace function chat_private.user_topic(user_id uuid)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return 'chat:user:' || user_id;
end;
$$;

comment on function chat_private.user_topic is 'The private topic that only this person hears.';

-- The one place that writes to Realtime. A push is a hint: the table remembers, and clients catch up by cursor.
-- So nothing that goes wrong there may undo what is being told: not a missing partition or schema, nor a lock
-- that somebody holds on it. One statement for all topics, because realtime.send() costs a subtransaction each.
create or replace function chat_private.push(event text, topics text[], payload jsonb, ids uuid[] default null)
returns void
language plpgsql
volatile
set search_path = ''
set lock_timeout = '500ms'
as $$
begin
  insert into realtime.messages (id, topic, extension, event, payload, private)
  select coalesce(t.id, gen_random_uuid()), t.topic, 'broadcast', push.event, push.payload, true
  from unnest(push.topics, push.ids) as t (topic, id);
exception
  when others then
    raise warning 'chat: % was not pushed: %', push.event, sqlerrm;
end;
$$;

comment on function chat_private.push is 'Broadcasts one payload to private topics, in the caller''s transaction. Never fails.';

create or replace function chat_private.group_topic(conversation_id uuid, epoch bigint)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return 'chat:group:' || conversation_id || ':' || epoch;
end;
$$;

create or replace function chat_private.signal_topic(conversation_id uuid, epoch bigint)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return 'chat:signal:' || conversation_id || ':' || epoch;
end;
$$;

comment on function chat_private.group_topic is 'The private topic that the members of a group hear, until the epoch is raised.';
comment on function chat_private.signal_topic is 'The private topic for typing and presence in a conversation, until the epoch is raised.';

-- Ids of the rows that push a message can be computed again, so that a revoke finds them by the primary key. A UUID of
-- version 8 is made for such a hash.
create or replace function chat_private.push_id(event text, message_id uuid, recipient_id uuid)
returns uuid
language plpgsql
immutable
set search_path = ''
as $$
begin
  return overlay(overlay(md5(event || message_id || recipient_id) placing '8' from 13) placing '8' from 17)::uuid;
end;
$$;

comment on function chat_private.push_id is 'Id of the broadcast row of a message for a person or a group.';

-- Realtime keeps what was pushed for days and replays it: what is revoked must not be there any more.
--
-- Fails  busy
create or replace function chat_private.unpush(ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
set lock_timeout = '500ms'
as $$
begin
  delete from realtime.messages as m where m.id = any (unpush.ids);
exception
  when undefined_table or invalid_schema_name then null;  -- then nothing is kept
  when lock_not_available then
    perform chat_private.fail('busy');  -- a revoke that leaves the words there would be none
end;
$$;

comment on function chat_private.unpush is 'Takes broadcast rows out of Realtime''s store.';
