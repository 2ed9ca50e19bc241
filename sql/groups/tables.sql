create table chat.groups (
  id uuid primary key references chat.conversations (id) on delete cascade,
  name text not null,
  avatar_url text,
  announcement text not null default '',
  join_mode text not null default 'approval',
  join_code text not null,
  hides_history boolean not null default false,
  member_count integer not null default 0,
  muted_at timestamptz,
  dissolved_at timestamptz,

  constraint groups_join_code_is_unique unique (join_code),
  constraint groups_name_is_short check (length(name) between 1 and 50),
  constraint groups_avatar_url_is_short check (length(avatar_url) between 1 and 1000),
  constraint groups_announcement_is_short check (length(announcement) <= 1000),
  constraint groups_join_mode_is_known check (join_mode in ('open', 'approval', 'closed')),
  constraint groups_member_count_is_a_count check (member_count >= 0)
);

alter table chat.groups enable row level security;
grant select on chat.groups to authenticated, service_role;

comment on table chat.groups is 'What a group is besides a conversation.';
comment on column chat.groups.id is 'The conversation.';
comment on column chat.groups.name is 'Name of the group, 1 to 50 characters.';
comment on column chat.groups.avatar_url is 'Picture of the group.';
comment on column chat.groups.announcement is 'What every member should know, at most 1000 characters.';
comment on column chat.groups.join_mode is 'open (code or invitation lets in), approval (owner or admins must agree) or closed (only they invite).';
comment on column chat.groups.join_code is 'The code in the group''s link and QR code.';
comment on column chat.groups.hides_history is 'True when newcomers see nothing that was said before they joined.';
comment on column chat.groups.member_count is 'How many people are in it.';
comment on column chat.groups.muted_at is 'Since when only owner and admins may speak; null when all may.';
comment on column chat.groups.dissolved_at is 'Since when the group is dissolved: it can be read, nothing else.';

-- The wish that somebody be in a group, until the person and the group agree: an invitation awaits the person, a
-- request to join awaits the group, and an invitation by a plain member of a guarded group awaits both.
create table chat.group_requests (
  id uuid primary key,
  conversation_id uuid not null references chat.groups (id) on delete cascade,
  user_id uuid not null references chat.profiles (id) on delete cascade,
  inviter_id uuid references chat.profiles (id) on delete cascade,
  awaits_person boolean not null,
  awaits_group boolean not null,
  note text not null default '',
  created_at timestamptz not null default now(),

  constraint group_requests_are_one_per_person unique (conversation_id, user_id),
  constraint group_requests_await_somebody check (awaits_person or awaits_group),
  constraint group_requests_note_is_short check (length(note) <= 50)
);

create index group_requests_user_id_idx on chat.group_requests (user_id);
create index group_requests_inviter_id_idx on chat.group_requests (inviter_id);

alter table chat.group_requests enable row level security;
grant select on chat.group_requests to authenticated, service_role;

comment on table chat.group_requests is 'Open invitations to groups, and open requests to join them.';
comment on column chat.group_requests.id is 'Id of the request.';
comment on column chat.group_requests.conversation_id is 'The group.';
comment on column chat.group_requests.user_id is 'Who is to join.';
comment on column chat.group_requests.inviter_id is 'Who invited; null when the person asked.';
comment on column chat.group_requests.awaits_person is 'True while the person has not agreed.';
comment on column chat.group_requests.awaits_group is 'True while neither owner nor an admin has agreed.';
comment on column chat.group_requests.note is 'What the asking person says, at most 50 characters.';
comment on column chat.group_requests.created_at is 'Since when it is open.';
