-- The conversation of two people, made if there is none. It stays out of the other one's list until something is said.
create or replace function chat_private.direct_between(one uuid, other uuid)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_id uuid;
begin
  select c.id into v_id
  from chat.conversations as c
  where c.low_id = least(one, other) and c.high_id = greatest(one, other);
  if found then
    return v_id;
  end if;

  insert into chat.conversations (kind, low_id, high_id)
  values ('direct', least(one, other), greatest(one, other))
  on conflict (low_id, high_id) do nothing
  returning id into v_id;
  if v_id is null then  -- somebody made it in this very moment
    return chat_private.direct_between(one, other);
  end if;

  insert into chat.members (conversation_id, user_id, hidden_seq)
  values (v_id, one, 0), (v_id, other, 0);
  return v_id;
end;
$$;

comment on function chat_private.direct_between is 'Id of the direct conversation of two people.';

-- Opens the direct conversation with somebody and puts it into the caller's list.
--
-- Who    everyone signed in, with people they can reach; friends only, where the settings say so
-- Says   conversation_changed, to the caller's devices, if it was hidden
-- Fails  not_signed_in, account_disabled, cannot_be_yourself, profile_not_found, person_is_blocked, friends_only
create or replace function chat_private.open_direct(user_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on conversations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_id uuid;
  v_member chat.members;
begin
  if open_direct.user_id = v_caller then
    perform chat_private.fail('cannot_be_yourself');
  end if;
  perform chat_private.person_to_write_to(open_direct.user_id, v_caller);
  v_id := chat_private.direct_between(v_caller, open_direct.user_id);

  update chat.members as m
  set hidden_seq = null, state = m.state + 1
  where m.conversation_id = v_id and m.user_id = v_caller and m.hidden_seq is not null
  returning m.* into v_member;
  if found then
    perform chat_private.say_conversation_changed(v_member);
  end if;
  return chat_private.conversation_items(v_caller, array[v_id]) -> 0;
end;
$$;

-- Somebody the caller may write to now.
--
-- Fails  profile_not_found, person_is_blocked, friends_only
create or replace function chat_private.person_to_write_to(user_id uuid, caller uuid)
returns chat.profiles
language plpgsql
stable
set search_path = ''
as $$
declare
  v_person chat.profiles := chat_private.reachable_profile(user_id, caller);
begin
  if exists (
    select from chat.blocks as b where b.blocker_id = person_to_write_to.caller and b.blocked_id = v_person.id
  ) then
    perform chat_private.fail('person_is_blocked');
  end if;
  if (select s.who_may_write = 'friends' from chat_private.settings as s)
    and not chat_private.are_friends(person_to_write_to.caller, v_person.id)
  then
    perform chat_private.fail('friends_only');
  end if;
  return v_person;
end;
$$;

create or replace function chat.open_direct(user_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.open_direct(open_direct.user_id);
end;
$$;

comment on function chat_private.open_direct is 'Does the work of chat.open_direct.';
comment on function chat_private.person_to_write_to is 'The profile of somebody the caller may write to; refuses who cannot be reached, is blocked, or is no friend where that matters.';
comment on function chat.open_direct is 'The direct conversation with somebody, as chat.list_conversations shows it; made if there is none.';
grant execute on function chat.open_direct, chat_private.open_direct to authenticated;
