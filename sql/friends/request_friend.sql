-- Asks somebody to be friends. If they asked first, or ask for no approval, it is a friendship at once.
--
-- Who    users, not guests; nobody can ask a guest
-- Says   friend_requested or friend_added, to both
-- Fails  not_signed_in, account_disabled, guests_cannot, cannot_be_yourself, note_invalid, profile_not_found,
--        person_is_blocked, already_friends, friend_request_pending, friend_request_too_soon
create or replace function chat_private.request_friend(user_id uuid, note text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_note text := coalesce(btrim(request_friend.note), '');
  v_person chat.profiles;
  v_request_id uuid;
begin
  if request_friend.user_id = v_caller then
    perform chat_private.fail('cannot_be_yourself');
  end if;
  if length(v_note) > 50 or not chat_private.is_clean(v_note) then
    perform chat_private.fail('note_invalid');
  end if;

  perform chat_private.lock_relation(v_caller, request_friend.user_id);
  v_person := chat_private.reachable_profile(request_friend.user_id, v_caller);
  if v_person.is_guest then
    perform chat_private.fail('profile_not_found');
  end if;
  perform chat_private.check_may_ask(v_caller, v_person.id);

  if not v_person.requires_friend_approval or exists (
    select from chat.friend_requests as r
    where r.from_id = v_person.id and r.to_id = v_caller and r.status in ('pending', 'ignored')
  ) then
    perform chat_private.befriend(v_caller, v_person.id, null);
    return jsonb_build_object('status', 'accepted', 'request_id', null);
  end if;

  v_request_id := chat_private.put_request(v_caller, v_person.id, v_note);
  return jsonb_build_object('status', 'pending', 'request_id', v_request_id);
end;
$$;

-- Keeps the request and tells both. Whoever was ignored a short while ago, withdrew and asks again is told that
-- the request waits; the one who ignores is told nothing, and goes on ignoring.
create or replace function chat_private.put_request(from_id uuid, to_id uuid, note text)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_id uuid := chat_private.uuid_v7();
  v_ignored_at timestamptz;
begin
  delete from chat.friend_requests as r
  where r.from_id = put_request.from_id and r.to_id = put_request.to_id
  returning r.ignored_at into v_ignored_at;
  if v_ignored_at < now() - (select s.friend_request_cooldown from chat_private.settings as s) then
    v_ignored_at := null;
  end if;

  insert into chat.friend_requests (id, from_id, to_id, note, status, answered_at, ignored_at)
  values (
    v_id, put_request.from_id, put_request.to_id, put_request.note,
    case when v_ignored_at is null then 'pending' else 'ignored' end, v_ignored_at, v_ignored_at
  );
  perform chat_private.tell(
    case when v_ignored_at is null
      then array[put_request.from_id, put_request.to_id]
      else array[put_request.from_id]
    end,
    'friend_requested', put_request.from_id, put_request.to_id,
    jsonb_build_object('request_id', v_id, 'note', put_request.note)
  );
  return v_id;
end;
$$;

-- Fails  person_is_blocked, already_friends, friend_request_pending, friend_request_too_soon
create or replace function chat_private.check_may_ask(caller uuid, person uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_settings chat_private.settings;
  v_last chat.friend_requests;
  v_wait interval;
begin
  select s.* into strict v_settings from chat_private.settings as s;
  select r.* into v_last
  from chat.friend_requests as r
  where r.from_id = check_may_ask.caller and r.to_id = check_may_ask.person;

  v_wait := v_last.answered_at - now() + case v_last.status
    when 'withdrawn' then v_settings.withdrawn_request_cooldown
    else v_settings.friend_request_cooldown
  end;
  case
    when exists (
      select from chat.blocks as b where b.blocker_id = check_may_ask.caller and b.blocked_id = check_may_ask.person
    ) then
      perform chat_private.fail('person_is_blocked');
    when chat_private.are_friends(check_may_ask.caller, check_may_ask.person) then
      perform chat_private.fail('already_friends');
    -- Whoever is ignored is not told: the request goes on looking as if it were waiting.
    when v_last.status = 'pending' or (v_last.status = 'ignored' and v_wait > '0') then
      perform chat_private.fail('friend_request_pending');
    when v_wait > '0' then
      perform chat_private.fail('friend_request_too_soon', v_wait);
    else
      null;
  end case;
end;
$$;

create or replace function chat.request_friend(user_id uuid, note text default '')
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.request_friend(request_friend.user_id, request_friend.note);
end;
$$;

comment on function chat_private.request_friend is 'Does the work of chat.request_friend.';
comment on function chat_private.put_request is 'Keeps a friend request and tells both people.';
comment on function chat_private.check_may_ask is 'Refuses a friend request that would be pointless, a nuisance, or too soon.';
comment on function chat.request_friend is 'Asks somebody to be friends. Answers status pending with the request_id, or accepted.';
grant execute on function chat.request_friend, chat_private.request_friend to authenticated;
