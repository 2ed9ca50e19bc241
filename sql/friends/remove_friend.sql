-- Ends a friendship, for both, with all that is left of the requests.
--
-- Who    either of the two
-- Says   friend_removed, to both
-- Fails  not_signed_in, account_disabled, guests_cannot, friend_not_found
create or replace function chat_private.remove_friend(user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
begin
  perform chat_private.lock_relation(v_caller, remove_friend.user_id);
  if not chat_private.are_friends(v_caller, remove_friend.user_id) then
    perform chat_private.fail('friend_not_found');
  end if;
  perform chat_private.part(v_caller, remove_friend.user_id);
end;
$$;

-- Ends what there is between two people: friendship and requests. Call it with the people locked.
create or replace function chat_private.part(caller uuid, person uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  delete from chat.friend_requests as r
  where (r.from_id, r.to_id) in ((part.caller, part.person), (part.person, part.caller));

  -- The row of the other one goes with it: each refers to the other.
  delete from chat.friendships as f where f.user_id = part.caller and f.friend_id = part.person;
  if found then
    perform chat_private.tell(array[part.caller, part.person], 'friend_removed', part.caller, part.person);
  end if;
end;
$$;

create or replace function chat.remove_friend(user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.remove_friend(remove_friend.user_id);
end;
$$;

comment on function chat_private.remove_friend is 'Does the work of chat.remove_friend.';
comment on function chat_private.part is 'Ends friendship and requests between two people.';
comment on function chat.remove_friend is 'Ends a friendship for both sides. The conversation stays.';
grant execute on function chat.remove_friend, chat_private.remove_friend to authenticated;
