-- Changes what others see of the caller. What is not given stays; an empty avatar_url removes the picture.
--
-- Who    everyone signed in; a username is for users only, once
-- Says   profile_changed, to the caller's devices and friends
-- Fails  not_signed_in, account_disabled, guests_cannot, nickname_invalid, avatar_url_invalid, username_invalid,
--        username_already_set, username_taken
create or replace function chat_private.set_profile(
  nickname text, avatar_url text, requires_friend_approval boolean, requires_group_approval boolean, username text
)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.profiles
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_nickname text := btrim(set_profile.nickname);
  v_profile chat.profiles;
begin
  perform chat_private.check_guest_right(v_caller, 'set_profile');
  if chat_private.is_blank(v_nickname) or length(v_nickname) > 30 or not chat_private.is_clean(v_nickname) then
    perform chat_private.fail('nickname_invalid');
  end if;
  if set_profile.username is not null then
    perform chat_private.claim_username(v_caller, set_profile.username);
  end if;

  update chat.profiles as p
  set nickname = coalesce(v_nickname, p.nickname),
      avatar_url = case
        when set_profile.avatar_url is null then p.avatar_url
        else chat_private.checked_avatar(set_profile.avatar_url)
      end,
      requires_friend_approval = coalesce(set_profile.requires_friend_approval, p.requires_friend_approval),
      requires_group_approval = coalesce(set_profile.requires_group_approval, p.requires_group_approval)
  where p.id = v_caller
  returning p.* into v_profile;

  perform chat_private.say_profile_changed(v_profile);
  return chat_private.own_profile(v_profile);
end;
$$;

-- An address as it is stored, null when empty.
--
-- Fails  avatar_url_invalid
create or replace function chat_private.checked_avatar(avatar_url text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  if avatar_url <> '' and (length(avatar_url) > 1000 or avatar_url !~* '^https?://[^[:space:][:cntrl:]"<>]+$') then
    perform chat_private.fail('avatar_url_invalid');
  end if;
  return nullif(avatar_url, '');
end;
$$;

-- Fails  guests_cannot, username_invalid, username_already_set, username_taken
create or replace function chat_private.claim_username(user_id uuid, username text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_profile chat.profiles;
begin
  select p.* into v_profile from chat.profiles as p where p.id = claim_username.user_id for update;
  case
    when v_profile.is_guest then
      perform chat_private.fail('guests_cannot');
    when claim_username.username !~ '^[A-Za-z0-9][A-Za-z0-9_.-]{2,29}$' then
      perform chat_private.fail('username_invalid');
    when v_profile.username = claim_username.username then
      return;  -- asking for what one has is not an error
    when v_profile.username is not null then
      perform chat_private.fail('username_already_set');
    else
      update chat.profiles as p set username = claim_username.username where p.id = v_profile.id;
  end case;
exception
  when unique_violation then
    perform chat_private.fail('username_taken');
end;
$$;

-- A hint for those who look at the person now; names are resolved anew whenever something is read.
create or replace function chat_private.say_profile_changed(profile chat.profiles)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.push(
    'profile_changed',
    array(
      select chat_private.user_topic(profile.id)
      union all
      select chat_private.user_topic(f.friend_id) from chat.friendships as f where f.user_id = profile.id
    ),
    chat_private.face(profile)
  );
end;
$$;

create or replace function chat.set_profile(
  nickname text default null,
  avatar_url text default null,
  requires_friend_approval boolean default null,
  requires_group_approval boolean default null,
  username text default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.set_profile(
    set_profile.nickname, set_profile.avatar_url, set_profile.requires_friend_approval,
    set_profile.requires_group_approval, set_profile.username
  );
end;
$$;

comment on function chat_private.set_profile is 'Does the work of chat.set_profile.';
comment on function chat_private.checked_avatar is 'The address of a picture, refused when it is none.';
comment on function chat_private.claim_username is 'Sets the username of a person who has none.';
comment on function chat_private.say_profile_changed is 'Tells a person''s devices and friends how the person looks now.';
comment on function chat.set_profile is 'Changes one''s nickname, picture, whether friend requests and invitations to groups need an answer, and, once, the username.';
grant execute on function chat.set_profile, chat_private.set_profile to authenticated;
