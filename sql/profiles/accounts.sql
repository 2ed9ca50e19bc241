-- What a new account brings along as names, where it is fit to be used.
create or replace function chat_private.names_of_account(metadata jsonb, out username text, out nickname text)
language sql
stable
set search_path = ''
as $$
  select
    case when u ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{2,29}$' then u end,
    case when not chat_private.is_blank(n) and chat_private.is_clean(n) then left(n, 30) end
  from (select
    metadata ->> 'username' as u,
    btrim(coalesce(metadata ->> 'nickname', metadata ->> 'full_name', metadata ->> 'name')) as n
  ) as given
$$;

comment on function chat_private.names_of_account is 'Username and nickname from the metadata of a sign-up, or null where they are not fit.';

-- Makes the profile of an account; answers its status, or null when there is no such account.
create or replace function chat_private.open_profile(account_id uuid)
returns text
language plpgsql
volatile
security definer  -- called by the trigger as the Auth server, which has no rights here
set search_path = ''
as $$
declare
  v_names record;
begin
  insert into chat.profiles as p (id, account_id, nickname, is_guest)
  select u.id, u.id, (chat_private.names_of_account(u.raw_user_meta_data)).nickname, u.is_anonymous
  from auth.users as u
  where u.id = open_profile.account_id and u.deleted_at is null
  on conflict (id) do update  -- an operator gave a new account the id of a deleted one
  set account_id = excluded.account_id, status = 'active', nickname = excluded.nickname, is_guest = excluded.is_guest
  where p.account_id is null;

  insert into chat_private.inboxes (user_id)
  select p.id from chat.profiles as p where p.id = open_profile.account_id
  on conflict (user_id) do nothing;

  select n.* into v_names
  from auth.users as u, chat_private.names_of_account(u.raw_user_meta_data) as n
  where u.id = open_profile.account_id and not u.is_anonymous;
  begin
    update chat.profiles as p set username = v_names.username
    where p.id = open_profile.account_id and p.username is null and v_names.username is not null;
  exception
    when unique_violation then null;  -- somebody has the name: the person chooses another one later
  end;

  return (select p.status from chat.profiles as p where p.id = open_profile.account_id);
end;
$$;

comment on function chat_private.open_profile is 'Makes the profile of an account, if it has none.';

create or replace function chat_private.on_auth_user_created()
returns trigger
language plpgsql
security definer  -- the Auth server signs people up with its own role
set search_path = ''
as $$
begin
  perform chat_private.open_profile(new.id);
  return null;
exception
  -- Nothing of ours may break a sign-up: chat_private.caller() makes up for it at the first call.
  when others then
    raise warning 'chat: no profile for a new account yet: %', sqlerrm;
    return null;
end;
$$;

comment on function chat_private.on_auth_user_created is 'Gives every new account a profile.';

create or replace function chat_private.on_auth_user_changed()
returns trigger
language plpgsql
security definer  -- the Auth server changes accounts with its own role
set search_path = ''
as $$
begin
  update chat.profiles as p
  set is_guest = new.is_anonymous,
      account_id = case when new.deleted_at is null then p.account_id end
  where p.id = new.id;
  return null;
exception
  when others then
    raise warning 'chat: a changed account was not followed: %', sqlerrm;
    return null;
end;
$$;

comment on function chat_private.on_auth_user_changed is 'Follows a guest who becomes permanent, and an account that is deleted softly.';

-- An account is gone: the profile stays as a sender without a face, and lets go of everybody.
create or replace function chat_private.on_profile_account_gone()
returns trigger
language plpgsql
security definer  -- fires wherever the account is deleted from
set search_path = ''
as $$
begin
  new.status := 'deleted';
  new.username := null;
  new.nickname := null;
  new.avatar_url := null;
  perform chat_private.lock_groups_of(new.id);
  perform chat_private.lock_people(array[new.id]);  -- from here on nobody befriends them or lets them in
  delete from chat.friend_requests as r where new.id in (r.from_id, r.to_id);
  delete from chat.friendships as f where f.user_id = new.id;
  delete from chat.blocks as b where new.id in (b.blocker_id, b.blocked_id);
  delete from chat.group_requests as r where new.id in (r.user_id, r.inviter_id);
  perform chat_private.leave_all_groups(new.id);
  perform chat_private.release_files_of_person(new.id);
  return new;
end;
$$;

comment on function chat_private.on_profile_account_gone is 'Empties the profile of a deleted account and ends its relations.';

create or replace trigger profiles_account_gone
  before update of account_id on chat.profiles
  for each row
  when (old.account_id is not null and new.account_id is null)
  execute function chat_private.on_profile_account_gone();

create or replace trigger chat_on_auth_user_created
  after insert on auth.users
  for each row
  execute function chat_private.on_auth_user_created();

create or replace trigger chat_on_auth_user_changed
  after update of is_anonymous, deleted_at on auth.users
  for each row
  when (old.is_anonymous is distinct from new.is_anonymous or old.deleted_at is distinct from new.deleted_at)
  execute function chat_private.on_auth_user_changed();

-- People who were here before us.
do $$
begin
  perform chat_private.open_profile(u.id)
  from auth.users as u
  where not exists (select from chat.profiles as p where p.id = u.id);
end;
$$;
