-- Answers a friend request: accept, refuse or ignore.
--
-- Who    whoever was asked, while the request is open
-- Says   friend_added or friend_request_refused, to both; friend_request_ignored, only to the one who ignores
-- Fails  not_signed_in, account_disabled, guests_cannot, answer_invalid, remark_invalid, friend_request_not_found
create or replace function chat_private.answer_friend_request(request_id uuid, answer text, remark text)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_remark text := chat_private.checked_remark(answer_friend_request.remark);
  v_request chat.friend_requests;
begin
  if answer_friend_request.answer is null
    or answer_friend_request.answer not in ('accept', 'refuse', 'ignore')
  then
    perform chat_private.fail('answer_invalid');
  end if;
  v_request := chat_private.locked_request(answer_friend_request.request_id, v_caller);
  if v_request.to_id is distinct from v_caller or v_request.status <> 'pending' then
    perform chat_private.fail('friend_request_not_found');
  end if;

  if answer_friend_request.answer = 'accept' then
    perform chat_private.befriend(v_caller, v_request.from_id, v_remark);
    return;
  end if;

  update chat.friend_requests as r
  set status = case answer_friend_request.answer when 'refuse' then 'refused' else 'ignored' end,
      answered_at = now(),
      ignored_at = case answer_friend_request.answer when 'ignore' then now() end
  where r.id = v_request.id
  returning r.* into v_request;
  perform chat_private.tell(
    case v_request.status when 'ignored' then array[v_caller] else array[v_caller, v_request.from_id] end,
    'friend_request_' || v_request.status, v_caller, v_request.from_id,
    jsonb_build_object('request_id', v_request.id)
  );
end;
$$;

create or replace function chat.answer_friend_request(request_id uuid, answer text, remark text default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.answer_friend_request(
    answer_friend_request.request_id, answer_friend_request.answer, answer_friend_request.remark
  );
end;
$$;

comment on function chat_private.answer_friend_request is 'Does the work of chat.answer_friend_request.';
comment on function chat.answer_friend_request is 'Answers a friend request with accept, refuse or ignore; a remark is what the caller calls the new friend.';
grant execute on function chat.answer_friend_request, chat_private.answer_friend_request to authenticated;
