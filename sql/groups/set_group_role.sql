-- Makes a member an admin, or an admin a member.
--
-- Who    the owner
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, role_invalid, member_not_found
create or replace function chat_private.set_group_role(conversation_id uuid, user_id uuid, role text)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(set_group_role.conversation_id, v_caller, 3);
begin
  if set_group_role.role is null or set_group_role.role not in ('admin', 'member') then
    perform chat_private.fail('role_invalid');
  end if;
  perform chat_private.check_outranks(v_group.id, v_caller, set_group_role.user_id);

  update chat.members as m
  set role = set_group_role.role, state = m.state + 1
  where m.conversation_id = v_group.id and m.user_id = set_group_role.user_id and m.role <> set_group_role.role;
  if found then
    perform chat_private.say_system(v_group.id, 'group_role_changed', v_caller, array[set_group_role.user_id]);
  end if;
end;
$$;

create or replace function chat.set_group_role(conversation_id uuid, user_id uuid, role text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.set_group_role(set_group_role.conversation_id, set_group_role.user_id, set_group_role.role);
end;
$$;

comment on function chat_private.set_group_role is 'Does the work of chat.set_group_role.';
comment on function chat.set_group_role is 'Makes somebody admin or member.';
grant execute on function chat.set_group_role, chat_private.set_group_role to authenticated;
