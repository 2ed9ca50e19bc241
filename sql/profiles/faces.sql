-- The one way a person looks to others, wherever a verb answers with somebody.
create or replace function chat_private.face(profile chat.profiles)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'id', profile.id,
    'username', profile.username,
    'name', profile.display_name,
    'avatar', profile.avatar_url,
    'is_guest', profile.is_guest
  );
end;
$$;

comment on function chat_private.face is 'A person as others see them: id, username, name, avatar, is_guest.';

-- The person, if the caller may know of them: active, and not hiding behind a block.
--
-- Fails  profile_not_found
create or replace function chat_private.reachable_profile(user_id uuid, caller uuid)
returns chat.profiles
language plpgsql
stable
set search_path = ''
as $$
declare
  v_profile chat.profiles;
begin
  select p.* into v_profile
  from chat.profiles as p
  where p.id = reachable_profile.user_id
    and p.status = 'active'
    and not exists (
      select from chat.blocks as b
      where b.blocker_id = p.id and b.blocked_id = reachable_profile.caller
    );
  if not found then
    perform chat_private.fail('profile_not_found');
  end if;
  return v_profile;
end;
$$;

comment on function chat_private.reachable_profile is 'The profile of somebody the caller can reach; refuses all others alike.';
