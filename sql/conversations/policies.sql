-- The conversations the caller is in: a set, asked once per statement, never per row.
create or replace function chat_private.my_conversations()
returns setof uuid
language sql
stable
security definer  -- reads chat.members without re-entering its policy
set search_path = ''
as $$
  select m.conversation_id
  from chat.members as m
  where m.user_id = chat_private.me() and m.left_at is null
$$;

-- Those whose whole history the caller may see. Where it begins later, only verbs read: a policy that compares
-- each row with a mark of its own costs a stranger's question half a second on a big conversation.
create or replace function chat_private.my_open_histories()
returns setof uuid
language sql
stable
security definer  -- reads chat.members without re-entering its policy
set search_path = ''
as $$
  select m.conversation_id
  from chat.members as m
  where m.user_id = chat_private.me() and m.left_at is null and m.history_from_seq = 0
$$;

comment on function chat_private.my_conversations is 'Ids of the conversations the caller is in.';
comment on function chat_private.my_open_histories is 'Ids of the conversations whose whole history the caller may see.';
grant execute on function chat_private.my_conversations, chat_private.my_open_histories to authenticated;

drop policy if exists "members see their conversations" on chat.conversations;
create policy "members see their conversations"
  on chat.conversations
  for select
  to authenticated
  using (id = any (array(select chat_private.my_conversations())));

drop policy if exists "people see what their conversations are to them" on chat.members;
create policy "people see what their conversations are to them"
  on chat.members
  for select
  to authenticated
  using (user_id = (select chat_private.me()) and left_at is null);
