-- What somebody who holds a group's code sees before joining.
--
-- Who    everyone signed in who has the code
-- Says   nothing
-- Fails  not_signed_in, account_disabled, group_not_found
create or replace function chat_private.preview_group(join_code text)
returns jsonb
language plpgsql
volatile
security definer  -- who holds the code is not in the group yet
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_answer jsonb;
begin
  select jsonb_build_object(
    'name', g.name,
    'avatar', g.avatar_url,
    'member_count', g.member_count,
    'join_mode', g.join_mode,
    'is_member', exists (
      select from chat.members as m
      where m.conversation_id = g.id and m.user_id = v_caller and m.left_at is null
    )
  ) into v_answer
  from chat.groups as g
  where g.join_code = preview_group.join_code and g.dissolved_at is null;
  if v_answer is null then
    perform chat_private.fail('group_not_found');
  end if;
  return v_answer;
end;
$$;

create or replace function chat.preview_group(join_code text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.preview_group(preview_group.join_code);
end;
$$;

comment on function chat_private.preview_group is 'Does the work of chat.preview_group.';
comment on function chat.preview_group is 'What a group looks like to somebody who holds its code.';
grant execute on function chat.preview_group, chat_private.preview_group to authenticated;
