-- Takes back an open friend request.
--
-- Who    whoever made it
-- Says   friend_request_withdrawn, to both
-- Fails  not_signed_in, account_disabled, guests_cannot, friend_request_not_found
create or replace function chat_private.withdraw_friend_request(request_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_request chat.friend_requests;
begin
  v_request := chat_private.locked_request(withdraw_friend_request.request_id, v_caller);
  -- An ignored request still looks open to the one who made it.
  if v_request.from_id is distinct from v_caller or v_request.status not in ('pending', 'ignored') then
    perform chat_private.fail('friend_request_not_found');
  end if;

  update chat.friend_requests as r set status = 'withdrawn', answered_at = now() where r.id = v_request.id;
  perform chat_private.tell(
    case v_request.status
      when 'ignored' then array[v_request.from_id]
      else array[v_request.from_id, v_request.to_id]
    end,
    'friend_request_withdrawn', v_request.from_id, v_request.to_id,
    jsonb_build_object('request_id', v_request.id)
  );
end;
$$;

-- The request as it is once nobody else can change it; nulls when it is not the caller's affair.
--
-- Fails  not_signed_in, account_disabled
create or replace function chat_private.locked_request(request_id uuid, caller uuid)
returns chat.friend_requests
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_request chat.friend_requests;
begin
  select r.* into v_request
  from chat.friend_requests as r
  where r.id = locked_request.request_id and locked_request.caller in (r.from_id, r.to_id);
  if found then
    perform chat_private.lock_people(array[v_request.from_id, v_request.to_id]);
    perform chat_private.caller();  -- the account may have gone while we waited
    select r.* into v_request from chat.friend_requests as r where r.id = locked_request.request_id;
  end if;
  return v_request;
end;
$$;

create or replace function chat.withdraw_friend_request(request_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.withdraw_friend_request(withdraw_friend_request.request_id);
end;
$$;

comment on function chat_private.withdraw_friend_request is 'Does the work of chat.withdraw_friend_request.';
comment on function chat_private.locked_request is 'A friend request of the caller''s, with both people locked.';
comment on function chat.withdraw_friend_request is 'Takes back a friend request that has not been answered.';
grant execute on function chat.withdraw_friend_request, chat_private.withdraw_friend_request to authenticated;
