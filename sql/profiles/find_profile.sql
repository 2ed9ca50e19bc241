-- Finds a person by their exact username, without regard to case.
--
-- Who    everyone signed in
-- Says   nothing
-- Fails  not_signed_in, account_disabled, profile_not_found
create or replace function chat_private.find_profile(username text)
returns jsonb
language plpgsql
volatile
security definer  -- strangers cannot read each other's profiles
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
begin
  return chat_private.face(chat_private.reachable_profile(
    (select p.id from chat.profiles as p where lower(p.username) = lower(btrim(find_profile.username))),
    v_caller
  ));
end;
$$;

create or replace function chat.find_profile(username text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.find_profile(find_profile.username);
end;
$$;

comment on function chat_private.find_profile is 'Does the work of chat.find_profile.';
comment on function chat.find_profile is 'Finds one person by exact username.';
grant execute on function chat.find_profile, chat_private.find_profile to authenticated;
