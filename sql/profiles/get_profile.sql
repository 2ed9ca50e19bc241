-- Shows one person by id; without an id, the caller with their own settings.
--
-- Who    everyone signed in
-- Says   nothing
-- Fails  not_signed_in, account_disabled, profile_not_found
create or replace function chat_private.get_profile(user_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- strangers cannot read each other's profiles
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_profile chat.profiles;
begin
  v_profile := chat_private.reachable_profile(coalesce(get_profile.user_id, v_caller), v_caller);
  if v_profile.id = v_caller then
    return chat_private.own_profile(v_profile);
  end if;
  return chat_private.face(v_profile);
end;
$$;

-- One's own profile shows what others do not see.
create or replace function chat_private.own_profile(profile chat.profiles)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return chat_private.face(profile) || jsonb_build_object(
    'nickname', profile.nickname,
    'requires_friend_approval', profile.requires_friend_approval,
    'requires_group_approval', profile.requires_group_approval
  );
end;
$$;

create or replace function chat.get_profile(user_id uuid default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.get_profile(get_profile.user_id);
end;
$$;

comment on function chat_private.get_profile is 'Does the work of chat.get_profile.';
comment on function chat_private.own_profile is 'A person''s profile as they see it themselves.';
comment on function chat.get_profile is 'One person by id; oneself without an id.';
grant execute on function chat.get_profile, chat_private.get_profile to authenticated;
