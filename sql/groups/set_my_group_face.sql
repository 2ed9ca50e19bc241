-- Changes how the caller looks in one group. What is not given stays; empty goes back to the own profile.
--
-- Who    members
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, nickname_invalid, avatar_url_invalid
create or replace function chat_private.set_my_group_face(conversation_id uuid, nickname text, avatar_url text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.locked_group(set_my_group_face.conversation_id, v_caller);
  v_nickname text := btrim(set_my_group_face.nickname);
begin
  if length(v_nickname) > 30
    or not chat_private.is_clean(v_nickname)
    or (v_nickname <> '' and chat_private.is_blank(v_nickname))
  then
    perform chat_private.fail('nickname_invalid');
  end if;
  update chat.members as m
  set nickname = nullif(coalesce(v_nickname, m.nickname), ''),
      avatar_url = case
        when set_my_group_face.avatar_url is null then m.avatar_url
        else chat_private.checked_avatar(set_my_group_face.avatar_url)
      end,
      state = m.state + 1
  where m.conversation_id = v_group.id and m.user_id = v_caller;
  perform chat_private.say_system(v_group.id, 'group_face_changed', v_caller);
  return chat_private.conversation_items(v_caller, array[v_group.id]) -> 0;
end;
$$;

create or replace function chat.set_my_group_face(
  conversation_id uuid,
  nickname text default null,
  avatar_url text default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.set_my_group_face(
    set_my_group_face.conversation_id, set_my_group_face.nickname, set_my_group_face.avatar_url
  );
end;
$$;

comment on function chat_private.set_my_group_face is 'Does the work of chat.set_my_group_face.';
comment on function chat.set_my_group_face is 'Changes how the caller looks in one group.';
grant execute on function chat.set_my_group_face, chat_private.set_my_group_face to authenticated;
