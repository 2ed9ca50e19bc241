-- Leaves a group. Its history is gone for the one who leaves.
--
-- Who    members, except the owner
-- Says   group_removed, to the caller; topic_moved and message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, owner_cannot_leave
create or replace function chat_private.leave_group(conversation_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.locked_group(leave_group.conversation_id, v_caller);
begin
  if chat_private.rank_of(v_group.id, v_caller) = 3 then
    perform chat_private.fail('owner_cannot_leave');
  end if;
  perform chat_private.take_out(v_group, v_caller, v_caller);
end;
$$;

create or replace function chat.leave_group(conversation_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.leave_group(leave_group.conversation_id);
end;
$$;

comment on function chat_private.leave_group is 'Does the work of chat.leave_group.';
comment on function chat.leave_group is 'Leaves a group.';
grant execute on function chat.leave_group, chat_private.leave_group to authenticated;
