-- The groups whose requests the caller may answer.
create or replace function chat_private.my_managed_groups()
returns setof uuid
language sql
stable
security definer  -- reads chat.members without re-entering its policy
set search_path = ''
as $$
  select m.conversation_id
  from chat.members as m
  where m.user_id = chat_private.me() and m.left_at is null and m.role in ('owner', 'admin')
$$;

comment on function chat_private.my_managed_groups is 'Ids of the groups in which the caller is owner or admin.';
grant execute on function chat_private.my_managed_groups to authenticated;

drop policy if exists "members see their groups" on chat.groups;
create policy "members see their groups"
  on chat.groups
  for select
  to authenticated
  using (id = any (array(select chat_private.my_conversations())));

drop policy if exists "people see requests that concern them" on chat.group_requests;
create policy "people see requests that concern them"
  on chat.group_requests
  for select
  to authenticated
  using (
    user_id = (select chat_private.me())
    or inviter_id = (select chat_private.me())
    or conversation_id = any (array(select chat_private.my_managed_groups()))
  );
