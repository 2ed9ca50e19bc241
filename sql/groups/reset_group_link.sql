-- Makes a new link into a group; the old one leads nowhere.
--
-- Who    owner and admins
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, group_is_closed
create or replace function chat_private.reset_group_link(conversation_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(reset_group_link.conversation_id, v_caller, 2);
begin
  update chat.groups as g set join_code = chat_private.new_join_code() where g.id = v_group.id;
  return chat_private.get_group_link(v_group.id);
end;
$$;

create or replace function chat.reset_group_link(conversation_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.reset_group_link(reset_group_link.conversation_id);
end;
$$;

comment on function chat_private.reset_group_link is 'Does the work of chat.reset_group_link.';
comment on function chat.reset_group_link is 'Makes a new link into a group; the old one leads nowhere.';
grant execute on function chat.reset_group_link, chat_private.reset_group_link to authenticated;
