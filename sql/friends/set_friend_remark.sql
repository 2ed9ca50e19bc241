-- Changes what the caller calls a friend; empty removes it. The friend does not see it.
--
-- Who    users who are friends
-- Says   friend_remark_changed, to the caller's other devices
-- Fails  not_signed_in, account_disabled, guests_cannot, remark_invalid, friend_not_found
create or replace function chat_private.set_friend_remark(user_id uuid, remark text)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_remark text := chat_private.checked_remark(set_friend_remark.remark);
begin
  update chat.friendships as f
  set remark = v_remark
  where f.user_id = v_caller and f.friend_id = set_friend_remark.user_id;
  if not found then
    perform chat_private.fail('friend_not_found');
  end if;
  perform chat_private.push(
    'friend_remark_changed',
    array[chat_private.user_topic(v_caller)],
    jsonb_build_object('user_id', set_friend_remark.user_id, 'remark', v_remark)
  );
end;
$$;

create or replace function chat.set_friend_remark(user_id uuid, remark text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.set_friend_remark(set_friend_remark.user_id, set_friend_remark.remark);
end;
$$;

comment on function chat_private.set_friend_remark is 'Does the work of chat.set_friend_remark.';
comment on function chat.set_friend_remark is 'Changes what the caller calls a friend; an empty remark removes it.';
grant execute on function chat.set_friend_remark, chat_private.set_friend_remark to authenticated;
