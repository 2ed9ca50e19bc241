-- Answers an invitation, or takes back one's own request to join: accept or refuse.
--
-- Who    the invited person, guests too where they may join
-- Says   group_joined, and message_created in the group; or group_request_refused, to whoever invited
-- Fails  not_signed_in, account_disabled, guests_cannot, answer_invalid, group_request_not_found, profile_not_found,
--        group_is_full
create or replace function chat_private.answer_group_invitation(request_id uuid, answer text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_request chat.group_requests;
  v_group chat.groups;
begin
  perform chat_private.check_guest_right(v_caller, 'join_group');
  perform chat_private.check_group_answer(answer_group_invitation.answer);
  select r.* into v_request
  from chat.group_requests as r
  where r.id = answer_group_invitation.request_id and r.user_id = v_caller;
  v_group := chat_private.locked_group_of_request(v_request.id);

  if answer_group_invitation.answer = 'refuse' then
    delete from chat.group_requests as r where r.id = v_request.id;
    if v_request.inviter_id is not null then
      perform chat_private.tell_refused(v_request, v_request.inviter_id, v_caller);
    end if;
    return jsonb_build_object('status', 'refused', 'conversation_id', v_group.id);
  end if;

  update chat.group_requests as r set awaits_person = false
  where r.id = v_request.id and r.awaits_group
  returning * into v_request;
  if found then
    return jsonb_build_object('status', 'awaits_group', 'conversation_id', v_group.id);
  end if;
  perform chat_private.add_people(v_group, array[v_caller], v_caller);
  return jsonb_build_object('status', 'joined', 'conversation_id', v_group.id);
end;
$$;

-- The group of a request that is still open, locked.
--
-- Fails  group_request_not_found
create or replace function chat_private.locked_group_of_request(request_id uuid)
returns chat.groups
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_group chat.groups;
begin
  perform from chat.conversations as c
  join chat.group_requests as r on r.conversation_id = c.id
  where r.id = locked_group_of_request.request_id
  for no key update of c;
  select g.* into v_group
  from chat.groups as g
  join chat.group_requests as r on r.conversation_id = g.id
  where r.id = locked_group_of_request.request_id and g.dissolved_at is null;
  if not found then
    perform chat_private.fail('group_request_not_found');
  end if;
  return v_group;
end;
$$;

-- Fails  answer_invalid
create or replace function chat_private.check_group_answer(answer text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if answer is null or answer not in ('accept', 'refuse') then
    perform chat_private.fail('answer_invalid');
  end if;
end;
$$;

create or replace function chat_private.tell_refused(request chat.group_requests, person uuid, actor uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.tell(
    array[person], 'group_request_refused', actor, request.user_id,
    jsonb_build_object('conversation_id', request.conversation_id, 'request_id', request.id)
  );
end;
$$;

create or replace function chat.answer_group_invitation(request_id uuid, answer text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.answer_group_invitation(
    answer_group_invitation.request_id, answer_group_invitation.answer
  );
end;
$$;

comment on function chat_private.answer_group_invitation is 'Does the work of chat.answer_group_invitation.';
comment on function chat_private.locked_group_of_request is 'The group of an open request, locked.';
comment on function chat_private.check_group_answer is 'Refuses answers other than accept and refuse.';
comment on function chat_private.tell_refused is 'Tells somebody that a request was refused.';
comment on function chat.answer_group_invitation is 'Answers an invitation to a group: accept or refuse. Answers joined, refused, or awaits_group.';
grant execute on function chat.answer_group_invitation, chat_private.answer_group_invitation to authenticated;
