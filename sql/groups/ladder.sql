-- Who stands where in a group: 3 owner, 2 admin, 1 everybody else.
create or replace function chat_private.rank_of(conversation_id uuid, user_id uuid)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((
    select case m.role when 'owner' then 3 when 'admin' then 2 else 1 end
    from chat.members as m
    where m.conversation_id = rank_of.conversation_id and m.user_id = rank_of.user_id and m.left_at is null
  ), 1);
end;
$$;

-- A group with everything in it held still, for one of its members. All changes of a group start here.
--
-- Fails  conversation_not_found, group_dissolved
create or replace function chat_private.locked_group(conversation_id uuid, caller uuid)
returns chat.groups
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_group chat.groups;
begin
  perform chat_private.membership(locked_group.conversation_id, caller);  -- strangers lock nothing
  perform from chat.conversations as c where c.id = locked_group.conversation_id for no key update;
  perform chat_private.membership(locked_group.conversation_id, caller);
  select g.* into v_group from chat.groups as g where g.id = locked_group.conversation_id;
  case
    when not found then
      perform chat_private.fail('conversation_not_found');  -- a direct one
    when v_group.dissolved_at is not null then
      perform chat_private.fail('group_dissolved');
    else
      return v_group;
  end case;
end;
$$;

-- The same, for somebody of at least this rank.
--
-- Fails  conversation_not_found, group_dissolved, role_too_low
create or replace function chat_private.ruled_group(conversation_id uuid, caller uuid, least_rank integer)
returns chat.groups
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_group chat.groups := chat_private.locked_group(ruled_group.conversation_id, caller);
begin
  if chat_private.rank_of(v_group.id, caller) < least_rank then
    perform chat_private.fail('role_too_low');
  end if;
  return v_group;
end;
$$;

-- Somebody in the group whom the caller may rule: in it, and of lower rank.
--
-- Fails  member_not_found, role_too_low
create or replace function chat_private.check_outranks(conversation_id uuid, caller uuid, user_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  perform chat_private.check_is_member(check_outranks.conversation_id, check_outranks.user_id);
  if chat_private.rank_of(check_outranks.conversation_id, check_outranks.caller)
    <= chat_private.rank_of(check_outranks.conversation_id, check_outranks.user_id)
  then
    perform chat_private.fail('role_too_low');
  end if;
end;
$$;

-- Fails  member_not_found
create or replace function chat_private.check_is_member(conversation_id uuid, user_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not exists (
    select from chat.members as m
    where m.conversation_id = check_is_member.conversation_id
      and m.user_id = check_is_member.user_id
      and m.left_at is null
  ) then
    perform chat_private.fail('member_not_found');
  end if;
end;
$$;

comment on function chat_private.rank_of is 'Rank of a person in a group: 3 owner, 2 admin, 1 everybody else.';
comment on function chat_private.locked_group is 'A group, locked, for one of its members.';
comment on function chat_private.ruled_group is 'A group, locked, for a member of at least this rank.';
comment on function chat_private.check_outranks is 'Refuses acting on somebody of the same or a higher rank.';
comment on function chat_private.check_is_member is 'Refuses people who are not in the group.';
