-- Changes a group. What is not given stays; an empty avatar_url or announcement removes it. Whether newcomers see the
-- history holds for those who join from now on.
--
-- Who    owner and admins
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, group_name_invalid,
--        avatar_url_invalid, announcement_invalid, join_mode_invalid
create or replace function chat_private.set_group(
  conversation_id uuid, name text, avatar_url text, announcement text, join_mode text, hides_history boolean
)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(set_group.conversation_id, v_caller, 2);
begin
  if set_group.name is not null then
    v_group.name := chat_private.checked_group_name(set_group.name);
  end if;
  if set_group.avatar_url is not null then
    v_group.avatar_url := chat_private.checked_avatar(set_group.avatar_url);
  end if;
  if length(set_group.announcement) > 1000 then
    perform chat_private.fail('announcement_invalid');
  end if;
  if set_group.join_mode not in ('open', 'approval', 'closed') then
    perform chat_private.fail('join_mode_invalid');
  end if;

  update chat.groups as g
  set name = v_group.name,
      avatar_url = v_group.avatar_url,
      announcement = coalesce(set_group.announcement, g.announcement),
      join_mode = coalesce(set_group.join_mode, g.join_mode),
      hides_history = coalesce(set_group.hides_history, g.hides_history)
  where g.id = v_group.id;
  perform chat_private.say_system(v_group.id, 'group_changed', v_caller);
  return chat_private.conversation_items(v_caller, array[v_group.id]) -> 0;
end;
$$;

create or replace function chat.set_group(
  conversation_id uuid,
  name text default null,
  avatar_url text default null,
  announcement text default null,
  join_mode text default null,
  hides_history boolean default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.set_group(
    set_group.conversation_id, set_group.name, set_group.avatar_url, set_group.announcement, set_group.join_mode, set_group.hides_history
  );
end;
$$;

comment on function chat_private.set_group is 'Does the work of chat.set_group.';
comment on function chat.set_group is 'Changes name, picture, announcement, join mode or history of a group.';
grant execute on function chat.set_group, chat_private.set_group to authenticated;
