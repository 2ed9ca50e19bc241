-- Ends a group: it can be read from now on, and nothing else.
--
-- Who    the owner
-- Says   message_created and topic_moved, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low
create or replace function chat_private.dissolve_group(conversation_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(dissolve_group.conversation_id, v_caller, 3);
begin
  perform chat_private.say_system(v_group.id, 'group_dissolved', v_caller);
  delete from chat.group_requests as r where r.conversation_id = v_group.id;
  update chat.groups as g set dissolved_at = now() where g.id = v_group.id;
  perform chat_private.raise_epoch(v_group.id);  -- what waits to be said in this moment is not said any more
end;
$$;

create or replace function chat.dissolve_group(conversation_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.dissolve_group(dissolve_group.conversation_id);
end;
$$;

comment on function chat_private.dissolve_group is 'Does the work of chat.dissolve_group.';
comment on function chat.dissolve_group is 'Ends a group for everybody; it can still be read.';
grant execute on function chat.dissolve_group, chat_private.dissolve_group to authenticated;
