-- Takes somebody out of a group: from this moment on they hear and read nothing of it.
--
-- Who    owner and admins, those of lower rank
-- Says   group_removed, to the person; topic_moved and message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, member_not_found
create or replace function chat_private.remove_member(conversation_id uuid, user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(remove_member.conversation_id, v_caller, 2);
begin
  perform chat_private.check_outranks(v_group.id, v_caller, remove_member.user_id);
  perform chat_private.take_out(v_group, remove_member.user_id, v_caller);
end;
$$;

create or replace function chat.remove_member(conversation_id uuid, user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.remove_member(remove_member.conversation_id, remove_member.user_id);
end;
$$;

comment on function chat_private.remove_member is 'Does the work of chat.remove_member.';
comment on function chat.remove_member is 'Takes somebody of lower rank out of a group.';
grant execute on function chat.remove_member, chat_private.remove_member to authenticated;
