-- The people in a group: owner, admins, then the others in the order they came. Page on with the last id.
--
-- Who    members
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, page_size_invalid
create or replace function chat_private.list_members(conversation_id uuid, after_user_id uuid, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- people do not see each other's rows in chat.members
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_size integer := chat_private.checked_page_size(list_members.page_size, 500);
  v_after record;
begin
  perform chat_private.membership(list_members.conversation_id, v_caller);
  select chat_private.rank_of(m.conversation_id, m.user_id) as rank, m.joined_at, m.user_id into v_after
  from chat.members as m
  where m.conversation_id = list_members.conversation_id and m.user_id = list_members.after_user_id;
  return (
    select coalesce(
      jsonb_agg(chat_private.member_item(page.member) order by page.rank desc, page.joined_at, page.user_id), '[]'
    )
    from (
      select m as member, r.rank, m.joined_at, m.user_id
      from chat.members as m
      cross join lateral (select case m.role when 'owner' then 3 when 'admin' then 2 else 1 end as rank) as r
      where m.conversation_id = list_members.conversation_id
        and m.left_at is null
        and (v_after.user_id is null
          or (-r.rank, m.joined_at, m.user_id) > (-v_after.rank, v_after.joined_at, v_after.user_id))
      order by r.rank desc, m.joined_at, m.user_id
      limit v_size
    ) as page
  );
end;
$$;

-- A member as the others see them: the face in the group over the own one.
create or replace function chat_private.member_item(member chat.members)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select chat_private.face(p) || jsonb_build_object(
      'name', coalesce(member.nickname, p.display_name),
      'avatar', coalesce(member.avatar_url, p.avatar_url),
      'role', member.role,
      'silenced_until', case when member.silenced_until > now() then
        coalesce(chat_private.milliseconds(nullif(member.silenced_until, 'infinity')), 8640000000000000)
      end,
      'joined_at', chat_private.milliseconds(member.joined_at)
    )
    from chat.profiles as p
    where p.id = member.user_id
  );
end;
$$;

create or replace function chat.list_members(
  conversation_id uuid,
  after_user_id uuid default null,
  page_size integer default 100
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_members(list_members.conversation_id, list_members.after_user_id, list_members.page_size);
end;
$$;

comment on function chat_private.list_members is 'Does the work of chat.list_members.';
comment on function chat_private.member_item is 'A member of a group as the others see them.';
comment on function chat.list_members is 'The people in a group with role and face; at most 500, page on with the last id.';
grant execute on function chat.list_members, chat_private.list_members to authenticated;
