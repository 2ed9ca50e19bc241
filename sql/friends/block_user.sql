-- Shuts somebody out: friendship and requests end, and nothing of theirs arrives any more. Safe to repeat.
--
-- Who    everyone signed in, guests too: whoever can be written to can say stop
-- Says   friend_removed, to both, if they were friends; person_blocked, to the caller's devices
-- Fails  not_signed_in, account_disabled, cannot_be_yourself, profile_not_found
create or replace function chat_private.block_user(user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
begin
  if block_user.user_id = v_caller then
    perform chat_private.fail('cannot_be_yourself');
  end if;
  perform chat_private.lock_relation(v_caller, block_user.user_id);
  -- Not reachable_profile(): whoever is blocked may block in turn, and learns nothing by it.
  if not exists (select from chat.profiles as p where p.id = block_user.user_id and p.status <> 'deleted') then
    perform chat_private.fail('profile_not_found');
  end if;

  perform chat_private.part(v_caller, block_user.user_id);
  insert into chat.blocks (blocker_id, blocked_id)
  values (v_caller, block_user.user_id)
  on conflict do nothing;
  -- Nobody joins the two's topic for typing and presence any more. A channel that is open stays so until its client
  -- leaves it: the server cannot close what clients say to each other.
  update chat.conversations as c
  set epoch = c.epoch + 1
  where c.low_id = least(v_caller, block_user.user_id) and c.high_id = greatest(v_caller, block_user.user_id);
  perform chat_private.push(
    'person_blocked',
    array[chat_private.user_topic(v_caller)],
    jsonb_build_object('user_id', block_user.user_id)
  );
end;
$$;

create or replace function chat.block_user(user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.block_user(block_user.user_id);
end;
$$;

comment on function chat_private.block_user is 'Does the work of chat.block_user.';
comment on function chat.block_user is 'Shuts somebody out: they cannot find, ask or write to the caller. They are not told.';
grant execute on function chat.block_user, chat_private.block_user to authenticated;
