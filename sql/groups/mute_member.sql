-- Silences a member for some minutes, without a number until it is lifted; 0 lifts it.
--
-- Who    owner and admins, those of lower rank
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, minutes_invalid,
--        member_not_found
create or replace function chat_private.mute_member(conversation_id uuid, user_id uuid, minutes integer)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(mute_member.conversation_id, v_caller, 2);
begin
  if mute_member.minutes not between 0 and 525600 then  -- a year
    perform chat_private.fail('minutes_invalid');
  end if;
  perform chat_private.check_outranks(v_group.id, v_caller, mute_member.user_id);

  update chat.members as m
  set silenced_until = case
        when mute_member.minutes is null then 'infinity'
        when mute_member.minutes > 0 then now() + make_interval(mins => mute_member.minutes)
      end,
      state = m.state + 1
  where m.conversation_id = v_group.id and m.user_id = mute_member.user_id;
  perform chat_private.say_system(
    v_group.id,
    case when mute_member.minutes = 0 then 'group_member_unmuted' else 'group_member_muted' end,
    v_caller, array[mute_member.user_id]
  );
end;
$$;

create or replace function chat.mute_member(conversation_id uuid, user_id uuid, minutes integer default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.mute_member(mute_member.conversation_id, mute_member.user_id, mute_member.minutes);
end;
$$;

comment on function chat_private.mute_member is 'Does the work of chat.mute_member.';
comment on function chat.mute_member is 'Silences a member for some minutes; null until lifted, 0 lifts it.';
grant execute on function chat.mute_member, chat_private.mute_member to authenticated;
