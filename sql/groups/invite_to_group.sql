-- Invites people. Friends who ask for no confirmation are in at once; all others find an invitation. What a plain
-- member of a guarded group wishes waits for owner or admins first. All or nothing.
--
-- Who    members; in a closed group, owner and admins
-- Says   group_joined or group_invited, to the people; group_join_requested, to owner and admins;
--        message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, people_invalid,
--        profile_not_found, group_is_full
create or replace function chat_private.invite_to_group(conversation_id uuid, user_ids uuid[])
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.locked_group(invite_to_group.conversation_id, v_caller);
begin
  if v_group.join_mode = 'closed' and chat_private.rank_of(v_group.id, v_caller) < 2 then
    perform chat_private.fail('role_too_low');
  end if;
  return chat_private.invite_people(v_group, invite_to_group.user_ids, v_caller);
end;
$$;

-- Fails  people_invalid, profile_not_found, group_is_full
create or replace function chat_private.invite_people(place chat.groups, user_ids uuid[], inviter uuid)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_awaits_group boolean := place.join_mode = 'approval' and chat_private.rank_of(place.id, inviter) < 2;
  v_managers uuid[] := chat_private.managers(place.id);
  v_person uuid;
  v_status text;
  v_ready uuid[] := '{}';
  v_results jsonb := '[]';
begin
  if coalesce(cardinality(user_ids), 0) not between 1 and 100
    or inviter = any (user_ids)
    or (select count(distinct i.id) from unnest(user_ids) as i (id)) <> cardinality(user_ids)
  then
    perform chat_private.fail('people_invalid');
  end if;
  perform chat_private.lock_people(user_ids || v_managers);

  foreach v_person in array user_ids loop
    v_status := chat_private.invite_person(place, v_person, inviter, v_awaits_group, v_managers);
    if v_status = 'joined' then
      v_ready := v_ready || v_person;
    end if;
    v_results := v_results || jsonb_build_object('user_id', v_person, 'status', v_status);
  end loop;
  perform chat_private.add_people(place, v_ready, inviter);
  return v_results;
end;
$$;

-- One invitation: `joined` means that nothing is waited for, and the person can be let in.
--
-- Fails  profile_not_found
create or replace function chat_private.invite_person(
  place chat.groups, person uuid, inviter uuid, awaits_group boolean, managers uuid[]
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_profile chat.profiles := chat_private.reachable_profile(person, inviter);
  v_request chat.group_requests;
  v_status text;
begin
  if exists (
    select from chat.members as m where m.conversation_id = place.id and m.user_id = person and m.left_at is null
  ) then
    return 'already_in';
  end if;

  select r.* into v_request
  from chat.group_requests as r
  where r.conversation_id = place.id and r.user_id = person;
  -- Who has agreed already goes on agreeing.
  v_request.awaits_person := coalesce(v_request.awaits_person, true)
    and (v_profile.requires_group_approval or not chat_private.are_friends(inviter, person));
  v_request.awaits_group := coalesce(v_request.awaits_group, true) and awaits_group;
  if not v_request.awaits_person and not v_request.awaits_group then
    return 'joined';
  end if;
  v_status := case when v_request.awaits_group then 'awaits_group' else 'awaits_person' end;

  insert into chat.group_requests as r (id, conversation_id, user_id, inviter_id, awaits_person, awaits_group)
  values (
    chat_private.uuid_v7(), place.id, person, inviter, v_request.awaits_person, v_request.awaits_group
  )
  on conflict on constraint group_requests_are_one_per_person do update
  set awaits_person = excluded.awaits_person, awaits_group = excluded.awaits_group
  where (r.awaits_person, r.awaits_group) <> (excluded.awaits_person, excluded.awaits_group)
  returning * into v_request;
  if found then  -- asked again, nobody is told again
    perform chat_private.tell_of_request(v_request, managers);
  end if;
  return v_status;
end;
$$;

-- First the group agrees, then the person is asked.
create or replace function chat_private.tell_of_request(request chat.group_requests, managers uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_data jsonb := jsonb_build_object(
    'conversation_id', request.conversation_id, 'request_id', request.id, 'note', request.note
  );
begin
  if request.awaits_group then
    perform chat_private.tell(
      managers, 'group_join_requested', coalesce(request.inviter_id, request.user_id), request.user_id, v_data
    );
  else
    perform chat_private.tell(array[request.user_id], 'group_invited', request.inviter_id, request.user_id, v_data);
  end if;
end;
$$;

create or replace function chat_private.managers(conversation_id uuid)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select m.user_id
    from chat.members as m
    where m.conversation_id = managers.conversation_id and m.left_at is null and m.role in ('owner', 'admin')
    order by m.user_id
  );
end;
$$;

create or replace function chat.invite_to_group(conversation_id uuid, user_ids uuid[])
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.invite_to_group(invite_to_group.conversation_id, invite_to_group.user_ids);
end;
$$;

comment on function chat_private.invite_to_group is 'Does the work of chat.invite_to_group.';
comment on function chat_private.invite_people is 'Invites people to a group that is locked.';
comment on function chat_private.invite_person is 'Invites one person; answers joined, already_in, awaits_person or awaits_group.';
comment on function chat_private.tell_of_request is 'Tells whoever has to agree to a request.';
comment on function chat_private.managers is 'Owner and admins of a group.';
comment on function chat.invite_to_group is 'Invites people to a group. Answers for each joined, already_in, awaits_person or awaits_group.';
grant execute on function chat.invite_to_group, chat_private.invite_to_group to authenticated;
