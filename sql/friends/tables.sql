-- One row per direction, so there is never a second open request. A new request replaces an old, answered one.
create table chat.friend_requests (
  id uuid primary key,
  from_id uuid not null references chat.profiles (id) on delete cascade,
  to_id uuid not null references chat.profiles (id) on delete cascade,
  note text not null default '',
  status text not null default 'pending',
  created_at timestamptz not null default now(),
  answered_at timestamptz,
  ignored_at timestamptz,

  constraint friend_requests_are_one_per_direction unique (from_id, to_id),
  constraint friend_requests_go_to_others check (from_id <> to_id),
  constraint friend_requests_note_is_short check (length(note) <= 50),
  constraint friend_requests_status_is_known check (status in ('pending', 'refused', 'ignored', 'withdrawn')),
  constraint friend_requests_are_answered_once check ((status = 'pending') = (answered_at is null))
);

create index friend_requests_to_id_idx on chat.friend_requests (to_id, created_at);
-- Crossing requests become a friendship: two people never wait for each other.
create unique index friend_requests_one_is_open_idx
  on chat.friend_requests (least(from_id, to_id), greatest(from_id, to_id))
  where status = 'pending';

alter table chat.friend_requests enable row level security;
grant select on chat.friend_requests to authenticated, service_role;

comment on table chat.friend_requests is 'Who asked whom to be friends. An accepted request becomes a friendship and leaves this table.';
comment on column chat.friend_requests.id is 'Id of the request; a repeated request has a new one.';
comment on column chat.friend_requests.from_id is 'Who asks.';
comment on column chat.friend_requests.to_id is 'Who is asked.';
comment on column chat.friend_requests.note is 'What the asking person says, at most 50 characters.';
comment on column chat.friend_requests.status is 'pending, refused, ignored (the asking person goes on seeing pending) or withdrawn.';
comment on column chat.friend_requests.created_at is 'When it was asked.';
comment on column chat.friend_requests.answered_at is 'When it was refused, ignored or withdrawn.';
comment on column chat.friend_requests.ignored_at is 'When it, or the one before it, was ignored: whoever ignores is left alone for a while.';

-- Two rows per friendship; each refers to the other, so that one-sided friendship cannot be stored.
create table chat.friendships (
  user_id uuid not null references chat.profiles (id) on delete cascade,
  friend_id uuid not null references chat.profiles (id) on delete cascade,
  remark text,
  created_at timestamptz not null default now(),

  constraint friendships_pkey primary key (user_id, friend_id),
  constraint friendships_are_with_others check (user_id <> friend_id),
  constraint friendships_remark_is_short check (length(remark) between 1 and 30),
  constraint friendships_are_mutual foreign key (friend_id, user_id)
    references chat.friendships (user_id, friend_id) on delete cascade deferrable initially deferred
);

create index friendships_friend_id_idx on chat.friendships (friend_id, user_id);

alter table chat.friendships enable row level security;
grant select on chat.friendships to authenticated, service_role;

comment on table chat.friendships is 'Who is friends with whom: one row for each of the two.';
comment on column chat.friendships.user_id is 'Whose friend.';
comment on column chat.friendships.friend_id is 'Who the friend is.';
comment on column chat.friendships.remark is 'What the user calls this friend; the friend does not see it.';
comment on column chat.friendships.created_at is 'Since when.';

create table chat.blocks (
  blocker_id uuid not null references chat.profiles (id) on delete cascade,
  blocked_id uuid not null references chat.profiles (id) on delete cascade,
  created_at timestamptz not null default now(),

  constraint blocks_pkey primary key (blocker_id, blocked_id),
  constraint blocks_are_of_others check (blocker_id <> blocked_id)
);

create index blocks_blocked_id_idx on chat.blocks (blocked_id);

alter table chat.blocks enable row level security;
grant select on chat.blocks to authenticated, service_role;

comment on table chat.blocks is 'Who does not want to hear from whom. The blocked person is not told.';
comment on column chat.blocks.blocker_id is 'Who blocks.';
comment on column chat.blocks.blocked_id is 'Who is blocked.';
comment on column chat.blocks.created_at is 'Since when.';
