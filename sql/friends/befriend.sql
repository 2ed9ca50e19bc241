-- Two people become friends: both rows, no open request left, a system message in their conversation, both are
-- told once. Call it with the people locked.
create or replace function chat_private.befriend(user_id uuid, friend_id uuid, remark text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  delete from chat.friend_requests as r
  where (r.from_id, r.to_id) in ((befriend.user_id, befriend.friend_id), (befriend.friend_id, befriend.user_id));

  insert into chat.friendships (user_id, friend_id, remark)
  values (befriend.user_id, befriend.friend_id, befriend.remark),
         (befriend.friend_id, befriend.user_id, null);

  perform chat_private.tell(
    array[befriend.user_id, befriend.friend_id], 'friend_added', befriend.user_id, befriend.friend_id
  );
  perform chat_private.say_system(
    chat_private.direct_between(befriend.user_id, befriend.friend_id), 'friend_added'
  );
end;
$$;

comment on function chat_private.befriend is 'Makes two people friends, with the first one''s remark for the second.';

-- A remark as it is stored: trimmed, null when empty.
--
-- Fails  remark_invalid
create or replace function chat_private.checked_remark(remark text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_remark text := nullif(btrim(checked_remark.remark), '');
begin
  if length(v_remark) > 30 or chat_private.is_blank(v_remark) or not chat_private.is_clean(v_remark) then
    perform chat_private.fail('remark_invalid');
  end if;
  return v_remark;
end;
$$;

comment on function chat_private.checked_remark is 'A remark, refused when it is too long or hides something.';
