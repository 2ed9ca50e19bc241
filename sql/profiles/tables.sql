-- The id is the account's id for ever; account_id says whether the account still exists. Deleting an account sets
-- it null, so that what the person said to others keeps a sender.
create table chat.profiles (
  id uuid primary key,
  account_id uuid references auth.users (id) on delete set null,
  username text,
  nickname text,
  avatar_url text,
  requires_friend_approval boolean not null default true,
  requires_group_approval boolean not null default false,
  status text not null default 'active',
  is_guest boolean not null default false,
  display_name text not null generated always as (
    case
      when status = 'deleted' then 'Deleted user'
      else coalesce(nickname, username, case when is_guest then 'Guest ' else 'User ' end || left(id::text, 4))
    end
  ) stored,
  created_at timestamptz not null default now(),

  constraint profiles_account_is_the_same_person check (account_id = id),
  constraint profiles_status_is_known check (status in ('active', 'disabled', 'deleted')),
  constraint profiles_without_account_are_deleted check ((status = 'deleted') = (account_id is null)),
  constraint profiles_username_is_well_formed check (username ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{2,29}$'),
  constraint profiles_nickname_is_short check (length(nickname) between 1 and 30),
  constraint profiles_avatar_url_is_short check (length(avatar_url) between 1 and 1000)
);

create unique index profiles_username_idx on chat.profiles (lower(username));
-- Not unique, though it is: then it would be a key, and deleting an account would wait for all who refer to the
-- profile, and they for the deletion.
create index profiles_account_id_idx on chat.profiles (account_id);

alter table chat.profiles enable row level security;
grant select on chat.profiles to authenticated, service_role;
grant update (status) on chat.profiles to service_role;

comment on table chat.profiles is 'One row per person: users and guests. People see their own, their friends'' and those of people they talk to.';
comment on column chat.profiles.id is 'The id of the account in auth.users, also after the account is gone.';
comment on column chat.profiles.account_id is 'The account; null once it is deleted.';
comment on column chat.profiles.username is 'The name to be found by. Unique without regard to case, and fixed once set.';
comment on column chat.profiles.nickname is 'The name to be called by, 1 to 30 characters.';
comment on column chat.profiles.avatar_url is 'Picture, an http or https address of at most 1000 characters.';
comment on column chat.profiles.requires_friend_approval is 'Whether friend requests wait for an answer (true) or are accepted at once.';
comment on column chat.profiles.requires_group_approval is 'Whether invitations to groups wait for an answer even when friends invite. Those of others always wait.';
comment on column chat.profiles.status is 'active, disabled (an operator did that: the person can do nothing) or deleted (the account is gone).';
comment on column chat.profiles.is_guest is 'True for anonymous accounts, until they become permanent.';
comment on column chat.profiles.display_name is 'What others read: nickname, else username, else a name made from the id.';
comment on column chat.profiles.created_at is 'When the profile was made.';

-- Where a person's notices are counted. Locked in the order of ids, it is also what makes two changes
-- between the same people wait for each other.
create table chat_private.inboxes (
  user_id uuid primary key references chat.profiles (id) on delete cascade,
  last_notice_seq bigint not null default 0
) with (fillfactor = 50);

alter table chat_private.inboxes enable row level security;

comment on table chat_private.inboxes is 'Number of each person''s newest notice.';
comment on column chat_private.inboxes.user_id is 'Whose notices.';
comment on column chat_private.inboxes.last_notice_seq is 'The seq of the newest one; 0 before the first.';

-- What happened between people: kept until it is caught up, so that a missed push loses nothing.
create table chat.notices (
  user_id uuid not null references chat.profiles (id) on delete cascade,
  seq bigint not null,
  id uuid not null default gen_random_uuid(),
  type text not null,
  actor_id uuid not null references chat.profiles (id) on delete cascade,
  subject_id uuid not null references chat.profiles (id) on delete cascade,
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),

  constraint notices_pkey primary key (user_id, seq),
  constraint notices_type_is_known check (type in (
    'friend_requested', 'friend_request_withdrawn', 'friend_request_refused', 'friend_request_ignored',
    'friend_added', 'friend_removed',
    'group_invited', 'group_join_requested', 'group_request_refused', 'group_joined', 'group_removed'
  ))
);

create index notices_actor_id_idx on chat.notices (actor_id);
create index notices_subject_id_idx on chat.notices (subject_id);

alter table chat.notices enable row level security;
grant select on chat.notices to authenticated, service_role;

comment on table chat.notices is 'What a person has to be told, in order, without gaps. Pushed when it happens and read again by chat.sync.';
comment on column chat.notices.user_id is 'Who is told.';
comment on column chat.notices.seq is 'Position among that person''s notices, counted from 1.';
comment on column chat.notices.id is 'Id of the notice in its envelope.';
comment on column chat.notices.type is 'What happened; the actionType of the envelope.';
comment on column chat.notices.actor_id is 'Who did it.';
comment on column chat.notices.subject_id is 'To whom it was done.';
comment on column chat.notices.data is 'What belongs to it: request_id, note.';
comment on column chat.notices.created_at is 'When it happened.';
