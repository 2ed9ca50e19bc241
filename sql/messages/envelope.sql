-- The one shape of a message, pushed or read back: docs/envelope.md. Every name is resolved here, when it is read.
--
-- In a direct conversation, what the system says comes for each of the two from the other one: that is what the
-- viewer is for. In a group all see the same.
create or replace function chat_private.envelopes_of(messages chat.messages[], viewer uuid)
returns table (conversation_id uuid, seq bigint, envelope jsonb)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_generic_plan  -- planning the joins anew costs more than running them
set enable_hashjoin = off  -- a page needs a few rows of each table, by primary key
set enable_mergejoin = off
as $$
begin
  return query
  select m.conversation_id, m.seq, chat_private.envelope(m, s, f, r, g)
  from unnest(envelopes_of.messages) as m
  join chat.conversations as c on c.id = m.conversation_id
  left join chat.groups as g on g.id = c.id
  left join chat.profiles as s on s.id = chat_private.speaker_of(m, c, envelopes_of.viewer)
  left join chat.members as f on c.kind = 'group' and f.conversation_id = c.id and f.user_id = s.id
  left join chat.profiles as r on r.id = case when c.low_id = s.id then c.high_id else c.low_id end;
end;
$$;

-- The same for one message: on the way of every send, where five look-ups by primary key beat a join.
create or replace function chat_private.envelope_of(message chat.messages, viewer uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_place chat.conversations;
  v_group chat.groups;
  v_speaker chat.profiles;
  v_face chat.members;
  v_recipient chat.profiles;
begin
  select c.* into v_place from chat.conversations as c where c.id = message.conversation_id;
  select p.* into v_speaker from chat.profiles as p where p.id = chat_private.speaker_of(message, v_place, viewer);
  if v_place.kind = 'group' then
    select g.* into v_group from chat.groups as g where g.id = v_place.id;
    select m.* into v_face from chat.members as m where m.conversation_id = v_place.id and m.user_id = v_speaker.id;
  else
    select p.* into v_recipient
    from chat.profiles as p
    where p.id = case when v_place.low_id = v_speaker.id then v_place.high_id else v_place.low_id end;
  end if;
  return chat_private.envelope(message, v_speaker, v_face, v_recipient, v_group);
end;
$$;

-- Who says it: whoever revoked it, sent it, or did what the system tells of.
create or replace function chat_private.speaker_of(
  message chat.messages, place chat.conversations, viewer uuid
)
returns uuid
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when message.revoked_by is not null then message.revoked_by
    when message.sender_id is not null then message.sender_id
    when place.kind = 'group' then (message.body ->> 'actor_id')::uuid
    when place.low_id = viewer then place.high_id
    else place.low_id
  end;
end;
$$;

-- The speaker's profile and, in a group, the face there; then whom it is said to: a person or a group.
create or replace function chat_private.envelope(
  message chat.messages, speaker chat.profiles, face chat.members, recipient chat.profiles, place chat.groups
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_name text := coalesce(face.nickname, speaker.display_name);
  v_is_notice boolean := message.kind = 'system' or message.revoked_at is not null;
begin
  return jsonb_build_object(
    'id', message.id,
    'seq', message.seq,
    'version', message.version,
    'conversation_id', message.conversation_id,
    'from_id', speaker.id,
    'from_name', v_name,
    'from_avatar', coalesce(face.avatar_url, speaker.avatar_url),
    'to_id', coalesce(place.id, recipient.id),
    'to_name', coalesce(place.name, recipient.display_name),
    'to_avatar', case when place.id is null then recipient.avatar_url else place.avatar_url end,
    'chatType', case when place.id is null then 'single' else 'group' end,
    'type', case when v_is_notice then 'systemNotice' else message.kind end,
    'actionType', case
      when message.revoked_at is not null then 'revoke'
      when message.kind = 'system' then message.body ->> 'action'
    end,
    'data', chat_private.envelope_data(message, v_name),
    'redirect', null,
    'options', chat_private.envelope_options(message),
    'create_time', chat_private.milliseconds(message.created_at),
    'isremove', (message.revoked_at is not null)::integer,
    'group', case when place.id is not null then jsonb_build_object(
      'id', place.id, 'name', place.name, 'avatar', place.avatar_url
    ) end
  );
end;
$$;

create or replace function chat_private.envelope_data(message chat.messages, speaker_name text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when message.revoked_at is not null then jsonb_build_object(
      'data', chat_private.system_text('revoke', speaker_name, ''), 'dataType', false, 'otherData', null
    )
    when message.kind = 'text' then jsonb_build_object(
      'data', message.body -> 'text', 'dataType', false, 'otherData', null
    )
    when message.kind in ('image', 'video', 'audio', 'file') then jsonb_build_object(
      'data', coalesce(message.body ->> 'caption', ''), 'dataType', false, 'otherData', chat_private.media_of(message)
    )
    when message.kind = 'custom' then jsonb_build_object(
      'data', message.body -> 'data', 'dataType', message.body -> 'type', 'otherData', null
    )
    when message.kind = 'forward' then jsonb_build_object(
      'data', chat_private.system_text('forward', message.body ->> 'count', ''),
      'dataType', false,
      'otherData', message.body
    )
    else jsonb_build_object(
      'data', chat_private.system_text(
        message.body ->> 'action', speaker_name, chat_private.names_in(message.conversation_id, message.body)
      ),
      'dataType', false,
      'otherData', nullif(message.body - 'action' - 'actor_id', '{}')
    )
  end;
end;
$$;

-- Null once the file is gone.
create or replace function chat_private.media_of(message chat.messages)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select chat_private.media_item(m) from chat.media as m where m.id = message.media_id);
end;
$$;

-- What goes along with a message, without a word of any other one: an answer names what it answers by id and seq,
-- so that what is revoked, or hidden from newcomers, is not quoted anywhere.
create or replace function chat_private.envelope_options(message chat.messages)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if message.revoked_at is not null
    or (message.reply_to_seq is null and message.mentions is null and not message.forwarded)
  then
    return '{}';
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'reply_to', (
      select jsonb_build_object('id', q.id, 'seq', q.seq)
      from chat.messages as q
      where q.conversation_id = message.conversation_id and q.seq = message.reply_to_seq
    ),
    'mentions', to_jsonb(message.mentions),
    'forwarded', nullif(message.forwarded, false)
  ));
end;
$$;

-- The people a system message is about, by the names they have in the conversation.
create or replace function chat_private.names_in(conversation_id uuid, body jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select string_agg(coalesce(m.nickname, p.display_name), ', ' order by s.position)
    from jsonb_array_elements_text(names_in.body -> 'subject_ids') with ordinality as s (id, position)
    join chat.profiles as p on p.id = s.id::uuid
    left join chat.members as m on m.conversation_id = names_in.conversation_id and m.user_id = p.id
  );
end;
$$;

-- What the system says in a conversation, in the language of the settings.
create or replace function chat_private.system_text(action text, actor text, subjects text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select format(t.text, actor, coalesce(subjects, ''))
    from chat_private.system_texts() as t
    where t.action = system_text.action
      and t.language = (select s.notice_language from chat_private.settings as s)
  );
end;
$$;

create or replace function chat_private.system_texts()
returns table (language text, action text, text text)
language sql
immutable
set search_path = ''
as $$
  values
    ('en',    'friend_added',         'You are friends now and can start chatting'),
    ('zh-CN', 'friend_added',         '我们已经是好友了，可以开始聊天了'),
    ('en',    'revoke',               '%1$s revoked a message'),
    ('zh-CN', 'revoke',               '%1$s撤回了一条消息'),
    ('en',    'forward',              'Chat record (%1$s)'),
    ('zh-CN', 'forward',              '聊天记录（%1$s条）'),
    ('en',    'group_created',        '%1$s created the group'),
    ('zh-CN', 'group_created',        '%1$s创建了群聊'),
    ('en',    'group_members_added',  '%1$s added %2$s'),
    ('zh-CN', 'group_members_added',  '%1$s邀请%2$s加入了群聊'),
    ('en',    'group_joined',         '%1$s joined the group'),
    ('zh-CN', 'group_joined',         '%1$s加入了群聊'),
    ('en',    'group_left',           '%1$s left the group'),
    ('zh-CN', 'group_left',           '%1$s退出了群聊'),
    ('en',    'group_member_removed', '%1$s removed %2$s'),
    ('zh-CN', 'group_member_removed', '%1$s将%2$s移出了群聊'),
    ('en',    'group_role_changed',   '%1$s changed the role of %2$s'),
    ('zh-CN', 'group_role_changed',   '%1$s更改了%2$s的角色'),
    ('en',    'group_transferred',    '%2$s is the owner of the group now'),
    ('zh-CN', 'group_transferred',    '%2$s成为了新群主'),
    ('en',    'group_member_muted',   '%1$s muted %2$s'),
    ('zh-CN', 'group_member_muted',   '%1$s将%2$s禁言'),
    ('en',    'group_member_unmuted', '%1$s unmuted %2$s'),
    ('zh-CN', 'group_member_unmuted', '%1$s解除了%2$s的禁言'),
    ('en',    'group_muted',          '%1$s muted the group'),
    ('zh-CN', 'group_muted',          '%1$s开启了全员禁言'),
    ('en',    'group_unmuted',        '%1$s unmuted the group'),
    ('zh-CN', 'group_unmuted',        '%1$s关闭了全员禁言'),
    ('en',    'group_changed',        '%1$s changed the group'),
    ('zh-CN', 'group_changed',        '%1$s修改了群资料'),
    ('en',    'group_face_changed',   '%1$s changed how they look in the group'),
    ('zh-CN', 'group_face_changed',   '%1$s修改了群内资料'),
    ('en',    'group_dissolved',      '%1$s dissolved the group'),
    ('zh-CN', 'group_dissolved',      '%1$s解散了群聊')
$$;

comment on function chat_private.envelopes_of is 'Messages in the shape that everything pushed or read back has, as one person sees them.';
comment on function chat_private.envelope_of is 'One message in that shape.';
comment on function chat_private.speaker_of is 'Id of the person an envelope comes from.';
comment on function chat_private.envelope is 'One envelope, from rows that are at hand.';
comment on function chat_private.envelope_data is 'The data part of an envelope: data, dataType, otherData.';
comment on function chat_private.media_of is 'The file that a message brings.';
comment on function chat_private.envelope_options is 'The options part of an envelope: reply_to, mentions, forwarded.';
comment on function chat_private.names_in is 'Names of the people a system message is about.';
comment on function chat_private.system_text is 'The sentence of a system message.';
comment on function chat_private.system_texts is 'Every sentence the system says, in two languages.';
