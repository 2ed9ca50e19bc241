-- Gives the group to another member; the old owner stays as an admin.
--
-- Who    the owner; not to guests
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, cannot_be_yourself,
--        member_not_found, profile_not_found, guests_cannot, groups_owned_limit
create or replace function chat_private.transfer_group(conversation_id uuid, user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(transfer_group.conversation_id, v_caller, 3);
begin
  if transfer_group.user_id = v_caller then
    perform chat_private.fail('cannot_be_yourself');
  end if;
  perform chat_private.check_is_member(v_group.id, transfer_group.user_id);
  perform chat_private.reachable_profile(transfer_group.user_id, v_caller);
  if (select p.is_guest from chat.profiles as p where p.id = transfer_group.user_id) then
    perform chat_private.fail('guests_cannot');
  end if;
  perform chat_private.check_may_own(transfer_group.user_id);

  update chat.members as m set role = 'admin', state = m.state + 1
  where m.conversation_id = v_group.id and m.user_id = v_caller;
  update chat.members as m set role = 'owner', state = m.state + 1, silenced_until = null
  where m.conversation_id = v_group.id and m.user_id = transfer_group.user_id;
  perform chat_private.say_system(v_group.id, 'group_transferred', v_caller, array[transfer_group.user_id]);
end;
$$;

create or replace function chat.transfer_group(conversation_id uuid, user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.transfer_group(transfer_group.conversation_id, transfer_group.user_id);
end;
$$;

comment on function chat_private.transfer_group is 'Does the work of chat.transfer_group.';
comment on function chat.transfer_group is 'Gives a group to another member.';
grant execute on function chat.transfer_group, chat_private.transfer_group to authenticated;
