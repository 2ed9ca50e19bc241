-- Every change between people starts by locking their inboxes, in the order of ids: changes to the same relation
-- happen one after the other, and never wait for each other in a circle. So does the end of an account.
create or replace function chat_private.lock_people(people uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform from chat_private.inboxes as i
  where i.user_id = any (lock_people.people)
  order by i.user_id
  for update;
end;
$$;

-- The same for a caller and somebody else, and the caller once more: the account may have gone while we waited.
--
-- Fails  not_signed_in, account_disabled
create or replace function chat_private.lock_relation(caller uuid, person uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.lock_people(array[lock_relation.caller, person]);
  perform chat_private.caller();
end;
$$;

comment on function chat_private.lock_relation is 'Makes changes between the caller and this person wait for each other.';
comment on function chat_private.lock_people is 'Makes changes between these people wait for each other.';

create or replace function chat_private.are_friends(one uuid, other uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from chat.friendships as f
    where f.user_id = are_friends.one and f.friend_id = are_friends.other
  );
end;
$$;

comment on function chat_private.are_friends is 'Whether two people are friends.';

-- The last line, should a verb ever forget: no friendship while one of the two blocks the other.
create or replace function chat_private.on_friendship_checks_blocks()
returns trigger
language plpgsql
security definer  -- sees all blocks
set search_path = ''
as $$
begin
  if exists (
    select from chat.blocks as b
    where (b.blocker_id, b.blocked_id) in ((new.user_id, new.friend_id), (new.friend_id, new.user_id))
  ) then
    raise exception 'friendships_are_not_blocked' using errcode = 'check_violation';
  end if;
  return new;
end;
$$;

create or replace function chat_private.on_block_checks_friendships()
returns trigger
language plpgsql
security definer  -- sees all friendships
set search_path = ''
as $$
begin
  perform chat_private.lock_people(array[new.blocker_id, new.blocked_id]);
  if chat_private.are_friends(new.blocker_id, new.blocked_id) then
    raise exception 'blocks_end_friendships' using errcode = 'check_violation';
  end if;
  return new;
end;
$$;

comment on function chat_private.on_friendship_checks_blocks is 'Refuses a friendship with somebody who blocks or is blocked.';
comment on function chat_private.on_block_checks_friendships is 'Refuses a block that leaves a friendship standing.';

create or replace trigger friendships_insert_checks_blocks
  before insert on chat.friendships
  for each row
  execute function chat_private.on_friendship_checks_blocks();

create or replace trigger blocks_insert_checks_friendships
  before insert on chat.blocks
  for each row
  execute function chat_private.on_block_checks_friendships();
