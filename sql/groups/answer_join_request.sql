-- Answers a request to join, or somebody's invitation, for the group: accept or refuse.
--
-- Who    owner and admins
-- Says   group_joined and message_created; group_invited, if the person has yet to agree; group_request_refused
-- Fails  not_signed_in, account_disabled, answer_invalid, group_request_not_found, profile_not_found,
--        group_is_full
create or replace function chat_private.answer_join_request(request_id uuid, answer text)
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
  perform chat_private.check_group_answer(answer_join_request.answer);
  -- Whoever does not manage the group is not told that there is such a request.
  select r.* into v_request
  from chat.group_requests as r
  where r.id = answer_join_request.request_id and v_caller = any (chat_private.managers(r.conversation_id));
  v_group := chat_private.locked_group_of_request(v_request.id);
  if v_caller <> all (chat_private.managers(v_group.id)) then
    perform chat_private.fail('group_request_not_found');
  end if;

  if answer_join_request.answer = 'refuse' then
    delete from chat.group_requests as r where r.id = v_request.id;
    perform chat_private.tell_refused(v_request, coalesce(v_request.inviter_id, v_request.user_id), v_caller);
    return jsonb_build_object('status', 'refused', 'conversation_id', v_group.id);
  end if;

  -- As it is now that nobody else can change it.
  select r.* into v_request from chat.group_requests as r where r.id = v_request.id;
  if not v_request.awaits_person then
    perform chat_private.add_people(v_group, array[v_request.user_id], v_caller);
    return jsonb_build_object('status', 'joined', 'conversation_id', v_group.id);
  end if;
  if v_request.awaits_group then  -- asked before, the person is not told again
    update chat.group_requests as r set awaits_group = false
    where r.id = v_request.id
    returning * into v_request;
    perform chat_private.tell_of_request(v_request, null);
  end if;
  return jsonb_build_object('status', 'awaits_person', 'conversation_id', v_group.id);
end;
$$;

create or replace function chat.answer_join_request(request_id uuid, answer text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.answer_join_request(answer_join_request.request_id, answer_join_request.answer);
end;
$$;

comment on function chat_private.answer_join_request is 'Does the work of chat.answer_join_request.';
comment on function chat.answer_join_request is 'Answers a request to join a group one manages: accept or refuse.';
grant execute on function chat.answer_join_request, chat_private.answer_join_request to authenticated;
