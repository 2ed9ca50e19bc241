-- Tells both people what happened between them: kept as a notice, and pushed, in one transaction with the change.
-- Whoever tells several times in one transaction locks all these people first.
create or replace function chat_private.tell(
  people uuid[], type text, actor_id uuid, subject_id uuid, data jsonb default '{}'
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_notice chat.notices;
begin
  perform chat_private.lock_people(tell.people);
  for v_notice in
    with counted as (
      update chat_private.inboxes as i
      set last_notice_seq = i.last_notice_seq + 1
      where i.user_id = any (tell.people)
      returning i.user_id, i.last_notice_seq
    )
    insert into chat.notices (user_id, seq, type, actor_id, subject_id, data)
    select c.user_id, c.last_notice_seq, tell.type, tell.actor_id, tell.subject_id, tell.data
    from counted as c
    returning *
  loop
    perform chat_private.push(
      tell.type,
      array[chat_private.user_topic(v_notice.user_id)],
      chat_private.notice_envelope(v_notice)
    );
  end loop;
end;
$$;

comment on function chat_private.tell is 'Adds one notice for each of these people and pushes it.';

-- What a notice reads like for the one who did it, and for the other one.
create or replace function chat_private.notice_text(
  type text, is_mine boolean, actor text, subject text, group_name text
)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select format(t.text, actor, subject, group_name)
    from (values
      ('en',    'friend_requested',         false, '%1$s would like to be your friend'),
      ('en',    'friend_requested',         true,  'You asked %2$s to be your friend'),
      ('en',    'friend_request_withdrawn', false, '%1$s withdrew the friend request'),
      ('en',    'friend_request_withdrawn', true,  'You withdrew your friend request to %2$s'),
      ('en',    'friend_request_refused',   false, '%1$s declined your friend request'),
      ('en',    'friend_request_refused',   true,  'You declined the friend request of %2$s'),
      ('en',    'friend_request_ignored',   true,  'You ignored the friend request of %2$s'),
      ('en',    'friend_added',             false, 'You and %1$s are friends now'),
      ('en',    'friend_added',             true,  'You and %2$s are friends now'),
      ('en',    'friend_removed',           false, 'You and %1$s are no longer friends'),
      ('en',    'friend_removed',           true,  'You and %2$s are no longer friends'),
      ('en',    'group_invited',            false, '%1$s invites you to the group %3$s'),
      ('en',    'group_join_requested',     false, '%2$s would like to join %3$s'),
      ('en',    'group_join_requested',     true,  'You asked to join %3$s'),
      ('en',    'group_request_refused',    false, 'It was declined that %2$s joins %3$s'),
      ('en',    'group_joined',             false, 'You are in the group %3$s now'),
      ('en',    'group_joined',             true,  'You are in the group %3$s now'),
      ('en',    'group_removed',            false, 'You were removed from %3$s'),
      ('en',    'group_removed',            true,  'You left %3$s'),
      ('zh-CN', 'group_invited',            false, '[%1$s]邀请您加入群聊[%3$s]'),
      ('zh-CN', 'group_join_requested',     false, '[%2$s]申请加入群聊[%3$s]'),
      ('zh-CN', 'group_join_requested',     true,  '您申请加入群聊[%3$s]'),
      ('zh-CN', 'group_request_refused',    false, '[%2$s]加入群聊[%3$s]的申请或邀请被拒绝'),
      ('zh-CN', 'group_joined',             false, '您已加入群聊[%3$s]'),
      ('zh-CN', 'group_joined',             true,  '您已加入群聊[%3$s]'),
      ('zh-CN', 'group_removed',            false, '您已被移出群聊[%3$s]'),
      ('zh-CN', 'group_removed',            true,  '您已退出群聊[%3$s]'),
      ('zh-CN', 'friend_requested',         false, '用户[%1$s]申请添加您为好友，请尽快处理'),
      ('zh-CN', 'friend_requested',         true,  '您申请添加[%2$s]为好友'),
      ('zh-CN', 'friend_request_withdrawn', false, '[%1$s]撤回了好友申请'),
      ('zh-CN', 'friend_request_withdrawn', true,  '您撤回了对[%2$s]的好友申请'),
      ('zh-CN', 'friend_request_refused',   false, '[%1$s]拒绝了您的好友申请'),
      ('zh-CN', 'friend_request_refused',   true,  '您拒绝了[%2$s]的好友申请'),
      ('zh-CN', 'friend_request_ignored',   true,  '您忽略了[%2$s]的好友申请'),
      ('zh-CN', 'friend_added',             false, '您和[%1$s]已经是好友了'),
      ('zh-CN', 'friend_added',             true,  '您和[%2$s]已经是好友了'),
      ('zh-CN', 'friend_removed',           false, '您和[%1$s]已不再是好友'),
      ('zh-CN', 'friend_removed',           true,  '您和[%2$s]已不再是好友')
    ) as t (language, type, is_mine, text)
    join chat_private.settings as s on s.notice_language = t.language
    where t.type = notice_text.type and t.is_mine = notice_text.is_mine
  );
end;
$$;

comment on function chat_private.notice_text is 'The sentence of a notice, in the language of the settings.';

-- Who a friend request comes from, in the language of the settings.
create or replace function chat_private.desk_name()
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select case s.notice_language when 'zh-CN' then '好友申请提醒' else 'Friend request' end
    from chat_private.settings as s
  );
end;
$$;

comment on function chat_private.desk_name is 'Name of the sender of friend requests.';

-- The envelope of a notice, with the names as they are now.
create or replace function chat_private.notice_envelope(notice chat.notices)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_is_mine boolean := notice.actor_id = notice.user_id;
  v_actor chat.profiles;
  v_subject chat.profiles;
  v_group chat.groups;
  v_is_request boolean := notice.type = 'friend_requested' and not v_is_mine;
begin
  select p.* into v_actor from chat.profiles as p where p.id = notice.actor_id;
  select p.* into v_subject from chat.profiles as p where p.id = notice.subject_id;
  select g.* into v_group from chat.groups as g where g.id = (notice.data ->> 'conversation_id')::uuid;
  return jsonb_build_object(
    'id', notice.id,
    'seq', notice.seq,
    'version', 0,
    'conversation_id', null,
    -- As in the course: a request comes from the desk that handles it, not from a chat partner.
    'from_id', case when v_is_request then 'redirect-applyFriend-' || v_actor.id else v_actor.id::text end,
    'from_name', case when v_is_request then chat_private.desk_name() else v_actor.display_name end,
    'from_avatar', v_actor.avatar_url,
    'to_id', v_subject.id,
    'to_name', v_subject.display_name,
    'to_avatar', v_subject.avatar_url,
    'chatType', case when v_group.id is null then 'single' else 'group' end,
    'type', case when v_is_request then 'text' else 'systemNotice' end,
    'actionType', notice.type,
    'data', jsonb_build_object(
      'data', chat_private.notice_text(
        notice.type, v_is_mine, v_actor.display_name, v_subject.display_name, v_group.name
      ),
      'dataType', false,
      'otherData', notice.data
    ),
    'redirect', case when v_is_request then jsonb_build_object(
      'url', (select s.friend_request_redirect_url from chat_private.settings as s),
      'type', 'navigateTo'
    ) end,
    'options', jsonb_build_object('actor_id', v_actor.id, 'subject_id', v_subject.id),
    'create_time', chat_private.milliseconds(notice.created_at),
    'isremove', 0,
    'group', case when v_group.id is not null then jsonb_build_object(
      'id', v_group.id, 'name', v_group.name, 'avatar', v_group.avatar_url
    ) end
  );
end;
$$;

comment on function chat_private.notice_envelope is 'A notice in the shape that everything pushed has (docs/envelope.md).';
