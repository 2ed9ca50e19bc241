-- The topic that is being joined, if the caller may hear it; else null. Realtime names it in a setting.
--
-- chat:user:<id>           only that person
-- chat:group:<id>:<epoch>  members of the group, while the epoch is the current one
-- chat:signal:<id>:<epoch> people in the conversation, while the epoch is the current one
create or replace function chat_private.my_topic()
returns text
language plpgsql
stable
security definer  -- reads memberships without entering their policies
set search_path = ''
as $$
declare
  v_topic text := realtime.topic();
  v_me uuid := chat_private.me();
  v_parts text[] := regexp_match(v_topic, '^chat:(group|signal):([0-9a-f-]{36}):(\d{1,18})$');
begin
  case
    when v_me is null then
      return null;
    when v_parts is null then
      return case when v_topic = chat_private.user_topic(v_me) then v_topic end;
    when chat_private.is_current_member(v_parts[2], v_parts[3]::bigint, v_parts[1], v_me) then
      return v_topic;
    else
      return null;
  end case;
end;
$$;

-- In a direct conversation nobody sees whether somebody is there who has shut them out.
create or replace function chat_private.is_current_member(conversation_id text, epoch bigint, topic_kind text, me uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from chat.members as m
    join chat.conversations as c on c.id = m.conversation_id
    where m.conversation_id = is_current_member.conversation_id::uuid
      and m.user_id = is_current_member.me
      and m.left_at is null
      and c.epoch = is_current_member.epoch
      and (c.kind = 'group' or topic_kind = 'signal')
      and not exists (
        select from chat.blocks as b
        where (b.blocker_id, b.blocked_id) in ((c.low_id, c.high_id), (c.high_id, c.low_id))
      )
  );
exception
  when invalid_text_representation then
    return false;  -- 36 characters that are no id
end;
$$;

comment on function chat_private.my_topic is 'The topic being joined, if the caller may hear it.';
comment on function chat_private.is_current_member is 'Whether somebody is in a conversation whose epoch is this one.';
grant execute on function chat_private.my_topic to authenticated;

-- The row's topic, not only the channel's: the row that Realtime probes with carries it, and so nobody who reaches
-- this table by another way reads other people's topics.
drop policy if exists "chat: people hear their own topics" on realtime.messages;
create policy "chat: people hear their own topics"
  on realtime.messages
  for select
  to authenticated
  using (
    topic = (select chat_private.my_topic())
    and (extension = 'broadcast' or topic like 'chat:signal:%')  -- nobody is present where things are told
  );

-- Typing and presence are all that clients may send. Whatever has content is written by the verbs.
drop policy if exists "chat: people in a conversation signal to each other" on realtime.messages;
create policy "chat: people in a conversation signal to each other"
  on realtime.messages
  for insert
  to authenticated
  with check (topic like 'chat:signal:%' and topic = (select chat_private.my_topic()));
