-- Makes a group, owned by the caller, and invites people to it.
--
-- Who    users, not guests
-- Says   group_joined or group_invited, to the people; message_created, in the group
-- Fails  not_signed_in, account_disabled, guests_cannot, group_name_invalid, avatar_url_invalid, people_invalid,
--        profile_not_found, groups_owned_limit, group_is_full
create or replace function chat_private.create_group(name text, user_ids uuid[], avatar_url text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_group chat.groups;
begin
  -- All at once, in order: two people who invite each other at this moment must not wait in a circle.
  perform chat_private.lock_people(v_caller || (create_group.user_ids)[1:100]);
  perform chat_private.check_may_own(v_caller);
  v_group.name := chat_private.checked_group_name(create_group.name);
  v_group.avatar_url := chat_private.checked_avatar(create_group.avatar_url);

  insert into chat.conversations (kind) values ('group') returning id into v_group.id;
  insert into chat.groups (id, name, avatar_url, join_code, member_count)
  values (v_group.id, v_group.name, v_group.avatar_url, chat_private.new_join_code(), 1)
  returning * into v_group;
  insert into chat.members (conversation_id, user_id, role) values (v_group.id, v_caller, 'owner');
  perform chat_private.say_system(v_group.id, 'group_created', v_caller);

  if cardinality(create_group.user_ids) > 0 then
    perform chat_private.invite_people(v_group, create_group.user_ids, v_caller);
  end if;
  return chat_private.conversation_items(v_caller, array[v_group.id]) -> 0;
end;
$$;

-- Fails  groups_owned_limit
create or replace function chat_private.check_may_own(user_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.lock_people(array[check_may_own.user_id]);  -- two new groups at once are counted one after the other
  if (
    select count(*)
    from chat.members as m
    join chat.groups as g on g.id = m.conversation_id and g.dissolved_at is null
    where m.user_id = check_may_own.user_id and m.role = 'owner' and m.left_at is null
  ) >= (select s.groups_owned_max from chat_private.settings as s) then
    perform chat_private.fail('groups_owned_limit');
  end if;
end;
$$;

-- Fails  group_name_invalid
create or replace function chat_private.checked_group_name(name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_name text := btrim(checked_group_name.name);
begin
  if v_name is null or chat_private.is_blank(v_name) or length(v_name) > 50 or not chat_private.is_clean(v_name) then
    perform chat_private.fail('group_name_invalid');
  end if;
  return v_name;
end;
$$;

-- 64 bits of chance: nobody finds a group by trying codes.
create or replace function chat_private.new_join_code()
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  return left(md5(gen_random_uuid()::text || gen_random_uuid()::text), 16);
end;
$$;

create or replace function chat.create_group(name text, user_ids uuid[] default '{}', avatar_url text default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.create_group(create_group.name, create_group.user_ids, create_group.avatar_url);
end;
$$;

comment on function chat_private.create_group is 'Does the work of chat.create_group.';
comment on function chat_private.check_may_own is 'Refuses a person who owns as many groups as allowed.';
comment on function chat_private.checked_group_name is 'The name of a group, refused when it is empty, too long or hides something.';
comment on function chat_private.new_join_code is 'A code for a group''s link.';
comment on function chat.create_group is 'Makes a group and invites people; answers it as chat.list_conversations shows it.';
grant execute on function chat.create_group, chat_private.create_group to authenticated;
