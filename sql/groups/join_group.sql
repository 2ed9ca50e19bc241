-- Joins by the code of a group's link. An open group lets in at once; a guarded one makes a request; a closed one
-- takes only those its owner or admins have invited. Safe to repeat.
--
-- Who    everyone signed in, guests too where they may join
-- Says   group_joined, and message_created in the group; or group_join_requested, to owner and admins
-- Fails  not_signed_in, account_disabled, guests_cannot, note_invalid, group_not_found, group_is_closed,
--        profile_not_found, group_is_full
create or replace function chat_private.join_group(join_code text, note text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_note text := coalesce(btrim(join_group.note), '');
  v_group chat.groups;
  v_status text;
begin
  perform chat_private.check_guest_right(v_caller, 'join_group');
  if length(v_note) > 50 or not chat_private.is_clean(v_note) then
    perform chat_private.fail('note_invalid');
  end if;
  v_group := chat_private.locked_group_of_code(join_group.join_code);
  v_status := case
    when exists (
      select from chat.members as m
      where m.conversation_id = v_group.id and m.user_id = v_caller and m.left_at is null
    ) then 'already_in'
    when v_group.join_mode = 'open' or exists (
      select from chat.group_requests as r
      where r.conversation_id = v_group.id and r.user_id = v_caller and not r.awaits_group
    ) then 'joined'
    when v_group.join_mode = 'approval' then 'awaits_group'
  end;

  case v_status
    when 'joined' then
      perform chat_private.add_people(v_group, array[v_caller], v_caller);
    when 'awaits_group' then
      perform chat_private.ask_to_join(v_group, v_caller, v_note);
    when 'already_in' then
      null;
    else
      perform chat_private.fail('group_is_closed');
  end case;
  return jsonb_build_object('status', v_status, 'conversation_id', v_group.id);
end;
$$;

-- Fails  group_not_found
create or replace function chat_private.locked_group_of_code(join_code text)
returns chat.groups
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_group chat.groups;
begin
  perform from chat.conversations as c
  join chat.groups as g on g.id = c.id
  where g.join_code = locked_group_of_code.join_code
  for no key update of c;
  select g.* into v_group
  from chat.groups as g
  where g.join_code = locked_group_of_code.join_code and g.dissolved_at is null;
  if not found then
    perform chat_private.fail('group_not_found');
  end if;
  return v_group;
end;
$$;

-- One open request per person, told once: asking again changes the note only.
create or replace function chat_private.ask_to_join(place chat.groups, person uuid, note text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_request chat.group_requests;
begin
  update chat.group_requests as r
  set note = ask_to_join.note, awaits_person = false
  where r.conversation_id = place.id and r.user_id = person;
  if found then
    return;
  end if;
  insert into chat.group_requests (id, conversation_id, user_id, awaits_person, awaits_group, note)
  values (chat_private.uuid_v7(), place.id, person, false, true, ask_to_join.note)
  returning * into v_request;
  perform chat_private.tell_of_request(v_request, chat_private.managers(place.id));
end;
$$;

create or replace function chat.join_group(join_code text, note text default '')
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.join_group(join_group.join_code, join_group.note);
end;
$$;

comment on function chat_private.join_group is 'Does the work of chat.join_group.';
comment on function chat_private.locked_group_of_code is 'The group with this code, locked.';
comment on function chat_private.ask_to_join is 'Keeps a request to join and tells owner and admins.';
comment on function chat.join_group is 'Joins a group by the code of its link. Answers joined, already_in or awaits_group.';
grant execute on function chat.join_group, chat_private.join_group to authenticated;
