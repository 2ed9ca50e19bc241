-- Whether somebody may say something in a conversation now; answers the epoch under which it holds.
--
-- Fails  conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved,
--        you_are_muted, group_is_muted
create or replace function chat_private.check_may_write(conversation_id uuid, caller uuid)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(conversation_id, caller);
  v_place chat.conversations;
  v_group chat.groups;
begin
  select c.* into v_place from chat.conversations as c where c.id = v_member.conversation_id;
  if v_place.kind = 'direct' then
    perform chat_private.person_to_write_to(
      case when v_place.low_id = caller then v_place.high_id else v_place.low_id end, caller
    );
    return v_place.epoch;
  end if;

  select g.* into v_group from chat.groups as g where g.id = v_place.id;
  case
    when v_group.dissolved_at is not null then
      perform chat_private.fail('group_dissolved');
    when v_member.silenced_until > now() then
      perform chat_private.fail('you_are_muted');
    when v_group.muted_at is not null and v_member.role = 'member' then
      perform chat_private.fail('group_is_muted');
    else
      return v_place.epoch;
  end case;
end;
$$;

-- The position of the message that is answered: in the same conversation, and in sight of the sender.
--
-- Fails  message_not_found, message_is_revoked
create or replace function chat_private.checked_reply(conversation_id uuid, caller uuid, reply_to uuid)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  v_message chat.messages;
begin
  if reply_to is null then
    return null;
  end if;
  v_message := chat_private.visible_message(reply_to, caller);
  case
    when v_message.id is null
      or v_message.conversation_id <> checked_reply.conversation_id
      or v_message.kind = 'system'
    then
      perform chat_private.fail('message_not_found');
    when v_message.revoked_at is not null then
      perform chat_private.fail('message_is_revoked');
    else
      return v_message.seq;
  end case;
end;
$$;

-- Who is called by name. The nil UUID calls everybody, which is for owner and admins.
--
-- Fails  mentions_invalid
create or replace function chat_private.checked_mentions(conversation_id uuid, caller uuid, mentions uuid[])
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_all constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  if coalesce(cardinality(mentions), 0) = 0 then
    return null;
  end if;
  if cardinality(mentions) > 50
    or exists (
      select from unnest(mentions) as n (id)
      where not exists (
        select from chat.members as m
        where m.conversation_id = checked_mentions.conversation_id
          and m.left_at is null
          and case when n.id = v_all
            then m.user_id = checked_mentions.caller and m.role <> 'member'
            else m.user_id = n.id
          end
      )
    )
  then
    perform chat_private.fail('mentions_invalid');
  end if;
  return array(select distinct n.id from unnest(mentions) as n (id) order by n.id);
end;
$$;

-- A message that somebody can read; nulls for every other one.
create or replace function chat_private.visible_message(message_id uuid, caller uuid)
returns chat.messages
language plpgsql
stable
set search_path = ''
as $$
declare
  v_message chat.messages;
begin
  select m.* into v_message
  from chat.messages as m
  join chat.members as me on me.conversation_id = m.conversation_id
    and me.user_id = visible_message.caller
    and me.left_at is null
    and me.cleared_seq < m.seq
  where m.id = visible_message.message_id;
  return v_message;
end;
$$;

comment on function chat_private.check_may_write is 'Refuses writing where the caller is not, or may not speak now; answers the epoch of the conversation.';
comment on function chat_private.checked_reply is 'Position of the message that is answered.';
comment on function chat_private.checked_mentions is 'Who is mentioned, each once; refused when somebody is not there.';
comment on function chat_private.visible_message is 'A message, if this person can read it.';
