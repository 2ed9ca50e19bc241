-- Lets only owner and admins speak, or everybody again.
--
-- Who    owner and admins
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low
create or replace function chat_private.mute_group(conversation_id uuid, muted boolean)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(mute_group.conversation_id, v_caller, 2);
begin
  update chat.groups as g
  set muted_at = case when mute_group.muted then now() end
  where g.id = v_group.id and (g.muted_at is not null) is distinct from coalesce(mute_group.muted, false);
  if found then
    perform chat_private.say_system(
      v_group.id, case when mute_group.muted then 'group_muted' else 'group_unmuted' end, v_caller
    );
  end if;
end;
$$;

create or replace function chat.mute_group(conversation_id uuid, muted boolean default true)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.mute_group(mute_group.conversation_id, mute_group.muted);
end;
$$;

comment on function chat_private.mute_group is 'Does the work of chat.mute_group.';
comment on function chat.mute_group is 'Lets only owner and admins speak, or everybody again.';
grant execute on function chat.mute_group, chat_private.mute_group to authenticated;
