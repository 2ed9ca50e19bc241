create table chat.conversations (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  low_id uuid references chat.profiles (id),
  high_id uuid references chat.profiles (id),
  last_seq bigint not null default 0,
  version bigint not null default 0,
  epoch bigint not null default 1,
  last_message_at timestamptz not null default now(),
  created_at timestamptz not null default now(),

  constraint conversations_kind_is_known check (kind in ('direct', 'group')),
  constraint conversations_are_between_two_if_direct
    check ((kind = 'direct') = (low_id is not null) and (kind = 'direct') = (high_id is not null)),
  constraint conversations_pair_is_in_order check (low_id < high_id),
  constraint conversations_are_one_per_pair unique (low_id, high_id),
  constraint conversations_last_seq_counts_up check (last_seq >= 0 and version >= 0)
) with (fillfactor = 70);  -- every message updates its row: room for that on the same page, and no index on what changes

create index conversations_high_id_idx on chat.conversations (high_id) where high_id is not null;

alter table chat.conversations enable row level security;
grant select on chat.conversations to authenticated, service_role;

comment on table chat.conversations is 'Where people talk: two of them (direct) or many (group).';
comment on column chat.conversations.id is 'Id of the conversation.';
comment on column chat.conversations.kind is 'direct or group.';
comment on column chat.conversations.low_id is 'In a direct conversation, the person with the lower id.';
comment on column chat.conversations.high_id is 'In a direct conversation, the person with the higher id.';
comment on column chat.conversations.last_seq is 'Position of the newest message; 0 before the first.';
comment on column chat.conversations.version is 'Counts changes to earlier messages. With last_seq, a client''s cursor.';
comment on column chat.conversations.epoch is 'Number in the names of its topics. Raised when somebody must not hear on: the old topics go silent.';
comment on column chat.conversations.last_message_at is 'When the newest message was sent; before that, when the conversation was made.';
comment on column chat.conversations.created_at is 'When the conversation was made.';

-- What a conversation is to one person. No row per message and person: unread numbers are computed from these marks.
create table chat.members (
  conversation_id uuid not null references chat.conversations (id) on delete cascade,
  user_id uuid not null references chat.profiles (id),
  role text not null default 'member',
  nickname text,
  avatar_url text,
  state bigint not null default 0,
  read_seq bigint not null default 0,
  shown_read_seq bigint not null default 0,
  cleared_seq bigint not null default 0,
  hidden_seq bigint,
  pinned_at timestamptz,
  muted_at timestamptz,
  silenced_until timestamptz,
  history_from_seq bigint not null default 0,
  joined_at timestamptz not null default now(),
  left_at timestamptz,

  constraint members_pkey primary key (conversation_id, user_id),
  constraint members_role_is_known check (role in ('owner', 'admin', 'member')),
  constraint members_nickname_is_short check (length(nickname) between 1 and 30),
  constraint members_avatar_url_is_short check (length(avatar_url) between 1 and 1000),
  constraint members_marks_count_up check (state >= 0 and read_seq >= shown_read_seq and shown_read_seq >= 0 and cleared_seq >= 0 and hidden_seq >= 0),
  constraint members_see_no_hidden_history check (history_from_seq between 0 and cleared_seq),
  constraint members_who_left_have_no_role check (left_at is null or role = 'member')
) with (fillfactor = 70);

create index members_user_id_idx on chat.members (user_id);
create unique index members_one_owner_idx on chat.members (conversation_id) where role = 'owner';

alter table chat.members enable row level security;
grant select on chat.members to authenticated, service_role;

comment on table chat.members is 'Who is in which conversation, and what it is to them. People read their own rows.';
comment on column chat.members.conversation_id is 'The conversation.';
comment on column chat.members.user_id is 'The person.';
comment on column chat.members.role is 'owner, admin or member of a group.';
comment on column chat.members.nickname is 'What the person is called in this group; null for the own name.';
comment on column chat.members.avatar_url is 'Picture of the person in this group; null for the own one.';
comment on column chat.members.state is 'Counts changes to this row, so that a person''s other devices notice them.';
comment on column chat.members.read_seq is 'Everything up to here is read.';
comment on column chat.members.shown_read_seq is 'How far the other one sees that this person has read: stays where it is while one of the two shuts the other out.';
comment on column chat.members.cleared_seq is 'Everything up to here is not shown to this person any more.';
comment on column chat.members.hidden_seq is 'Left out of the list until something newer than this is said; null when it is not hidden.';
comment on column chat.members.pinned_at is 'Since when it stands on top of the list; null when it does not.';
comment on column chat.members.muted_at is 'Since when it makes no sound; null when it does.';
comment on column chat.members.silenced_until is 'Until when the person may not speak in the group.';
comment on column chat.members.history_from_seq is 'Where the history begins for somebody who joined a group that hides what was said before; else 0.';
comment on column chat.members.joined_at is 'Since when the person is in the conversation.';
comment on column chat.members.left_at is 'Since when the person is out of the group; null while in.';
