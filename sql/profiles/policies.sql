-- The people a person may look at: a set, asked once per statement.
create or replace function chat_private.my_people()
returns setof uuid
language sql
stable
security definer  -- reads the relations without re-entering their policies
set search_path = ''
as $$
  select chat_private.me()
  union all
  select f.friend_id
  from chat.friendships as f
  where f.user_id = chat_private.me()
  union all
  select r.from_id
  from chat.friend_requests as r
  where r.to_id = chat_private.me() and r.status in ('pending', 'ignored')
  union all
  select case when c.low_id = m.user_id then c.high_id else c.low_id end
  from chat.members as m
  join chat.conversations as c on c.id = m.conversation_id and c.kind = 'direct'
  where m.user_id = chat_private.me()
$$;

comment on function chat_private.my_people is 'Ids of the caller, of friends, of people asking to be friends, and of people in direct conversations.';
grant execute on function chat_private.my_people to authenticated;

drop policy if exists "people see those they know" on chat.profiles;
create policy "people see those they know"
  on chat.profiles
  for select
  to authenticated
  using (id = any (array(select chat_private.my_people())));

drop policy if exists "people read their own notices" on chat.notices;
create policy "people read their own notices"
  on chat.notices
  for select
  to authenticated
  using (user_id = (select chat_private.me()));
