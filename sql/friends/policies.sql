drop policy if exists "people read requests made to them" on chat.friend_requests;
create policy "people read requests made to them"
  on chat.friend_requests
  for select
  to authenticated
  using (to_id = (select chat_private.me()) and status <> 'withdrawn');

drop policy if exists "people read their own friendships" on chat.friendships;
create policy "people read their own friendships"
  on chat.friendships
  for select
  to authenticated
  using (user_id = (select chat_private.me()));

drop policy if exists "people read their own blocks" on chat.blocks;
create policy "people read their own blocks"
  on chat.blocks
  for select
  to authenticated
  using (blocker_id = (select chat_private.me()));

create or replace view chat.friends
with (security_invoker = true)
as
  select
    f.friend_id as id,
    f.remark,
    p.username,
    p.display_name as name,
    p.avatar_url as avatar,
    f.created_at
  from chat.friendships as f
  join chat.profiles as p on p.id = f.friend_id
  -- Said again for service_role, which policies do not bind: it is nobody and sees nobody's friends.
  where f.user_id = (select auth.uid());

comment on view chat.friends is 'The caller''s friends: id, remark, username, name, avatar and since when.';
grant select on chat.friends to authenticated;
