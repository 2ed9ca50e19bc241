-- How conversations look to one person: marks, the other one or the group, the newest message, the exact number of
-- unread. In the order of the ids given. Membership has been checked by whoever calls.
create or replace function chat_private.conversation_items(caller uuid, conversation_ids uuid[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_newest chat.messages[] := array(
    select l
    from unnest(conversation_items.conversation_ids) as wanted (id)
    join chat.conversations as c on c.id = wanted.id
    join chat.members as m on m.conversation_id = c.id and m.user_id = conversation_items.caller
    join chat.messages as l on l.conversation_id = c.id and l.seq = c.last_seq and l.seq > m.cleared_seq
  );
begin
  return (
    select coalesce(jsonb_agg(
      chat_private.marks(m) - 'conversation_id' || chat_private.unread(m) || jsonb_build_object(
        'id', c.id,
        'kind', c.kind,
        'last_seq', c.last_seq,
        'version', c.version,
        'last_message_at', chat_private.milliseconds(c.last_message_at),
        'last_message', newest.envelope,
        'signal_topic', chat_private.signal_topic(c.id, c.epoch),
        'peer', case when c.kind = 'direct' then chat_private.peer(m, c) end,
        'group', case when c.kind = 'group' then chat_private.group_item(m, c) end
      ) order by wanted.position
    ), '[]')
    from unnest(conversation_items.conversation_ids) with ordinality as wanted (id, position)
    join chat.conversations as c on c.id = wanted.id
    join chat.members as m on m.conversation_id = c.id and m.user_id = conversation_items.caller
    left join chat_private.envelopes_of(v_newest, conversation_items.caller) as newest on newest.conversation_id = c.id
  );
end;
$$;

-- The other one in a direct conversation, and what they are to the member.
create or replace function chat_private.peer(member chat.members, conversation chat.conversations)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select chat_private.face(p) || jsonb_build_object(
      'remark', f.remark,
      'is_friend', f.user_id is not null,
      'is_blocked', b.blocker_id is not null,
      'read_seq', other.shown_read_seq
    )
    from chat.profiles as p
    join chat.members as other on other.conversation_id = member.conversation_id and other.user_id = p.id
    left join chat.friendships as f on f.user_id = member.user_id and f.friend_id = p.id
    left join chat.blocks as b on b.blocker_id = member.user_id and b.blocked_id = p.id
    where p.id = case when conversation.low_id = member.user_id then conversation.high_id else conversation.low_id end
  );
end;
$$;

-- A group as one of its members sees it.
create or replace function chat_private.group_item(member chat.members, conversation chat.conversations)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'name', g.name,
      'avatar', g.avatar_url,
      'announcement', g.announcement,
      'join_mode', g.join_mode,
      'hides_history', g.hides_history,
      'member_count', g.member_count,
      'is_muted', g.muted_at is not null,
      'is_dissolved', g.dissolved_at is not null,
      'my_role', member.role,
      'my_nickname', member.nickname,
      'my_avatar', member.avatar_url,
      'silenced_until', case when member.silenced_until > now() then
        -- Until it is lifted: the last moment that dates in JavaScript know.
        coalesce(chat_private.milliseconds(nullif(member.silenced_until, 'infinity')), 8640000000000000)
      end,
      'topic', chat_private.group_topic(conversation.id, conversation.epoch)
    )
    from chat.groups as g
    where g.id = conversation.id
  );
end;
$$;

-- How many messages of others a person has not read, and whether one of them calls that person by name. What is
-- one's own, said by the system, revoked, or before a cleared history does not count. Asked only for the
-- conversations of one page, each from its read mark on.
create or replace function chat_private.unread(member chat.members)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'unread', count(*),
      'mentioned', coalesce(bool_or(
        m.mentions && array[member.user_id, '00000000-0000-0000-0000-000000000000'::uuid]
      ), false)
    )
    from chat.messages as m
    where m.conversation_id = member.conversation_id
      and m.seq > greatest(member.read_seq, member.cleared_seq)
      and m.sender_id <> member.user_id
      and m.kind <> 'system'
      and m.revoked_at is null
  );
end;
$$;

comment on function chat_private.conversation_items is 'Conversations as a person sees them in the list.';
comment on function chat_private.peer is 'The other one in a direct conversation.';
comment on function chat_private.group_item is 'A group, as one of its members sees it in the list.';
comment on function chat_private.unread is 'How many messages a person has not read in a conversation, and whether one mentions them.';
