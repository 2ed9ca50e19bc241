-- Lets somebody in again; friendship does not come back by itself. Safe to repeat.
--
-- Who    whoever blocked
-- Says   person_unblocked, to the caller's devices
-- Fails  not_signed_in, account_disabled
create or replace function chat_private.unblock_user(user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
begin
  perform chat_private.lock_relation(v_caller, unblock_user.user_id);
  delete from chat.blocks as b where b.blocker_id = v_caller and b.blocked_id = unblock_user.user_id;
  if found then
    perform chat_private.push(
      'person_unblocked',
      array[chat_private.user_topic(v_caller)],
      jsonb_build_object('user_id', unblock_user.user_id)
    );
  end if;
end;
$$;

create or replace function chat.unblock_user(user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.unblock_user(unblock_user.user_id);
end;
$$;

comment on function chat_private.unblock_user is 'Does the work of chat.unblock_user.';
comment on function chat.unblock_user is 'Lets somebody in again who was blocked.';
grant execute on function chat.unblock_user, chat_private.unblock_user to authenticated;
