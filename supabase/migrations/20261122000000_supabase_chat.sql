-- 0.1.0: instant messaging, written from sql/ by `npm run migration`. Do not edit.
--
-- Adds the schemas chat and chat_private, two triggers on auth.users (chat_…) and policies on realtime.messages
-- ("chat: …"). Expose the schema `chat` over HTTP: docs/install.md.

-- sql/kernel/schemas.sql
create schema chat;
create schema chat_private;

comment on schema chat is 'The door: tables readable under row level security, and the verbs that change them. Exposed over HTTP.';
comment on schema chat_private is 'The room behind the door: what does the work with its owner''s rights. Never exposed over HTTP.';

grant usage on schema chat, chat_private to authenticated, service_role;

-- sql/kernel/settings_table.sql
-- One row, typed columns: what is not allowed cannot be stored, and the dashboard shows it as a form.
create table chat_private.settings (
  id boolean primary key default true,
  revoke_window interval not null default '5 minutes',
  friend_request_cooldown interval not null default '24 hours',
  withdrawn_request_cooldown interval not null default '1 minute',
  text_max_length integer not null default 5000,
  custom_max_bytes integer not null default 16384,
  group_max_members integer not null default 500,
  groups_owned_max integer not null default 100,
  revoked_text_comes_back boolean not null default true,
  group_link_url text not null default '/pages/joinGroup/joinGroup?code={code}',
  who_may_write text not null default 'everyone',
  notice_language text not null default 'en',
  friend_request_redirect_url text not null default '/pages/applyMyfriend/applyMyfriend',
  uploads_per_day integer not null default 1000,
  upload_bytes_per_day bigint not null default 5368709120,
  guest_uploads_per_day integer not null default 50,
  guest_upload_bytes_per_day bigint not null default 209715200,
  guest_file_max_bytes bigint not null default 20971520,

  constraint settings_are_one_row check (id),
  constraint settings_revoke_window_is_sane
    check (revoke_window between '0' and '30 days'),
  constraint settings_friend_request_cooldown_is_sane
    check (friend_request_cooldown between '0' and '365 days'),
  constraint settings_withdrawn_request_cooldown_is_sane
    check (withdrawn_request_cooldown between '0' and '365 days'),
  constraint settings_text_max_length_is_sane
    check (text_max_length between 1 and 100000),
  constraint settings_custom_max_bytes_is_sane
    check (custom_max_bytes between 2 and 262144),
  constraint settings_group_max_members_is_sane
    check (group_max_members between 2 and 100000),
  constraint settings_groups_owned_max_is_sane
    check (groups_owned_max between 0 and 100000),
  constraint settings_group_link_url_holds_the_code
    check (length(group_link_url) between 6 and 1000 and group_link_url like '%{code}%'),
  constraint settings_who_may_write_is_known
    check (who_may_write in ('everyone', 'friends')),
  constraint settings_notice_language_is_known
    check (notice_language in ('en', 'zh-CN')),
  constraint settings_friend_request_redirect_url_is_short
    check (length(friend_request_redirect_url) between 1 and 1000),
  constraint settings_uploads_per_day_is_sane
    check (uploads_per_day between 0 and 1000000),
  constraint settings_upload_bytes_per_day_is_sane
    check (upload_bytes_per_day between 0 and 1099511627776),
  constraint settings_guest_uploads_per_day_is_sane
    check (guest_uploads_per_day between 0 and 1000000),
  constraint settings_guest_upload_bytes_per_day_is_sane
    check (guest_upload_bytes_per_day between 0 and 1099511627776),
  constraint settings_guest_file_max_bytes_is_sane
    check (guest_file_max_bytes between 0 and 1099511627776)
);

insert into chat_private.settings default values;

alter table chat_private.settings enable row level security;
grant select on chat_private.settings to service_role;
grant update (
  revoke_window, friend_request_cooldown, withdrawn_request_cooldown, text_max_length, custom_max_bytes,
  group_max_members, groups_owned_max, revoked_text_comes_back, group_link_url,
  who_may_write, notice_language, friend_request_redirect_url, uploads_per_day, upload_bytes_per_day,
  guest_uploads_per_day, guest_upload_bytes_per_day, guest_file_max_bytes
) on chat_private.settings to service_role;

comment on table chat_private.settings is 'The few numbers and words an operator may change. One row; a change holds from the next call on.';
comment on column chat_private.settings.id is 'Always true: there is one row.';
comment on column chat_private.settings.revoke_window is 'How long after sending the sender may take a message back.';
comment on column chat_private.settings.friend_request_cooldown is 'How long after a refused or ignored friend request the next one may follow.';
comment on column chat_private.settings.withdrawn_request_cooldown is 'How long after withdrawing a friend request the next one may follow.';
comment on column chat_private.settings.text_max_length is 'Longest text message, in characters.';
comment on column chat_private.settings.custom_max_bytes is 'Largest body of a custom message, in bytes of JSON text.';
comment on column chat_private.settings.group_max_members is 'How many people a group may have.';
comment on column chat_private.settings.groups_owned_max is 'How many groups a person may own.';
comment on column chat_private.settings.revoked_text_comes_back is 'Whether the sender of a revoked text gets it back in the answer, to edit and send it again.';
comment on column chat_private.settings.group_link_url is 'Address in a group''s QR code; {code} stands for the join code.';
comment on column chat_private.settings.who_may_write is 'Who may write to a person directly: everyone, or friends only.';
comment on column chat_private.settings.notice_language is 'Language of the texts the server writes: en or zh-CN. Clients branch on types, never on text.';
comment on column chat_private.settings.friend_request_redirect_url is 'Page of the app that handles friend requests; sent along with the notice.';
comment on column chat_private.settings.uploads_per_day is 'How many files a person may upload in a day (UTC). Covers and pictures of people count.';
comment on column chat_private.settings.upload_bytes_per_day is 'How many bytes a person may upload in a day.';
comment on column chat_private.settings.guest_uploads_per_day is 'How many files a guest may upload in a day.';
comment on column chat_private.settings.guest_upload_bytes_per_day is 'How many bytes a guest may upload in a day.';
comment on column chat_private.settings.guest_file_max_bytes is 'Largest file of a guest; for everybody else the limits of the buckets hold.';

-- What guests may do besides reading. Friend requests and owning groups are never for guests.
create table chat_private.guest_rights (
  action text primary key,
  is_allowed boolean not null default true,

  constraint guest_rights_action_is_known
    check (action in ('send_message', 'join_group', 'forward_messages', 'set_profile', 'revoke_message', 'upload'))
);

insert into chat_private.guest_rights (action)
values ('send_message'), ('join_group'), ('forward_messages'), ('set_profile'), ('revoke_message'), ('upload');

alter table chat_private.guest_rights enable row level security;
grant select on chat_private.guest_rights to service_role;
grant update (is_allowed) on chat_private.guest_rights to service_role;

comment on table chat_private.guest_rights is 'What guests may do. One row per action; change is_allowed.';
comment on column chat_private.guest_rights.action is 'Name of the verb; upload stands for files of every kind.';
comment on column chat_private.guest_rights.is_allowed is 'Whether guests may.';

-- sql/profiles/tables.sql
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

-- sql/friends/tables.sql
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

-- sql/conversations/tables.sql
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

-- sql/groups/tables.sql
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

-- sql/media/tables.sql
-- The library: one row for each file that people have in Storage. It begins with the upload, unchecked; the function
-- chat-media looks at the bytes and settles what the file is. Nothing refers to storage.objects by a key, whose ids
-- and unique indexes belong to the Storage service and change with it.
create table chat.media (
  id uuid primary key,
  owner_id uuid not null references chat.profiles (id) on delete cascade,
  bucket_id text not null,
  name text not null,
  kind text not null,
  mime_type text not null,
  size bigint not null,
  width integer,
  height integer,
  duration integer,
  waveform smallint[],
  file_name text,
  class_id integer not null default 0,
  cover_of uuid references chat.media (id) on delete cascade,
  cover_id uuid references chat.media (id) on delete set null,
  cover_time integer,
  created_at timestamptz not null default now(),
  checked_at timestamptz,
  unused_since timestamptz,

  constraint media_file_is_unique unique (bucket_id, name),
  constraint media_kind_is_known check (kind in ('image', 'video', 'audio', 'file', 'cover', 'avatar')),
  constraint media_mime_type_is_short check (length(mime_type) between 3 and 255),
  constraint media_size_is_not_negative check (size >= 0),
  constraint media_is_not_flat check (width > 0 and height > 0),
  constraint media_has_both_sides check ((width is null) = (height is null)),
  constraint media_duration_is_not_negative check (duration >= 0),
  constraint media_waveform_is_short check (
    cardinality(waveform) between 1 and 128 and array_ndims(waveform) = 1
    and array_position(waveform, null) is null and 0 <= all (waveform) and 100 >= all (waveform)
  ),
  constraint media_file_name_is_short check (length(file_name) between 1 and 255),
  constraint media_class_id_is_not_negative check (class_id >= 0),
  constraint media_only_covers_cover check (cover_of is null or kind = 'cover'),
  constraint media_only_videos_have_covers check (cover_id is null or kind = 'video'),
  constraint media_only_covers_are_of_a_time check (cover_time is null or kind = 'cover')
);

create index media_owner_id_idx on chat.media (owner_id, created_at);
create index media_cover_of_idx on chat.media (cover_of) where cover_of is not null;
create index media_cover_id_idx on chat.media (cover_id) where cover_id is not null;
create index media_unused_since_idx on chat.media (unused_since) where unused_since is not null;
create index media_unchecked_idx on chat.media (created_at) where checked_at is null;

alter table chat.media enable row level security;
grant select on chat.media to authenticated, service_role;

comment on table chat.media is 'The files that people uploaded. People see their own; files of others come with the messages that use them.';
comment on column chat.media.id is 'The file, as send_message takes it.';
comment on column chat.media.owner_id is 'Who uploaded it, a profile.';
comment on column chat.media.bucket_id is 'Its bucket in Storage.';
comment on column chat.media.name is 'Its path in the bucket: the owner''s id, a directory, the day, time and chance.';
comment on column chat.media.kind is 'image, video, audio or file, as messages have it; cover of a video; or avatar.';
comment on column chat.media.mime_type is 'What its first bytes say it is.';
comment on column chat.media.size is 'Bytes.';
comment on column chat.media.width is 'Pixels, as it is seen: after rotation.';
comment on column chat.media.height is 'Pixels, as it is seen: after rotation.';
comment on column chat.media.duration is 'Milliseconds; of a cover, those of its film.';
comment on column chat.media.waveform is 'How loud a voice message is over time, up to 128 numbers from 0 to 100.';
comment on column chat.media.file_name is 'The name to show; the owner chose it.';
comment on column chat.media.class_id is 'A class of the app''s own, 0 by default.';
comment on column chat.media.cover_of is 'The video that a cover shows; it goes with the video.';
comment on column chat.media.cover_id is 'The cover that a video is shown with.';
comment on column chat.media.cover_time is 'Milliseconds from the beginning of the film to the picture on the cover.';
comment on column chat.media.created_at is 'When it was uploaded.';
comment on column chat.media.checked_at is 'When its bytes were looked at; null until then, and it cannot be sent.';
comment on column chat.media.unused_since is 'Since when it may be without use; it is looked at and goes, or stays.';

-- What each person has uploaded on a day. Deleting a file gives nothing back.
create table chat_private.upload_days (
  owner_id uuid not null references chat.profiles (id) on delete cascade,
  day date not null,
  files integer not null,
  bytes bigint not null,

  constraint upload_days_pkey primary key (owner_id, day)
);

create index upload_days_day_idx on chat_private.upload_days (day);

alter table chat_private.upload_days enable row level security;

comment on table chat_private.upload_days is 'How much was uploaded, per person and day.';
comment on column chat_private.upload_days.owner_id is 'Who uploaded.';
comment on column chat_private.upload_days.day is 'The day in UTC.';
comment on column chat_private.upload_days.files is 'How many files.';
comment on column chat_private.upload_days.bytes is 'How many bytes.';

-- Other places that covers are made from. The project's own Storage needs no line here.
create table chat_private.video_hosts (
  host text primary key,
  provider text not null default 'http',

  constraint video_hosts_host_is_a_name check (host ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$'),
  constraint video_hosts_provider_is_known check (provider in ('http', 'oss'))
);

alter table chat_private.video_hosts enable row level security;
grant select, insert, update, delete on chat_private.video_hosts to service_role;

comment on table chat_private.video_hosts is 'Hosts that chat-video-cover may read films from. Empty at first.';
comment on column chat_private.video_hosts.host is 'The exact name, in lower case, without port.';
comment on column chat_private.video_hosts.provider is 'http: the film is read; oss: Aliyun OSS makes the picture itself and nothing is read.';

-- sql/messages/tables.sql
create table chat.messages (
  conversation_id uuid not null references chat.conversations (id) on delete cascade,
  seq bigint not null,
  id uuid not null,
  sender_id uuid,  -- no foreign key: a send would lock the sender's profile, and profiles are never deleted
  kind text not null,
  body jsonb,
  media_id uuid references chat.media (id) on delete set null,
  reply_to_seq bigint,
  mentions uuid[],
  forwarded boolean not null default false,
  version bigint not null default 0,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  revoked_by uuid,

  constraint messages_pkey primary key (conversation_id, seq),
  constraint messages_id_is_unique unique (id),
  constraint messages_seq_is_positive check (seq > 0),
  constraint messages_kind_is_known check (
    kind in ('text', 'image', 'video', 'audio', 'file', 'custom', 'forward', 'system')
  ),
  constraint messages_are_sent_by_somebody check ((kind = 'system') = (sender_id is null)),
  constraint messages_reply_to_earlier_ones check (reply_to_seq > 0 and reply_to_seq < seq),
  constraint messages_with_files_are_of_their_kind check (
    media_id is null or (kind in ('image', 'video', 'audio', 'file') and revoked_at is null)
  ),
  constraint messages_lose_everything_when_revoked
    check (case when revoked_at is null then body is not null else body is null and mentions is null end),
  constraint messages_are_revoked_by_somebody check ((revoked_at is null) = (revoked_by is null))
);

create index messages_media_id_idx on chat.messages (media_id) where media_id is not null;
create index messages_files_idx on chat.messages (conversation_id, seq) where media_id is not null;

alter table chat.messages enable row level security;
grant select on chat.messages to authenticated, service_role;

comment on table chat.messages is 'What was said, in the order it was said. A revoked message keeps its place and loses its body.';
comment on column chat.messages.conversation_id is 'Where it was said.';
comment on column chat.messages.seq is 'Position within the conversation, counted from 1 without gaps. Clients catch up from the last one they hold.';
comment on column chat.messages.id is 'Version 7 UUID chosen by the client: sending it again is the same message, not a second one.';
comment on column chat.messages.sender_id is 'Who said it, a profile; null for the system.';
comment on column chat.messages.kind is 'text, image, video, audio, file, custom, forward (a record of other messages) or system.';
comment on column chat.messages.body is 'What was said; its shape depends on the kind (docs/envelope.md).';
comment on column chat.messages.media_id is 'The file it brings; null for other kinds, and once the file is gone.';
comment on column chat.messages.reply_to_seq is 'The message it answers, in the same conversation.';
comment on column chat.messages.mentions is 'Who is called by name; the nil UUID calls everybody.';
comment on column chat.messages.forwarded is 'True for a copy of a message from elsewhere.';
comment on column chat.messages.version is 'Number of its last change among the changes of the conversation; 0 while unchanged.';
comment on column chat.messages.created_at is 'When the server took it, by the server''s clock.';
comment on column chat.messages.revoked_at is 'When it was taken back; null while it stands.';
comment on column chat.messages.revoked_by is 'Who took it back.';

-- What a forwarded record holds: references, not copies, so that a message that is revoked is gone here too.
create table chat.forwarded_messages (
  conversation_id uuid not null,
  seq bigint not null,
  position integer not null,
  source_conversation_id uuid not null,
  source_seq bigint not null,

  constraint forwarded_messages_pkey primary key (conversation_id, seq, position),
  constraint forwarded_messages_are_in_a_record foreign key (conversation_id, seq)
    references chat.messages (conversation_id, seq) on delete cascade,
  constraint forwarded_messages_come_from_somewhere foreign key (source_conversation_id, source_seq)
    references chat.messages (conversation_id, seq) on delete cascade,
  constraint forwarded_messages_position_counts_up check (position >= 0)
);

create index forwarded_messages_source_idx on chat.forwarded_messages (source_conversation_id, source_seq);

alter table chat.forwarded_messages enable row level security;
grant select on chat.forwarded_messages to service_role;

comment on table chat.forwarded_messages is 'The entries of forwarded records. Read through the verbs.';
comment on column chat.forwarded_messages.conversation_id is 'Conversation of the record.';
comment on column chat.forwarded_messages.seq is 'Position of the record in its conversation.';
comment on column chat.forwarded_messages.position is 'Position of the entry in the record, from 0.';
comment on column chat.forwarded_messages.source_conversation_id is 'Where the message was said.';
comment on column chat.forwarded_messages.source_seq is 'Which message it is.';

-- Changes to earlier messages, counted per conversation: how a client that was away learns of them.
create table chat.changes (
  conversation_id uuid not null references chat.conversations (id) on delete cascade,
  version bigint not null,
  seq bigint not null,

  constraint changes_pkey primary key (conversation_id, version),
  constraint changes_count_up check (version > 0 and seq > 0)
);

alter table chat.changes enable row level security;
grant select on chat.changes to service_role;

comment on table chat.changes is 'Which earlier message changed, in order. Read through chat.sync.';
comment on column chat.changes.conversation_id is 'The conversation.';
comment on column chat.changes.version is 'Number of the change in its conversation, from 1 without gaps.';
comment on column chat.changes.seq is 'The message that changed.';

-- Files that no live message uses any more. SQL cannot delete a file; the function chat-revoke does, through
-- the Storage API, and forgets none that it could not delete.
create table chat_private.orphaned_files (
  bucket_id text not null,
  name text not null,
  orphaned_at timestamptz not null default now(),
  leased_until timestamptz not null default '-infinity',
  attempts integer not null default 0,

  constraint orphaned_files_pkey primary key (bucket_id, name)
);

create index orphaned_files_leased_until_idx on chat_private.orphaned_files (leased_until);

alter table chat_private.orphaned_files enable row level security;

comment on table chat_private.orphaned_files is 'Files waiting to be deleted from Storage.';
comment on column chat_private.orphaned_files.bucket_id is 'The bucket.';
comment on column chat_private.orphaned_files.name is 'Name of the object in its bucket.';
comment on column chat_private.orphaned_files.orphaned_at is 'Since when nothing uses it.';
comment on column chat_private.orphaned_files.leased_until is 'Until when somebody is busy deleting it.';
comment on column chat_private.orphaned_files.attempts is 'How often deleting was tried.';

-- sql/kernel/errors.sql
-- The only place where a new way to say no can be added. Codes are API: never renamed, never reused.
create or replace function chat_private.refusals()
returns table (code text, status integer, message_en text, message_zh text)
language sql
immutable
set search_path = ''
as $$
  values
    ('not_signed_in',            401, 'Sign in first.', '请先登录。'),
    ('account_disabled',         403, 'This account has been disabled.', '该账号已被停用。'),
    ('guests_cannot',            403, 'Guests cannot do this. Make the account permanent first.', '游客无此权限，请先注册为正式用户。'),
    ('friends_only',             403, 'Only friends may write to each other here.', '仅好友之间可以发消息。'),
    ('profile_not_found',        404, 'There is no such person, or you cannot reach them.', '用户不存在或无法联系。'),
    ('friend_request_not_found', 404, 'There is no such open friend request.', '好友申请不存在或已处理。'),
    ('friend_not_found',         404, 'You are not friends.', '你们还不是好友。'),
    ('conversation_not_found',   404, 'There is no such conversation, or you are not in it.', '会话不存在或你不在其中。'),
    ('group_request_not_found',  404, 'There is no such open invitation or request.', '邀请或申请不存在或已处理。'),
    ('member_not_found',         404, 'This person is not in the group.', '该用户不在群聊中。'),
    ('message_not_found',        404, 'There is no such message, or you cannot see it.', '消息不存在或你无权查看。'),
    ('group_not_found',          404, 'There is no group with this code.', '群聊不存在。'),
    ('media_not_found',          404, 'There is no such file, or you cannot see it.', '文件不存在或你无权查看。'),
    ('not_your_message',         403, 'Only its sender, or somebody above them in the group, can do this.', '只有发送者或更高权限的群成员才能操作。'),
    ('role_too_low',             403, 'Your role in the group does not allow this.', '你在群里的权限不足。'),
    ('you_are_muted',            403, 'You have been muted in this group.', '你已被禁言。'),
    ('group_is_muted',           403, 'Only the owner and admins can speak in this group now.', '本群已开启全员禁言。'),
    ('group_is_closed',          403, 'This group takes nobody in this way.', '本群不允许以此方式加入。'),
    ('group_name_invalid',       400, 'A group name is 1 to 50 characters without control characters.', '群名称须为1至50个字符，且不含控制字符。'),
    ('announcement_invalid',     400, 'An announcement has at most 1000 characters.', '群公告不能超过1000个字符。'),
    ('join_mode_invalid',        400, 'The join mode is open, approval or closed.', '加入方式只能是 open、approval 或 closed。'),
    ('role_invalid',             400, 'The role is admin or member.', '角色只能是 admin 或 member。'),
    ('minutes_invalid',          400, 'The number of minutes is out of range.', '分钟数超出范围。'),
    ('people_invalid',           400, 'Name between 1 and 100 different people.', '须指定1至100个不同的用户。'),
    ('mentions_invalid',         400, 'Only people in the group can be mentioned, at most 50; everybody, only by owner and admins.', '只能提及群成员且不超过50人；仅群主和管理员可提及所有人。'),
    ('forward_invalid',          400, 'Forward between 1 and 100 different messages to between 1 and 20 different conversations, mode each or merged.', '须转发1至100条不同消息到1至20个不同会话，方式为 each 或 merged。'),
    ('request_invalid',          400, 'The request is not well formed.', '请求格式不正确。'),
    ('username_invalid',         400, 'A username is 3 to 30 characters: letters, digits, dot, dash, underscore; it starts with a letter or digit.', '用户名须为3至30个字符，仅限字母、数字、点、短横线和下划线，且以字母或数字开头。'),
    ('nickname_invalid',         400, 'A nickname is 1 to 30 characters without control characters.', '昵称须为1至30个字符，且不含控制字符。'),
    ('avatar_url_invalid',       400, 'An avatar is an http or https address of at most 1000 characters.', '头像须为不超过1000个字符的http或https地址。'),
    ('note_invalid',             400, 'A note has at most 50 characters without control characters.', '申请说明不能超过50个字符，且不含控制字符。'),
    ('remark_invalid',           400, 'A remark has at most 30 characters without control characters.', '备注不能超过30个字符，且不含控制字符。'),
    ('answer_invalid',           400, 'The answer is accept, refuse or, for friend requests, ignore.', '处理结果只能是 accept、refuse，好友申请还可以是 ignore。'),
    ('direction_invalid',        400, 'The direction is received or sent.', '方向只能是 received 或 sent。'),
    ('cannot_be_yourself',       400, 'This needs another person than yourself.', '不能对自己进行此操作。'),
    ('page_size_invalid',        400, 'The page size is out of range.', '每页数量超出范围。'),
    ('seq_invalid',              400, 'A position is a number from 0 on.', '消息位置须为不小于0的数字。'),
    ('cursor_invalid',           400, 'This is not a cursor that the server gave out.', '游标无效。'),
    ('kind_invalid',             400, 'There is no such kind of message.', '消息类型不存在。'),
    ('body_invalid',             400, 'The body does not fit the kind of message.', '消息内容与消息类型不符。'),
    ('text_empty',               400, 'A text message needs a text.', '消息内容不能为空。'),
    ('message_id_invalid',       400, 'A message id is a version 7 UUID made now or within the last 30 days.', '消息ID须为最近30天内生成的第7版UUID。'),
    ('media_wrong_kind',         400, 'The file is not of the kind that is needed here.', '文件类型与所需类型不符。'),
    ('path_invalid',             400, 'Files go to <your id>/<directories>/<yyyymmdd>/<milliseconds>_<12 hex digits>.<extension>, to a path that is free.', '文件须上传到：用户ID/目录/年月日/毫秒_12位十六进制.扩展名，且路径未被占用。'),
    ('directory_invalid',        400, 'A directory is up to 4 names of letters, digits, dash and underscore, at most 64 each.', '目录最多4级，每级最多64个字母、数字、短横线或下划线。'),
    ('file_name_invalid',        400, 'A file name is 1 to 255 characters without control characters or slashes.', '文件名须为1至255个字符，且不含控制字符和斜杠。'),
    ('facts_invalid',            400, 'Class, duration, waveform or sides of the file are out of range.', '文件的分类、时长、波形或尺寸超出范围。'),
    ('setting_invalid',          400, 'There is no such setting, or the value is not allowed.', '设置项不存在或取值不被允许。'),
    ('username_taken',           409, 'This username is taken.', '该用户名已被占用。'),
    ('username_already_set',     409, 'A username cannot be changed once it is set.', '账号不可修改。'),
    ('already_friends',          409, 'You are friends already.', '你们已经是好友了。'),
    ('friend_request_pending',   409, 'Your request is waiting for an answer.', '您已经申请过了，请等待对方处理。'),
    ('person_is_blocked',        409, 'You have blocked this person. Unblock them first.', '你已将对方拉黑，请先解除。'),
    ('message_id_conflict',      409, 'Another message was sent with this id.', '该消息ID已被另一条消息使用。'),
    ('revoke_window_over',       409, 'This message is too old to be revoked.', '消息超过可撤回时间，不能撤回。'),
    ('message_is_revoked',       409, 'This message has been revoked.', '该消息已被撤回。'),
    ('owner_cannot_leave',       409, 'The owner has to transfer or dissolve the group first.', '群主须先转让或解散群聊。'),
    ('group_is_full',            409, 'The group has no room for more people.', '群成员已满。'),
    ('groups_owned_limit',       409, 'You own as many groups as you may.', '你拥有的群聊数量已达上限。'),
    ('group_dissolved',          409, 'This group has been dissolved.', '该群已解散。'),
    ('method_not_allowed',       405, 'This function does not answer this method.', '不支持该请求方法。'),
    ('media_unchecked',          409, 'The file has not been looked at yet: call the function chat-media first.', '文件尚未检查，请先调用 chat-media。'),
    ('media_in_use',             409, 'Messages use this file. Revoke them first.', '文件正被消息使用，请先撤回相关消息。'),
    ('request_too_large',        413, 'The request is too large.', '请求过大。'),
    ('file_too_large',           413, 'The file is too large.', '文件过大。'),
    ('image_too_large',          413, 'The picture has too many pixels.', '图片像素过大。'),
    ('mime_type_invalid',        415, 'Files of this type cannot be uploaded here.', '不支持上传此类型的文件。'),
    ('file_disguised',           415, 'The file is not what its type says. It has been removed.', '文件内容与类型不符，已被删除。'),
    ('file_unreadable',          422, 'The file is damaged or of a kind that cannot be read. It has been removed.', '文件已损坏或无法读取，已被删除。'),
    ('video_unreadable',         422, 'This is no video, or it is damaged.', '不是视频或视频已损坏。'),
    ('video_has_no_picture',     422, 'The film has no picture.', '视频没有画面。'),
    ('video_codec_unsupported',  422, 'The codec of the film is not supported here. Make the cover in the app.', '不支持该视频编码，请在客户端生成封面。'),
    ('video_time_beyond_end',    422, 'The film is shorter than that.', '时间超出视频时长。'),
    ('video_too_large',          422, 'The film takes too much to read.', '视频过大，无法处理。'),
    ('video_too_slow',           422, 'The film takes too long to read. Mode fast may do.', '视频处理超时，可尝试 fast 模式。'),
    ('video_host_not_allowed',   403, 'Films are not read from this address.', '不允许读取该地址的视频。'),
    ('video_unreachable',        502, 'The film could not be fetched.', '无法获取视频。'),
    ('text_too_long',            413, 'The text is too long.', '文字过长。'),
    ('body_too_large',           413, 'The body is too large.', '消息内容过大。'),
    ('friend_request_too_soon',  429, 'It is too soon to ask this person again.', '申请过于频繁，请稍后再试。'),
    ('upload_quota_over',        429, 'You have uploaded enough for today.', '今日上传量已达上限。'),
    ('internal',                 500, 'Something went wrong on our side.', '服务器内部错误。'),
    ('busy',                     503, 'This cannot be done at this moment. Try again.', '暂时无法完成，请稍后重试。')
$$;

comment on function chat_private.refusals is 'The catalogue: every way to say no, its HTTP status and its sentence in two languages.';

-- Volatile on purpose: refusing is a side effect the planner must never fold away.
create or replace function chat_private.fail(code text, retry_after interval default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_refusal record;
  v_sentence text;
begin
  select r.* into strict v_refusal
  from chat_private.refusals() as r
  where r.code = fail.code;

  v_sentence := case
    when (select s.notice_language from chat_private.settings as s) = 'zh-CN' then v_refusal.message_zh
    else v_refusal.message_en
  end;

  if retry_after is null then
    raise exception using
      errcode = 'PT' || v_refusal.status,  -- PostgREST turns PTxyz into HTTP xyz
      message = v_refusal.code,            -- ASCII, because it becomes the HTTP reason phrase
      detail = v_sentence;
  end if;

  -- The one form of PostgREST's errors that can carry a header.
  raise sqlstate 'PGRST' using
    message = json_build_object(
      'code', 'PT' || v_refusal.status, 'message', v_refusal.code, 'details', v_sentence, 'hint', null
    ),
    detail = json_build_object(
      'status', v_refusal.status,
      'headers', json_build_object('Retry-After', ceil(extract(epoch from retry_after))::bigint::text)
    );
end;
$$;

comment on function chat_private.fail is 'Refuses in a word from the catalogue; retry_after becomes the header of that name.';

-- sql/kernel/settings.sql
create or replace function chat.get_settings()
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select to_jsonb(s) - 'id'
    from chat_private.settings as s
  );
end;
$$;

-- Changes the settings that are named and leaves the others.
--
-- Who    service_role; the dashboard edits the table itself
-- Says   nothing
-- Fails  setting_invalid
create or replace function chat.set_settings(changes jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_settings chat_private.settings;
begin
  select s.* into strict v_settings from chat_private.settings as s;
  if jsonb_typeof(changes) is distinct from 'object'
    or exists (select from jsonb_object_keys(changes) as k where not (to_jsonb(v_settings) - 'id') ? k)
  then
    perform chat_private.fail('setting_invalid');
  end if;

  begin
    v_settings := jsonb_populate_record(v_settings, changes);
    update chat_private.settings as s
    set revoke_window = v_settings.revoke_window,
        friend_request_cooldown = v_settings.friend_request_cooldown,
        withdrawn_request_cooldown = v_settings.withdrawn_request_cooldown,
        text_max_length = v_settings.text_max_length,
        custom_max_bytes = v_settings.custom_max_bytes,
        group_max_members = v_settings.group_max_members,
        groups_owned_max = v_settings.groups_owned_max,
        revoked_text_comes_back = v_settings.revoked_text_comes_back,
        group_link_url = v_settings.group_link_url,
        who_may_write = v_settings.who_may_write,
        notice_language = v_settings.notice_language,
        friend_request_redirect_url = v_settings.friend_request_redirect_url,
        uploads_per_day = v_settings.uploads_per_day,
        upload_bytes_per_day = v_settings.upload_bytes_per_day,
        guest_uploads_per_day = v_settings.guest_uploads_per_day,
        guest_upload_bytes_per_day = v_settings.guest_upload_bytes_per_day,
        guest_file_max_bytes = v_settings.guest_file_max_bytes;
  exception
    -- A value of the wrong type, or one that a check of the table refuses.
    when data_exception or integrity_constraint_violation then
      perform chat_private.fail('setting_invalid');
  end;
  return chat.get_settings();
end;
$$;

comment on function chat.get_settings is 'All settings and their values, for service_role.';
comment on function chat.set_settings is 'Changes settings by name, for service_role; answers all of them.';
grant execute on function chat.get_settings, chat.set_settings to service_role;
grant execute on function chat_private.fail, chat_private.refusals to service_role;

-- sql/kernel/version.sql
create or replace function chat.version()
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return '0.1.0';
end;
$$;

comment on function chat.version is 'Version of the installed schema; a client compares it with its own.';
grant execute on function chat.version to authenticated, service_role;

-- sql/kernel/ids.sql
-- A version 7 UUID: 48 bits of milliseconds, then chance. Postgres makes them itself only from 18 on.
create or replace function chat_private.uuid_v7()
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
begin
  return encode(
    set_bit(set_bit(
      overlay(
        uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6
      ),
      52, 1), 53, 1),
    'hex')::uuid;
end;
$$;

comment on function chat_private.uuid_v7 is 'A new version 7 UUID.';

-- Ids lead the unique index of the messages: ids that are not in the order of time would scatter it.
create or replace function chat_private.is_recent_uuid_v7(id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return substr(id::text, 15, 1) = '7'
    and substr(id::text, 20, 1) in ('8', '9', 'a', 'b')
    and to_timestamp(('x' || left(translate(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
      between now() - interval '30 days' and now() + interval '1 day';
end;
$$;

comment on function chat_private.is_recent_uuid_v7 is 'True for a version 7 UUID whose time lies in the last 30 days (a day ahead for clocks that are off).';

-- sql/kernel/texts.sql
-- Control characters, and the marks that let a name run backwards over what stands beside it.
create or replace function chat_private.is_clean(value text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return value !~ '[\u0001-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]';
end;
$$;

comment on function chat_private.is_clean is 'True for a line of text without control characters or direction overrides.';

-- Spaces of every script, joiners, fillers and marks that draw nothing. Listed, because what [:space:] holds depends
-- on the collation of the database.
create or replace function chat_private.is_blank(value text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return value !~ ('[^[:space:]\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u1680\u2000-\u200f'
    '\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0]');
end;
$$;

comment on function chat_private.is_blank is 'True for a text of which nothing can be seen.';

create or replace function chat_private.milliseconds(moment timestamptz)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (extract(epoch from moment) * 1000)::bigint;
end;
$$;

comment on function chat_private.milliseconds is 'A moment as milliseconds since 1970, as envelopes carry it.';

-- sql/kernel/pages.sql
-- Fails  page_size_invalid
create or replace function chat_private.checked_page_size(page_size integer, largest integer)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  if page_size is null or page_size not between 1 and largest then
    perform chat_private.fail('page_size_invalid');
  end if;
  return page_size;
end;
$$;

comment on function chat_private.checked_page_size is 'The page size a caller asked for, refused when it is out of range.';

-- sql/kernel/caller.sql
-- Who is calling. Everything a verb does starts here.
--
-- Fails  not_signed_in, account_disabled
create or replace function chat_private.caller()
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_id uuid := auth.uid();
  v_status text;
begin
  if v_id is null then
    perform chat_private.fail('not_signed_in');
  end if;

  select p.status into v_status from chat.profiles as p where p.id = v_id;
  if not found and not current_setting('transaction_read_only')::boolean then
    -- The trigger on sign-up never breaks a sign-up; if it could not do its work then, it is done now.
    v_status := chat_private.open_profile(v_id);
  end if;

  case v_status
    when 'active' then return v_id;
    when 'disabled' then perform chat_private.fail('account_disabled');
    else perform chat_private.fail('not_signed_in');  -- an old token of a deleted account
  end case;
end;
$$;

comment on function chat_private.caller is 'Id of the person calling; refuses strangers and disabled accounts.';

-- Guests are told by the profile, not by the token: a claim is as old as its token, and a guest who has
-- just become permanent must not be locked out by it.
--
-- Fails  not_signed_in, account_disabled, guests_cannot
create or replace function chat_private.permanent_caller()
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
begin
  if (select p.is_guest from chat.profiles as p where p.id = v_caller) then
    perform chat_private.fail('guests_cannot');
  end if;
  return v_caller;
end;
$$;

comment on function chat_private.permanent_caller is 'Id of the person calling; refuses guests too.';

-- Fails  guests_cannot
create or replace function chat_private.check_guest_right(caller uuid, action text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if (select p.is_guest from chat.profiles as p where p.id = caller)
    and not (select r.is_allowed from chat_private.guest_rights as r where r.action = check_guest_right.action)
  then
    perform chat_private.fail('guests_cannot');
  end if;
end;
$$;

comment on function chat_private.check_guest_right is 'Refuses guests what the table of their rights does not allow.';

-- For policies: who is asking, or nobody. Never raises, asked once per statement.
create or replace function chat_private.me()
returns uuid
language plpgsql
stable
security definer  -- reads chat.profiles without re-entering its policy
set search_path = ''
as $$
begin
  return (
    select p.id
    from chat.profiles as p
    where p.id = (select auth.uid())
      and p.status = 'active'
  );
end;
$$;

comment on function chat_private.me is 'Id of the person asking, or null for strangers and disabled accounts.';
grant execute on function chat_private.me to authenticated;

-- sql/realtime/push.sql
create or replace function chat_private.user_topic(user_id uuid)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return 'chat:user:' || user_id;
end;
$$;

comment on function chat_private.user_topic is 'The private topic that only this person hears.';

-- The one place that writes to Realtime. A push is a hint: the table remembers, and clients catch up by cursor.
-- So nothing that goes wrong there may undo what is being told: not a missing partition or schema, nor a lock
-- that somebody holds on it. One statement for all topics, because realtime.send() costs a subtransaction each.
create or replace function chat_private.push(event text, topics text[], payload jsonb, ids uuid[] default null)
returns void
language plpgsql
volatile
set search_path = ''
set lock_timeout = '500ms'
as $$
begin
  insert into realtime.messages (id, topic, extension, event, payload, private)
  select coalesce(t.id, gen_random_uuid()), t.topic, 'broadcast', push.event, push.payload, true
  from unnest(push.topics, push.ids) as t (topic, id);
exception
  when others then
    raise warning 'chat: % was not pushed: %', push.event, sqlerrm;
end;
$$;

comment on function chat_private.push is 'Broadcasts one payload to private topics, in the caller''s transaction. Never fails.';

create or replace function chat_private.group_topic(conversation_id uuid, epoch bigint)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return 'chat:group:' || conversation_id || ':' || epoch;
end;
$$;

create or replace function chat_private.signal_topic(conversation_id uuid, epoch bigint)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return 'chat:signal:' || conversation_id || ':' || epoch;
end;
$$;

comment on function chat_private.group_topic is 'The private topic that the members of a group hear, until the epoch is raised.';
comment on function chat_private.signal_topic is 'The private topic for typing and presence in a conversation, until the epoch is raised.';

-- Ids of the rows that push a message can be computed again, so that a revoke finds them by the primary key. A UUID of
-- version 8 is made for such a hash.
create or replace function chat_private.push_id(event text, message_id uuid, recipient_id uuid)
returns uuid
language plpgsql
immutable
set search_path = ''
as $$
begin
  return overlay(overlay(md5(event || message_id || recipient_id) placing '8' from 13) placing '8' from 17)::uuid;
end;
$$;

comment on function chat_private.push_id is 'Id of the broadcast row of a message for a person or a group.';

-- Realtime keeps what was pushed for days and replays it: what is revoked must not be there any more.
--
-- Fails  busy
create or replace function chat_private.unpush(ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
set lock_timeout = '500ms'
as $$
begin
  delete from realtime.messages as m where m.id = any (unpush.ids);
exception
  when undefined_table or invalid_schema_name then null;  -- then nothing is kept
  when lock_not_available then
    perform chat_private.fail('busy');  -- a revoke that leaves the words there would be none
end;
$$;

comment on function chat_private.unpush is 'Takes broadcast rows out of Realtime''s store.';

-- sql/realtime/policies.sql
-- The topic that is being joined, if the caller may hear it; else null. Realtime names it in a setting.
--
-- chat:user:<id>           only that person
-- chat:group:<id>:<epoch>  members of the group, while the epoch is the current one
-- chat:signal:<id>:<epoch> people in the conversation, while the epoch is the current one
create or replace function chat_private.my_topic()
returns text
language plpgsql
stable
security definer  -- reads memberships without entering their policies
set search_path = ''
as $$
declare
  v_topic text := realtime.topic();
  v_me uuid := chat_private.me();
  v_parts text[] := regexp_match(v_topic, '^chat:(group|signal):([0-9a-f-]{36}):(\d{1,18})$');
begin
  case
    when v_me is null then
      return null;
    when v_parts is null then
      return case when v_topic = chat_private.user_topic(v_me) then v_topic end;
    when chat_private.is_current_member(v_parts[2], v_parts[3]::bigint, v_parts[1], v_me) then
      return v_topic;
    else
      return null;
  end case;
end;
$$;

-- In a direct conversation nobody sees whether somebody is there who has shut them out.
create or replace function chat_private.is_current_member(conversation_id text, epoch bigint, topic_kind text, me uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from chat.members as m
    join chat.conversations as c on c.id = m.conversation_id
    where m.conversation_id = is_current_member.conversation_id::uuid
      and m.user_id = is_current_member.me
      and m.left_at is null
      and c.epoch = is_current_member.epoch
      and (c.kind = 'group' or topic_kind = 'signal')
      and not exists (
        select from chat.blocks as b
        where (b.blocker_id, b.blocked_id) in ((c.low_id, c.high_id), (c.high_id, c.low_id))
      )
  );
exception
  when invalid_text_representation then
    return false;  -- 36 characters that are no id
end;
$$;

comment on function chat_private.my_topic is 'The topic being joined, if the caller may hear it.';
comment on function chat_private.is_current_member is 'Whether somebody is in a conversation whose epoch is this one.';
grant execute on function chat_private.my_topic to authenticated;

-- The row's topic, not only the channel's: the row that Realtime probes with carries it, and so nobody who reaches
-- this table by another way reads other people's topics.
drop policy if exists "chat: people hear their own topics" on realtime.messages;
create policy "chat: people hear their own topics"
  on realtime.messages
  for select
  to authenticated
  using (
    topic = (select chat_private.my_topic())
    and (extension = 'broadcast' or topic like 'chat:signal:%')  -- nobody is present where things are told
  );

-- Typing and presence are all that clients may send. Whatever has content is written by the verbs.
drop policy if exists "chat: people in a conversation signal to each other" on realtime.messages;
create policy "chat: people in a conversation signal to each other"
  on realtime.messages
  for insert
  to authenticated
  with check (topic like 'chat:signal:%' and topic = (select chat_private.my_topic()));

-- sql/profiles/accounts.sql
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

-- sql/profiles/policies.sql
-- The people a person may look at: a set, asked once per statement.
create or replace function chat_private.my_people()
returns setof uuid
language sql
stable
security definer  -- reads the relations without re-entering their policies
set search_path = ''
as $$
  select chat_private.me()
  union all
  select f.friend_id
  from chat.friendships as f
  where f.user_id = chat_private.me()
  union all
  select r.from_id
  from chat.friend_requests as r
  where r.to_id = chat_private.me() and r.status in ('pending', 'ignored')
  union all
  select case when c.low_id = m.user_id then c.high_id else c.low_id end
  from chat.members as m
  join chat.conversations as c on c.id = m.conversation_id and c.kind = 'direct'
  where m.user_id = chat_private.me()
$$;

comment on function chat_private.my_people is 'Ids of the caller, of friends, of people asking to be friends, and of people in direct conversations.';
grant execute on function chat_private.my_people to authenticated;

drop policy if exists "people see those they know" on chat.profiles;
create policy "people see those they know"
  on chat.profiles
  for select
  to authenticated
  using (id = any (array(select chat_private.my_people())));

drop policy if exists "people read their own notices" on chat.notices;
create policy "people read their own notices"
  on chat.notices
  for select
  to authenticated
  using (user_id = (select chat_private.me()));

-- sql/profiles/faces.sql
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

-- sql/friends/policies.sql
drop policy if exists "people read requests made to them" on chat.friend_requests;
create policy "people read requests made to them"
  on chat.friend_requests
  for select
  to authenticated
  using (to_id = (select chat_private.me()) and status <> 'withdrawn');

drop policy if exists "people read their own friendships" on chat.friendships;
create policy "people read their own friendships"
  on chat.friendships
  for select
  to authenticated
  using (user_id = (select chat_private.me()));

drop policy if exists "people read their own blocks" on chat.blocks;
create policy "people read their own blocks"
  on chat.blocks
  for select
  to authenticated
  using (blocker_id = (select chat_private.me()));

create or replace view chat.friends
with (security_invoker = true)
as
  select
    f.friend_id as id,
    f.remark,
    p.username,
    p.display_name as name,
    p.avatar_url as avatar,
    f.created_at
  from chat.friendships as f
  join chat.profiles as p on p.id = f.friend_id
  -- Said again for service_role, which policies do not bind: it is nobody and sees nobody's friends.
  where f.user_id = (select auth.uid());

comment on view chat.friends is 'The caller''s friends: id, remark, username, name, avatar and since when.';
grant select on chat.friends to authenticated;

-- sql/friends/relations.sql
-- Every change between people starts by locking their inboxes, in the order of ids: changes to the same relation
-- happen one after the other, and never wait for each other in a circle. So does the end of an account.
create or replace function chat_private.lock_people(people uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform from chat_private.inboxes as i
  where i.user_id = any (lock_people.people)
  order by i.user_id
  for update;
end;
$$;

-- The same for a caller and somebody else, and the caller once more: the account may have gone while we waited.
--
-- Fails  not_signed_in, account_disabled
create or replace function chat_private.lock_relation(caller uuid, person uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.lock_people(array[lock_relation.caller, person]);
  perform chat_private.caller();
end;
$$;

comment on function chat_private.lock_relation is 'Makes changes between the caller and this person wait for each other.';
comment on function chat_private.lock_people is 'Makes changes between these people wait for each other.';

create or replace function chat_private.are_friends(one uuid, other uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from chat.friendships as f
    where f.user_id = are_friends.one and f.friend_id = are_friends.other
  );
end;
$$;

comment on function chat_private.are_friends is 'Whether two people are friends.';

-- The last line, should a verb ever forget: no friendship while one of the two blocks the other.
create or replace function chat_private.on_friendship_checks_blocks()
returns trigger
language plpgsql
security definer  -- sees all blocks
set search_path = ''
as $$
begin
  if exists (
    select from chat.blocks as b
    where (b.blocker_id, b.blocked_id) in ((new.user_id, new.friend_id), (new.friend_id, new.user_id))
  ) then
    raise exception 'friendships_are_not_blocked' using errcode = 'check_violation';
  end if;
  return new;
end;
$$;

create or replace function chat_private.on_block_checks_friendships()
returns trigger
language plpgsql
security definer  -- sees all friendships
set search_path = ''
as $$
begin
  perform chat_private.lock_people(array[new.blocker_id, new.blocked_id]);
  if chat_private.are_friends(new.blocker_id, new.blocked_id) then
    raise exception 'blocks_end_friendships' using errcode = 'check_violation';
  end if;
  return new;
end;
$$;

comment on function chat_private.on_friendship_checks_blocks is 'Refuses a friendship with somebody who blocks or is blocked.';
comment on function chat_private.on_block_checks_friendships is 'Refuses a block that leaves a friendship standing.';

create or replace trigger friendships_insert_checks_blocks
  before insert on chat.friendships
  for each row
  execute function chat_private.on_friendship_checks_blocks();

create or replace trigger blocks_insert_checks_friendships
  before insert on chat.blocks
  for each row
  execute function chat_private.on_block_checks_friendships();

-- sql/friends/notices.sql
-- Tells both people what happened between them: kept as a notice, and pushed, in one transaction with the change.
-- Whoever tells several times in one transaction locks all these people first.
create or replace function chat_private.tell(
  people uuid[], type text, actor_id uuid, subject_id uuid, data jsonb default '{}'
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_notice chat.notices;
begin
  perform chat_private.lock_people(tell.people);
  for v_notice in
    with counted as (
      update chat_private.inboxes as i
      set last_notice_seq = i.last_notice_seq + 1
      where i.user_id = any (tell.people)
      returning i.user_id, i.last_notice_seq
    )
    insert into chat.notices (user_id, seq, type, actor_id, subject_id, data)
    select c.user_id, c.last_notice_seq, tell.type, tell.actor_id, tell.subject_id, tell.data
    from counted as c
    returning *
  loop
    perform chat_private.push(
      tell.type,
      array[chat_private.user_topic(v_notice.user_id)],
      chat_private.notice_envelope(v_notice)
    );
  end loop;
end;
$$;

comment on function chat_private.tell is 'Adds one notice for each of these people and pushes it.';

-- What a notice reads like for the one who did it, and for the other one.
create or replace function chat_private.notice_text(
  type text, is_mine boolean, actor text, subject text, group_name text
)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select format(t.text, actor, subject, group_name)
    from (values
      ('en',    'friend_requested',         false, '%1$s would like to be your friend'),
      ('en',    'friend_requested',         true,  'You asked %2$s to be your friend'),
      ('en',    'friend_request_withdrawn', false, '%1$s withdrew the friend request'),
      ('en',    'friend_request_withdrawn', true,  'You withdrew your friend request to %2$s'),
      ('en',    'friend_request_refused',   false, '%1$s declined your friend request'),
      ('en',    'friend_request_refused',   true,  'You declined the friend request of %2$s'),
      ('en',    'friend_request_ignored',   true,  'You ignored the friend request of %2$s'),
      ('en',    'friend_added',             false, 'You and %1$s are friends now'),
      ('en',    'friend_added',             true,  'You and %2$s are friends now'),
      ('en',    'friend_removed',           false, 'You and %1$s are no longer friends'),
      ('en',    'friend_removed',           true,  'You and %2$s are no longer friends'),
      ('en',    'group_invited',            false, '%1$s invites you to the group %3$s'),
      ('en',    'group_join_requested',     false, '%2$s would like to join %3$s'),
      ('en',    'group_join_requested',     true,  'You asked to join %3$s'),
      ('en',    'group_request_refused',    false, 'It was declined that %2$s joins %3$s'),
      ('en',    'group_joined',             false, 'You are in the group %3$s now'),
      ('en',    'group_joined',             true,  'You are in the group %3$s now'),
      ('en',    'group_removed',            false, 'You were removed from %3$s'),
      ('en',    'group_removed',            true,  'You left %3$s'),
      ('zh-CN', 'group_invited',            false, '[%1$s]邀请您加入群聊[%3$s]'),
      ('zh-CN', 'group_join_requested',     false, '[%2$s]申请加入群聊[%3$s]'),
      ('zh-CN', 'group_join_requested',     true,  '您申请加入群聊[%3$s]'),
      ('zh-CN', 'group_request_refused',    false, '[%2$s]加入群聊[%3$s]的申请或邀请被拒绝'),
      ('zh-CN', 'group_joined',             false, '您已加入群聊[%3$s]'),
      ('zh-CN', 'group_joined',             true,  '您已加入群聊[%3$s]'),
      ('zh-CN', 'group_removed',            false, '您已被移出群聊[%3$s]'),
      ('zh-CN', 'group_removed',            true,  '您已退出群聊[%3$s]'),
      ('zh-CN', 'friend_requested',         false, '用户[%1$s]申请添加您为好友，请尽快处理'),
      ('zh-CN', 'friend_requested',         true,  '您申请添加[%2$s]为好友'),
      ('zh-CN', 'friend_request_withdrawn', false, '[%1$s]撤回了好友申请'),
      ('zh-CN', 'friend_request_withdrawn', true,  '您撤回了对[%2$s]的好友申请'),
      ('zh-CN', 'friend_request_refused',   false, '[%1$s]拒绝了您的好友申请'),
      ('zh-CN', 'friend_request_refused',   true,  '您拒绝了[%2$s]的好友申请'),
      ('zh-CN', 'friend_request_ignored',   true,  '您忽略了[%2$s]的好友申请'),
      ('zh-CN', 'friend_added',             false, '您和[%1$s]已经是好友了'),
      ('zh-CN', 'friend_added',             true,  '您和[%2$s]已经是好友了'),
      ('zh-CN', 'friend_removed',           false, '您和[%1$s]已不再是好友'),
      ('zh-CN', 'friend_removed',           true,  '您和[%2$s]已不再是好友')
    ) as t (language, type, is_mine, text)
    join chat_private.settings as s on s.notice_language = t.language
    where t.type = notice_text.type and t.is_mine = notice_text.is_mine
  );
end;
$$;

comment on function chat_private.notice_text is 'The sentence of a notice, in the language of the settings.';

-- Who a friend request comes from, in the language of the settings.
create or replace function chat_private.desk_name()
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select case s.notice_language when 'zh-CN' then '好友申请提醒' else 'Friend request' end
    from chat_private.settings as s
  );
end;
$$;

comment on function chat_private.desk_name is 'Name of the sender of friend requests.';

-- The envelope of a notice, with the names as they are now.
create or replace function chat_private.notice_envelope(notice chat.notices)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_is_mine boolean := notice.actor_id = notice.user_id;
  v_actor chat.profiles;
  v_subject chat.profiles;
  v_group chat.groups;
  v_is_request boolean := notice.type = 'friend_requested' and not v_is_mine;
begin
  select p.* into v_actor from chat.profiles as p where p.id = notice.actor_id;
  select p.* into v_subject from chat.profiles as p where p.id = notice.subject_id;
  select g.* into v_group from chat.groups as g where g.id = (notice.data ->> 'conversation_id')::uuid;
  return jsonb_build_object(
    'id', notice.id,
    'seq', notice.seq,
    'version', 0,
    'conversation_id', null,
    -- As in the course: a request comes from the desk that handles it, not from a chat partner.
    'from_id', case when v_is_request then 'redirect-applyFriend-' || v_actor.id else v_actor.id::text end,
    'from_name', case when v_is_request then chat_private.desk_name() else v_actor.display_name end,
    'from_avatar', v_actor.avatar_url,
    'to_id', v_subject.id,
    'to_name', v_subject.display_name,
    'to_avatar', v_subject.avatar_url,
    'chatType', case when v_group.id is null then 'single' else 'group' end,
    'type', case when v_is_request then 'text' else 'systemNotice' end,
    'actionType', notice.type,
    'data', jsonb_build_object(
      'data', chat_private.notice_text(
        notice.type, v_is_mine, v_actor.display_name, v_subject.display_name, v_group.name
      ),
      'dataType', false,
      'otherData', notice.data
    ),
    'redirect', case when v_is_request then jsonb_build_object(
      'url', (select s.friend_request_redirect_url from chat_private.settings as s),
      'type', 'navigateTo'
    ) end,
    'options', jsonb_build_object('actor_id', v_actor.id, 'subject_id', v_subject.id),
    'create_time', chat_private.milliseconds(notice.created_at),
    'isremove', 0,
    'group', case when v_group.id is not null then jsonb_build_object(
      'id', v_group.id, 'name', v_group.name, 'avatar', v_group.avatar_url
    ) end
  );
end;
$$;

comment on function chat_private.notice_envelope is 'A notice in the shape that everything pushed has (docs/envelope.md).';

-- sql/groups/ladder.sql
-- Who stands where in a group: 3 owner, 2 admin, 1 everybody else.
create or replace function chat_private.rank_of(conversation_id uuid, user_id uuid)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((
    select case m.role when 'owner' then 3 when 'admin' then 2 else 1 end
    from chat.members as m
    where m.conversation_id = rank_of.conversation_id and m.user_id = rank_of.user_id and m.left_at is null
  ), 1);
end;
$$;

-- A group with everything in it held still, for one of its members. All changes of a group start here.
--
-- Fails  conversation_not_found, group_dissolved
create or replace function chat_private.locked_group(conversation_id uuid, caller uuid)
returns chat.groups
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_group chat.groups;
begin
  perform chat_private.membership(locked_group.conversation_id, caller);  -- strangers lock nothing
  perform from chat.conversations as c where c.id = locked_group.conversation_id for no key update;
  perform chat_private.membership(locked_group.conversation_id, caller);
  select g.* into v_group from chat.groups as g where g.id = locked_group.conversation_id;
  case
    when not found then
      perform chat_private.fail('conversation_not_found');  -- a direct one
    when v_group.dissolved_at is not null then
      perform chat_private.fail('group_dissolved');
    else
      return v_group;
  end case;
end;
$$;

-- The same, for somebody of at least this rank.
--
-- Fails  conversation_not_found, group_dissolved, role_too_low
create or replace function chat_private.ruled_group(conversation_id uuid, caller uuid, least_rank integer)
returns chat.groups
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_group chat.groups := chat_private.locked_group(ruled_group.conversation_id, caller);
begin
  if chat_private.rank_of(v_group.id, caller) < least_rank then
    perform chat_private.fail('role_too_low');
  end if;
  return v_group;
end;
$$;

-- Somebody in the group whom the caller may rule: in it, and of lower rank.
--
-- Fails  member_not_found, role_too_low
create or replace function chat_private.check_outranks(conversation_id uuid, caller uuid, user_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  perform chat_private.check_is_member(check_outranks.conversation_id, check_outranks.user_id);
  if chat_private.rank_of(check_outranks.conversation_id, check_outranks.caller)
    <= chat_private.rank_of(check_outranks.conversation_id, check_outranks.user_id)
  then
    perform chat_private.fail('role_too_low');
  end if;
end;
$$;

-- Fails  member_not_found
create or replace function chat_private.check_is_member(conversation_id uuid, user_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not exists (
    select from chat.members as m
    where m.conversation_id = check_is_member.conversation_id
      and m.user_id = check_is_member.user_id
      and m.left_at is null
  ) then
    perform chat_private.fail('member_not_found');
  end if;
end;
$$;

comment on function chat_private.rank_of is 'Rank of a person in a group: 3 owner, 2 admin, 1 everybody else.';
comment on function chat_private.locked_group is 'A group, locked, for one of its members.';
comment on function chat_private.ruled_group is 'A group, locked, for a member of at least this rank.';
comment on function chat_private.check_outranks is 'Refuses acting on somebody of the same or a higher rank.';
comment on function chat_private.check_is_member is 'Refuses people who are not in the group.';

-- sql/groups/people.sql
-- The old topic is told where it goes on, without a word of content, and falls silent with this transaction.
create or replace function chat_private.raise_epoch(conversation_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_epoch bigint;
begin
  update chat.conversations as c
  set epoch = c.epoch + 1
  where c.id = raise_epoch.conversation_id
  returning c.epoch - 1 into v_epoch;
  perform chat_private.push(
    'topic_moved',
    array[chat_private.group_topic(raise_epoch.conversation_id, v_epoch)],
    jsonb_build_object('conversation_id', raise_epoch.conversation_id)
  );
end;
$$;

-- People come into a group, again or for the first time. Call it with the group locked.
--
-- Fails  profile_not_found, group_is_full
create or replace function chat_private.add_people(place chat.groups, people uuid[], actor uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_person uuid;
begin
  if cardinality(people) = 0 then
    return;
  end if;
  perform chat_private.lock_people(people);
  if exists (select from chat.profiles as p where p.id = any (people) and p.status <> 'active') then
    perform chat_private.fail('profile_not_found');
  end if;
  if place.member_count + cardinality(people) > (select s.group_max_members from chat_private.settings as s) then
    perform chat_private.fail('group_is_full');
  end if;

  insert into chat.members as m
    (conversation_id, user_id, read_seq, cleared_seq, history_from_seq)
  select c.id, p.id, c.last_seq, h.from_seq, h.from_seq
  from chat.conversations as c
  cross join unnest(people) as p (id)
  cross join lateral (select case when place.hides_history then c.last_seq else 0 end as from_seq) as h
  where c.id = place.id
  on conflict on constraint members_pkey do update
  set left_at = null, joined_at = now(), state = m.state + 1, hidden_seq = null, read_seq = excluded.read_seq,
      history_from_seq = excluded.history_from_seq,
      cleared_seq = greatest(m.cleared_seq, excluded.cleared_seq);
  update chat.groups as g set member_count = g.member_count + cardinality(people) where g.id = place.id;
  delete from chat.group_requests as r where r.conversation_id = place.id and r.user_id = any (people);

  if place.hides_history then
    perform chat_private.raise_epoch(place.id);  -- the old topic could be replayed
  end if;
  foreach v_person in array people loop
    perform chat_private.tell(
      array[v_person], 'group_joined', actor, v_person, jsonb_build_object('conversation_id', place.id)
    );
  end loop;
  if people = array[actor] then
    perform chat_private.say_system(place.id, 'group_joined', actor);
  else
    perform chat_private.say_system(place.id, 'group_members_added', actor, people);
  end if;
end;
$$;

-- Somebody leaves, or is made to. From this transaction on they hear nothing, on whatever channel they are.
create or replace function chat_private.take_out(place chat.groups, user_id uuid, actor uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update chat.members as m
  set left_at = now(), role = 'member', state = m.state + 1
  where m.conversation_id = place.id and m.user_id = take_out.user_id;
  update chat.groups as g set member_count = g.member_count - 1 where g.id = place.id;
  perform chat_private.release_files_only_seen_by(take_out.user_id, place.id);

  perform chat_private.raise_epoch(place.id);
  perform chat_private.tell(
    array[take_out.user_id], 'group_removed', actor, take_out.user_id,
    jsonb_build_object('conversation_id', place.id)
  );
  if actor = take_out.user_id then
    perform chat_private.say_system(place.id, 'group_left', actor);
  else
    perform chat_private.say_system(place.id, 'group_member_removed', actor, array[take_out.user_id]);
  end if;
end;
$$;

-- Groups are locked before people: all of a person's, and those in which a request names the person, in the order of
-- ids, so that nobody waits in a circle.
create or replace function chat_private.lock_groups_of(user_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform from chat.conversations as c
  where c.kind = 'group'
    and c.id in (
      select m.conversation_id
      from chat.members as m
      where m.user_id = lock_groups_of.user_id and m.left_at is null
      union all
      select r.conversation_id
      from chat.group_requests as r
      where lock_groups_of.user_id in (r.user_id, r.inviter_id)
    )
  order by c.id
  for no key update;
end;
$$;

-- The account of a person is gone: they leave every group, and groups of theirs go to the next in line, or end. What
-- is dissolved stays as it is.
create or replace function chat_private.leave_all_groups(user_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_group chat.groups;
begin
  for v_group in
    select g.*
    from chat.members as m
    join chat.groups as g on g.id = m.conversation_id and g.dissolved_at is null
    where m.user_id = leave_all_groups.user_id and m.left_at is null
    order by g.id
  loop
    perform from chat.conversations as c where c.id = v_group.id for no key update;
    perform chat_private.hand_over(v_group.id, leave_all_groups.user_id);
    perform chat_private.take_out(v_group, leave_all_groups.user_id, leave_all_groups.user_id);
  end loop;
end;
$$;

create or replace function chat_private.hand_over(conversation_id uuid, owner_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_heir uuid;
begin
  update chat.members as m
  set role = 'member'
  where m.conversation_id = hand_over.conversation_id and m.user_id = owner_id and m.role = 'owner';
  if not found then
    return;
  end if;
  select m.user_id into v_heir
  from chat.members as m
  join chat.profiles as p on p.id = m.user_id and p.status = 'active' and not p.is_guest
  where m.conversation_id = hand_over.conversation_id and m.left_at is null and m.user_id <> owner_id
  order by m.role = 'admin' desc, m.joined_at, m.user_id
  limit 1;
  if v_heir is null then
    update chat.groups as g set dissolved_at = now() where g.id = hand_over.conversation_id;
    return;
  end if;
  update chat.members as m
  set role = 'owner', state = m.state + 1
  where m.conversation_id = hand_over.conversation_id and m.user_id = v_heir;
  perform chat_private.say_system(hand_over.conversation_id, 'group_transferred', owner_id, array[v_heir]);
end;
$$;

comment on function chat_private.raise_epoch is 'Makes a conversation go on under new topics.';
comment on function chat_private.add_people is 'Lets people into a group.';
comment on function chat_private.take_out is 'Takes a person out of a group.';
comment on function chat_private.lock_groups_of is 'Locks all groups that have to do with a person.';
comment on function chat_private.leave_all_groups is 'Takes a person whose account is gone out of all groups.';
comment on function chat_private.hand_over is 'Gives the group of a person who is gone to the next in line, or dissolves it.';

-- sql/profiles/find_profile.sql
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

-- sql/profiles/get_profile.sql
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

-- sql/profiles/set_profile.sql
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

-- sql/conversations/policies.sql
-- The conversations the caller is in: a set, asked once per statement, never per row.
create or replace function chat_private.my_conversations()
returns setof uuid
language sql
stable
security definer  -- reads chat.members without re-entering its policy
set search_path = ''
as $$
  select m.conversation_id
  from chat.members as m
  where m.user_id = chat_private.me() and m.left_at is null
$$;

-- Those whose whole history the caller may see. Where it begins later, only verbs read: a policy that compares
-- each row with a mark of its own costs a stranger's question half a second on a big conversation.
create or replace function chat_private.my_open_histories()
returns setof uuid
language sql
stable
security definer  -- reads chat.members without re-entering its policy
set search_path = ''
as $$
  select m.conversation_id
  from chat.members as m
  where m.user_id = chat_private.me() and m.left_at is null and m.history_from_seq = 0
$$;

comment on function chat_private.my_conversations is 'Ids of the conversations the caller is in.';
comment on function chat_private.my_open_histories is 'Ids of the conversations whose whole history the caller may see.';
grant execute on function chat_private.my_conversations, chat_private.my_open_histories to authenticated;

drop policy if exists "members see their conversations" on chat.conversations;
create policy "members see their conversations"
  on chat.conversations
  for select
  to authenticated
  using (id = any (array(select chat_private.my_conversations())));

drop policy if exists "people see what their conversations are to them" on chat.members;
create policy "people see what their conversations are to them"
  on chat.members
  for select
  to authenticated
  using (user_id = (select chat_private.me()) and left_at is null);

-- sql/groups/policies.sql
-- The groups whose requests the caller may answer.
create or replace function chat_private.my_managed_groups()
returns setof uuid
language sql
stable
security definer  -- reads chat.members without re-entering its policy
set search_path = ''
as $$
  select m.conversation_id
  from chat.members as m
  where m.user_id = chat_private.me() and m.left_at is null and m.role in ('owner', 'admin')
$$;

comment on function chat_private.my_managed_groups is 'Ids of the groups in which the caller is owner or admin.';
grant execute on function chat_private.my_managed_groups to authenticated;

drop policy if exists "members see their groups" on chat.groups;
create policy "members see their groups"
  on chat.groups
  for select
  to authenticated
  using (id = any (array(select chat_private.my_conversations())));

drop policy if exists "people see requests that concern them" on chat.group_requests;
create policy "people see requests that concern them"
  on chat.group_requests
  for select
  to authenticated
  using (
    user_id = (select chat_private.me())
    or inviter_id = (select chat_private.me())
    or conversation_id = any (array(select chat_private.my_managed_groups()))
  );

-- sql/conversations/membership.sql
-- The caller's own row in a conversation.
--
-- Fails  conversation_not_found
create or replace function chat_private.membership(conversation_id uuid, caller uuid)
returns chat.members
language plpgsql
stable
set search_path = ''
as $$
declare
  v_member chat.members;
begin
  select m.* into v_member
  from chat.members as m
  where m.conversation_id = membership.conversation_id and m.user_id = membership.caller and m.left_at is null;
  if not found then
    perform chat_private.fail('conversation_not_found');
  end if;
  return v_member;
end;
$$;

comment on function chat_private.membership is 'What a conversation is to the caller; refuses conversations the caller is not in.';

-- Tells the caller's devices what the conversation is to the caller now, and answers it.
create or replace function chat_private.say_conversation_changed(member chat.members)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_marks jsonb := chat_private.marks(member);
begin
  perform chat_private.push(
    'conversation_changed', array[chat_private.user_topic(member.user_id)], v_marks
  );
  return v_marks;
end;
$$;

create or replace function chat_private.marks(member chat.members)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'conversation_id', member.conversation_id,
    'state', member.state,
    'read_seq', member.read_seq,
    'cleared_seq', member.cleared_seq,
    'hidden_seq', member.hidden_seq,
    'pinned', member.pinned_at is not null,
    'muted', member.muted_at is not null
  );
end;
$$;

comment on function chat_private.say_conversation_changed is 'Pushes a person''s marks in a conversation to that person.';
comment on function chat_private.marks is 'A person''s marks in a conversation, as verbs answer them.';

-- sql/conversations/items.sql
-- How conversations look to one person: marks, the other one or the group, the newest message, the exact number of
-- unread. In the order of the ids given. Membership has been checked by whoever calls.
create or replace function chat_private.conversation_items(caller uuid, conversation_ids uuid[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_newest chat.messages[] := array(
    select l
    from unnest(conversation_items.conversation_ids) as wanted (id)
    join chat.conversations as c on c.id = wanted.id
    join chat.members as m on m.conversation_id = c.id and m.user_id = conversation_items.caller
    join chat.messages as l on l.conversation_id = c.id and l.seq = c.last_seq and l.seq > m.cleared_seq
  );
begin
  return (
    select coalesce(jsonb_agg(
      chat_private.marks(m) - 'conversation_id' || chat_private.unread(m) || jsonb_build_object(
        'id', c.id,
        'kind', c.kind,
        'last_seq', c.last_seq,
        'version', c.version,
        'last_message_at', chat_private.milliseconds(c.last_message_at),
        'last_message', newest.envelope,
        'signal_topic', chat_private.signal_topic(c.id, c.epoch),
        'peer', case when c.kind = 'direct' then chat_private.peer(m, c) end,
        'group', case when c.kind = 'group' then chat_private.group_item(m, c) end
      ) order by wanted.position
    ), '[]')
    from unnest(conversation_items.conversation_ids) with ordinality as wanted (id, position)
    join chat.conversations as c on c.id = wanted.id
    join chat.members as m on m.conversation_id = c.id and m.user_id = conversation_items.caller
    left join chat_private.envelopes_of(v_newest, conversation_items.caller) as newest on newest.conversation_id = c.id
  );
end;
$$;

-- The other one in a direct conversation, and what they are to the member.
create or replace function chat_private.peer(member chat.members, conversation chat.conversations)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select chat_private.face(p) || jsonb_build_object(
      'remark', f.remark,
      'is_friend', f.user_id is not null,
      'is_blocked', b.blocker_id is not null,
      'read_seq', other.shown_read_seq
    )
    from chat.profiles as p
    join chat.members as other on other.conversation_id = member.conversation_id and other.user_id = p.id
    left join chat.friendships as f on f.user_id = member.user_id and f.friend_id = p.id
    left join chat.blocks as b on b.blocker_id = member.user_id and b.blocked_id = p.id
    where p.id = case when conversation.low_id = member.user_id then conversation.high_id else conversation.low_id end
  );
end;
$$;

-- A group as one of its members sees it.
create or replace function chat_private.group_item(member chat.members, conversation chat.conversations)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'name', g.name,
      'avatar', g.avatar_url,
      'announcement', g.announcement,
      'join_mode', g.join_mode,
      'hides_history', g.hides_history,
      'member_count', g.member_count,
      'is_muted', g.muted_at is not null,
      'is_dissolved', g.dissolved_at is not null,
      'my_role', member.role,
      'my_nickname', member.nickname,
      'my_avatar', member.avatar_url,
      'silenced_until', case when member.silenced_until > now() then
        -- Until it is lifted: the last moment that dates in JavaScript know.
        coalesce(chat_private.milliseconds(nullif(member.silenced_until, 'infinity')), 8640000000000000)
      end,
      'topic', chat_private.group_topic(conversation.id, conversation.epoch)
    )
    from chat.groups as g
    where g.id = conversation.id
  );
end;
$$;

-- How many messages of others a person has not read, and whether one of them calls that person by name. What is
-- one's own, said by the system, revoked, or before a cleared history does not count. Asked only for the
-- conversations of one page, each from its read mark on.
create or replace function chat_private.unread(member chat.members)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'unread', count(*),
      'mentioned', coalesce(bool_or(
        m.mentions && array[member.user_id, '00000000-0000-0000-0000-000000000000'::uuid]
      ), false)
    )
    from chat.messages as m
    where m.conversation_id = member.conversation_id
      and m.seq > greatest(member.read_seq, member.cleared_seq)
      and m.sender_id <> member.user_id
      and m.kind <> 'system'
      and m.revoked_at is null
  );
end;
$$;

comment on function chat_private.conversation_items is 'Conversations as a person sees them in the list.';
comment on function chat_private.peer is 'The other one in a direct conversation.';
comment on function chat_private.group_item is 'A group, as one of its members sees it in the list.';
comment on function chat_private.unread is 'How many messages a person has not read in a conversation, and whether one mentions them.';

-- sql/conversations/open_direct.sql
-- The conversation of two people, made if there is none. It stays out of the other one's list until something is said.
create or replace function chat_private.direct_between(one uuid, other uuid)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_id uuid;
begin
  select c.id into v_id
  from chat.conversations as c
  where c.low_id = least(one, other) and c.high_id = greatest(one, other);
  if found then
    return v_id;
  end if;

  insert into chat.conversations (kind, low_id, high_id)
  values ('direct', least(one, other), greatest(one, other))
  on conflict (low_id, high_id) do nothing
  returning id into v_id;
  if v_id is null then  -- somebody made it in this very moment
    return chat_private.direct_between(one, other);
  end if;

  insert into chat.members (conversation_id, user_id, hidden_seq)
  values (v_id, one, 0), (v_id, other, 0);
  return v_id;
end;
$$;

comment on function chat_private.direct_between is 'Id of the direct conversation of two people.';

-- Opens the direct conversation with somebody and puts it into the caller's list.
--
-- Who    everyone signed in, with people they can reach; friends only, where the settings say so
-- Says   conversation_changed, to the caller's devices, if it was hidden
-- Fails  not_signed_in, account_disabled, cannot_be_yourself, profile_not_found, person_is_blocked, friends_only
create or replace function chat_private.open_direct(user_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on conversations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_id uuid;
  v_member chat.members;
begin
  if open_direct.user_id = v_caller then
    perform chat_private.fail('cannot_be_yourself');
  end if;
  perform chat_private.person_to_write_to(open_direct.user_id, v_caller);
  v_id := chat_private.direct_between(v_caller, open_direct.user_id);

  update chat.members as m
  set hidden_seq = null, state = m.state + 1
  where m.conversation_id = v_id and m.user_id = v_caller and m.hidden_seq is not null
  returning m.* into v_member;
  if found then
    perform chat_private.say_conversation_changed(v_member);
  end if;
  return chat_private.conversation_items(v_caller, array[v_id]) -> 0;
end;
$$;

-- Somebody the caller may write to now.
--
-- Fails  profile_not_found, person_is_blocked, friends_only
create or replace function chat_private.person_to_write_to(user_id uuid, caller uuid)
returns chat.profiles
language plpgsql
stable
set search_path = ''
as $$
declare
  v_person chat.profiles := chat_private.reachable_profile(user_id, caller);
begin
  if exists (
    select from chat.blocks as b where b.blocker_id = person_to_write_to.caller and b.blocked_id = v_person.id
  ) then
    perform chat_private.fail('person_is_blocked');
  end if;
  if (select s.who_may_write = 'friends' from chat_private.settings as s)
    and not chat_private.are_friends(person_to_write_to.caller, v_person.id)
  then
    perform chat_private.fail('friends_only');
  end if;
  return v_person;
end;
$$;

create or replace function chat.open_direct(user_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.open_direct(open_direct.user_id);
end;
$$;

comment on function chat_private.open_direct is 'Does the work of chat.open_direct.';
comment on function chat_private.person_to_write_to is 'The profile of somebody the caller may write to; refuses who cannot be reached, is blocked, or is no friend where that matters.';
comment on function chat.open_direct is 'The direct conversation with somebody, as chat.list_conversations shows it; made if there is none.';
grant execute on function chat.open_direct, chat_private.open_direct to authenticated;

-- sql/conversations/list_conversations.sql
-- One's conversations: pinned ones first, then by the newest message. Page on with the cursor of the last item.
--
-- Who    everyone signed in
-- Says   nothing
-- Fails  not_signed_in, account_disabled, page_size_invalid, cursor_invalid
create or replace function chat_private.list_conversations(after_cursor text, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- shows marks of the other one that no table shows
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_size integer := chat_private.checked_page_size(list_conversations.page_size, 200);
  v_after record;
  v_ids uuid[];
  v_cursors text[];
begin
  select * into v_after from chat_private.parsed_list_cursor(list_conversations.after_cursor);

  select array_agg(page.id), array_agg(page.cursor)
  into v_ids, v_cursors
  from (
    select
      c.id,
      format('%s_%s_%s', (m.pinned_at is not null)::integer, extract(epoch from c.last_message_at), c.id) as cursor
    from chat.members as m
    join chat.conversations as c on c.id = m.conversation_id
    where m.user_id = v_caller
      and m.left_at is null
      and (m.hidden_seq is null or c.last_seq > m.hidden_seq)
      and (v_after.id is null
        or (m.pinned_at is not null, c.last_message_at, c.id) < (v_after.pinned, v_after.at, v_after.id))
    order by m.pinned_at is not null desc, c.last_message_at desc, c.id desc
    limit v_size
  ) as page;

  return (
    select coalesce(jsonb_agg(item || jsonb_build_object('cursor', v_cursors[position]) order by position), '[]')
    from jsonb_array_elements(chat_private.conversation_items(v_caller, coalesce(v_ids, '{}')))
      with ordinality as i (item, position)
  );
end;
$$;

-- Fails  cursor_invalid
create or replace function chat_private.parsed_list_cursor(
  cursor text, out pinned boolean, out at timestamptz, out id uuid
)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_parts text[] := regexp_match(
    parsed_list_cursor.cursor, '^([01])_(\d{1,12}(?:\.\d{1,6})?)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$'
  );
begin
  if parsed_list_cursor.cursor is not null and v_parts is null then
    perform chat_private.fail('cursor_invalid');
  end if;
  pinned := v_parts[1] = '1';
  at := timestamptz 'epoch' + v_parts[2]::numeric * interval '1 second';
  id := v_parts[3]::uuid;
end;
$$;

create or replace function chat.list_conversations(after_cursor text default null, page_size integer default 50)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_conversations(list_conversations.after_cursor, list_conversations.page_size);
end;
$$;

comment on function chat_private.list_conversations is 'Does the work of chat.list_conversations.';
comment on function chat_private.parsed_list_cursor is 'Where a page of the list begins.';
comment on function chat.list_conversations is 'The caller''s conversations with newest message and exact unread, pinned first; page on with the last item''s cursor.';
grant execute on function chat.list_conversations, chat_private.list_conversations to authenticated;

-- sql/conversations/mark_read.sql
-- Marks everything up to a position as read. The mark only moves forward, and never past the newest message.
--
-- Who    whoever is in the conversation
-- Says   conversation_read, to the caller's devices and, in a direct conversation, to the other one
-- Fails  not_signed_in, account_disabled, conversation_not_found, seq_invalid
create or replace function chat_private.mark_read(conversation_id uuid, seq bigint)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_member chat.members;
  v_is_shown boolean := chat_private.shows_read_marks(mark_read.conversation_id);
begin
  perform chat_private.membership(mark_read.conversation_id, v_caller);
  if mark_read.seq is null or mark_read.seq < 0 then
    perform chat_private.fail('seq_invalid');
  end if;

  update chat.members as m
  set read_seq = least(mark_read.seq, c.last_seq),
      shown_read_seq = case when v_is_shown then least(mark_read.seq, c.last_seq) else m.shown_read_seq end,
      state = m.state + 1
  from chat.conversations as c
  where m.conversation_id = mark_read.conversation_id and m.user_id = v_caller
    and c.id = m.conversation_id
    and m.read_seq < least(mark_read.seq, c.last_seq)
  returning m.* into v_member;
  if found then
    perform chat_private.say_read(v_member, v_is_shown);
  else
    v_member := chat_private.membership(mark_read.conversation_id, v_caller);
  end if;
  return chat_private.marks(v_member) || chat_private.unread(v_member);
end;
$$;

-- Read marks are shown to the other one in a direct conversation, unless one of the two has shut the other out. In
-- a group that would be a push to everybody for every reader.
create or replace function chat_private.shows_read_marks(conversation_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select c.kind = 'direct' and not exists (
      select from chat.blocks as b
      where (b.blocker_id, b.blocked_id) in ((c.low_id, c.high_id), (c.high_id, c.low_id))
    )
    from chat.conversations as c
    where c.id = shows_read_marks.conversation_id
  );
end;
$$;

create or replace function chat_private.say_read(member chat.members, is_shown boolean)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.push(
    'conversation_read',
    array(
      select chat_private.user_topic(m.user_id)
      from chat.members as m
      where m.conversation_id = member.conversation_id and (is_shown or m.user_id = member.user_id)
    ),
    jsonb_build_object(
      'conversation_id', member.conversation_id, 'user_id', member.user_id, 'read_seq', member.read_seq
    )
  );
end;
$$;

create or replace function chat.mark_read(conversation_id uuid, seq bigint)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.mark_read(mark_read.conversation_id, mark_read.seq);
end;
$$;

comment on function chat_private.mark_read is 'Does the work of chat.mark_read.';
comment on function chat_private.shows_read_marks is 'Whether the other one sees how far a person has read.';
comment on function chat_private.say_read is 'Tells a person''s devices, and the other one in a direct conversation, how far the person has read.';
comment on function chat.mark_read is 'Marks everything up to a position as read; answers the marks and what is left unread.';
grant execute on function chat.mark_read, chat_private.mark_read to authenticated;

-- sql/conversations/pin_conversation.sql
-- Puts a conversation on top of the caller's list, or takes it down again.
--
-- Who    whoever is in it; nobody else notices
-- Says   conversation_changed, to the caller's devices
-- Fails  not_signed_in, account_disabled, conversation_not_found
create or replace function chat_private.pin_conversation(conversation_id uuid, pinned boolean)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(pin_conversation.conversation_id, chat_private.caller());
begin
  update chat.members as m
  set pinned_at = case when pin_conversation.pinned then coalesce(m.pinned_at, now()) end, state = m.state + 1
  where m.conversation_id = v_member.conversation_id and m.user_id = v_member.user_id
  returning m.* into v_member;
  return chat_private.say_conversation_changed(v_member);
end;
$$;

create or replace function chat.pin_conversation(conversation_id uuid, pinned boolean default true)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.pin_conversation(pin_conversation.conversation_id, pin_conversation.pinned);
end;
$$;

comment on function chat_private.pin_conversation is 'Does the work of chat.pin_conversation.';
comment on function chat.pin_conversation is 'Puts a conversation on top of the caller''s list, or takes it down again.';
grant execute on function chat.pin_conversation, chat_private.pin_conversation to authenticated;

-- sql/conversations/mute_conversation.sql
-- Makes a conversation silent for the caller, or lets it be heard again.
--
-- Who    whoever is in it; nobody else notices
-- Says   conversation_changed, to the caller's devices
-- Fails  not_signed_in, account_disabled, conversation_not_found
create or replace function chat_private.mute_conversation(conversation_id uuid, muted boolean)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(mute_conversation.conversation_id, chat_private.caller());
begin
  update chat.members as m
  set muted_at = case when mute_conversation.muted then coalesce(m.muted_at, now()) end, state = m.state + 1
  where m.conversation_id = v_member.conversation_id and m.user_id = v_member.user_id
  returning m.* into v_member;
  return chat_private.say_conversation_changed(v_member);
end;
$$;

create or replace function chat.mute_conversation(conversation_id uuid, muted boolean default true)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.mute_conversation(mute_conversation.conversation_id, mute_conversation.muted);
end;
$$;

comment on function chat_private.mute_conversation is 'Does the work of chat.mute_conversation.';
comment on function chat.mute_conversation is 'Makes a conversation silent for the caller, or lets it be heard again.';
grant execute on function chat.mute_conversation, chat_private.mute_conversation to authenticated;

-- sql/conversations/hide_conversation.sql
-- Takes a conversation out of the caller's list until something new is said in it.
--
-- Who    whoever is in it; nobody else notices
-- Says   conversation_changed, to the caller's devices
-- Fails  not_signed_in, account_disabled, conversation_not_found
create or replace function chat_private.hide_conversation(conversation_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(hide_conversation.conversation_id, chat_private.caller());
begin
  update chat.members as m
  set hidden_seq = c.last_seq, state = m.state + 1
  from chat.conversations as c
  where m.conversation_id = v_member.conversation_id and m.user_id = v_member.user_id
    and c.id = m.conversation_id
  returning m.* into v_member;
  return chat_private.say_conversation_changed(v_member);
end;
$$;

create or replace function chat.hide_conversation(conversation_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.hide_conversation(hide_conversation.conversation_id);
end;
$$;

comment on function chat_private.hide_conversation is 'Does the work of chat.hide_conversation.';
comment on function chat.hide_conversation is 'Takes a conversation out of the caller''s list until something new is said in it.';
grant execute on function chat.hide_conversation, chat_private.hide_conversation to authenticated;

-- sql/conversations/clear_history.sql
-- Empties a conversation for the caller: everything said so far is read and not shown any more.
--
-- Who    whoever is in it; the others keep everything
-- Says   conversation_changed, to the caller's devices
-- Fails  not_signed_in, account_disabled, conversation_not_found
create or replace function chat_private.clear_history(conversation_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.members
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(clear_history.conversation_id, chat_private.caller());
  v_cleared_seq bigint := v_member.cleared_seq;
begin
  update chat.members as m
  set cleared_seq = c.last_seq, read_seq = c.last_seq, state = m.state + 1
  from chat.conversations as c
  where m.conversation_id = v_member.conversation_id and m.user_id = v_member.user_id
    and c.id = m.conversation_id
  returning m.* into v_member;
  -- What nobody can see any more needs no file.
  perform chat_private.release_files_of(v_member.conversation_id, v_cleared_seq, v_member.cleared_seq);
  return chat_private.say_conversation_changed(v_member);
end;
$$;

create or replace function chat.clear_history(conversation_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.clear_history(clear_history.conversation_id);
end;
$$;

comment on function chat_private.clear_history is 'Does the work of chat.clear_history.';
comment on function chat.clear_history is 'Empties a conversation for the caller; the others keep everything.';
grant execute on function chat.clear_history, chat_private.clear_history to authenticated;

-- sql/media/buckets.sql
-- The kind of file that a bucket of ours holds; null for the host's buckets.
create or replace function chat_private.kind_in(bucket_id text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case bucket_id
    when 'chat-images' then 'image'
    when 'chat-videos' then 'video'
    when 'chat-audio' then 'audio'
    when 'chat-files' then 'file'
    when 'chat-covers' then 'cover'
    when 'chat-avatars' then 'avatar'
  end;
end;
$$;

create or replace function chat_private.bucket_for(kind text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case kind
    when 'image' then 'chat-images'
    when 'video' then 'chat-videos'
    when 'audio' then 'chat-audio'
    when 'file' then 'chat-files'
    when 'cover' then 'chat-covers'
  end;
end;
$$;

comment on function chat_private.kind_in is 'The kind of file that a bucket holds; null for buckets that are not ours.';
comment on function chat_private.bucket_for is 'The bucket that people upload a kind of file to; null for kinds they do not upload.';

-- Where files live. What an operator has changed since (sizes, types) stays.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values
  ('chat-images', 'chat-images', false, 20971520, array[
    'image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/heic', 'image/heif', 'image/avif'
  ]),
  ('chat-videos', 'chat-videos', false, 524288000, array['video/*']),
  ('chat-audio', 'chat-audio', false, 52428800, array['audio/*']),
  ('chat-files', 'chat-files', false, 104857600, null),
  ('chat-covers', 'chat-covers', false, 10485760, array['image/jpeg', 'image/png', 'image/webp']),
  ('chat-avatars', 'chat-avatars', true, 5242880, array['image/jpeg', 'image/png', 'image/webp', 'image/gif'])
on conflict (id) do nothing;

-- A bucket of this name that was here before us, and is open to everybody, would show what people send each other.
do $$
begin
  if exists (select from storage.buckets as b where b.public and chat_private.kind_in(b.id) <> 'avatar') then
    raise 'supabase-chat: a bucket for private files exists and is public; make it private or rename it'
      using detail = (select string_agg(b.id, ', ') from storage.buckets as b where b.public and chat_private.kind_in(b.id) <> 'avatar');
  end if;
end;
$$;

-- sql/media/uploads.sql
-- Whether somebody may upload a file. One rule for the policy, which can only say no, and for chat.prepare_upload,
-- which says why. A type that is not known yet is looked at by Storage, when the upload comes.
--
-- Fails  not_signed_in, guests_cannot, kind_invalid, path_invalid, file_too_large, mime_type_invalid, upload_quota_over
create or replace function chat_private.check_upload(
  uploader uuid, bucket_id text, name text, mime_type text, size bigint
)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  case
    when chat_private.bucket_for(chat_private.kind_in(check_upload.bucket_id)) is null then
      perform chat_private.fail('kind_invalid');
    when not chat_private.is_upload_name(check_upload.name, uploader)
      or chat_private.is_name_taken(check_upload.bucket_id, check_upload.name)
    then
      perform chat_private.fail('path_invalid');
    when check_upload.mime_type is not null
      and not chat_private.takes_mime_type(check_upload.bucket_id, check_upload.mime_type)
    then
      perform chat_private.fail('mime_type_invalid');
    else
      perform chat_private.check_uploader(uploader, check_upload.bucket_id, coalesce(check_upload.size, 0));
  end case;
end;
$$;

-- Fails  not_signed_in, guests_cannot, file_too_large, upload_quota_over
create or replace function chat_private.check_uploader(uploader uuid, bucket_id text, size bigint)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_is_guest boolean;
  v_settings chat_private.settings;
begin
  select p.is_guest into v_is_guest from chat.profiles as p where p.id = uploader and p.status = 'active';
  select s.* into strict v_settings from chat_private.settings as s;
  case
    when v_is_guest is null then
      perform chat_private.fail('not_signed_in');
    when v_is_guest
      and not (select r.is_allowed from chat_private.guest_rights as r where r.action = 'upload')
    then
      perform chat_private.fail('guests_cannot');
    when check_uploader.size
      not between 0 and chat_private.largest_upload(check_uploader.bucket_id, v_is_guest, v_settings)
    then
      perform chat_private.fail('file_too_large');
    when chat_private.is_over_quota(uploader, v_is_guest, v_settings, check_uploader.size) then
      perform chat_private.fail('upload_quota_over', chat_private.until_tomorrow());
    else
      null;
  end case;
end;
$$;

-- A path is free again when the file that had it is gone from Storage.
create or replace function chat_private.is_name_taken(bucket_id text, name text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from chat.media as m where m.bucket_id = is_name_taken.bucket_id and m.name = is_name_taken.name
  ) or exists (
    select
    from chat_private.orphaned_files as f
    where f.bucket_id = is_name_taken.bucket_id and f.name = is_name_taken.name
  );
end;
$$;

-- <person>/<up to four directories>/<yyyymmdd>/<milliseconds>_<12 hex digits>.<extension>. No dots but the last one:
-- nothing can climb out of the folder.
create or replace function chat_private.is_upload_name(name text, uploader uuid)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return name ~ (
    '^' || uploader || '/([A-Za-z0-9][A-Za-z0-9_-]{0,63}/){0,4}[0-9]{8}/[0-9]{13}_[0-9a-f]{12}\.[a-z0-9]{1,10}$'
  );
end;
$$;

create or replace function chat_private.largest_upload(
  bucket_id text, is_guest boolean, settings chat_private.settings
)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select least(b.file_size_limit, case when is_guest then settings.guest_file_max_bytes end)
    from storage.buckets as b
    where b.id = largest_upload.bucket_id
  );
end;
$$;

create or replace function chat_private.takes_mime_type(bucket_id text, mime_type text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return mime_type ~ '^[a-z]+/[a-zA-Z0-9][a-zA-Z0-9.+_-]{0,99}$' and exists (
    select
    from storage.buckets as b
    where b.id = takes_mime_type.bucket_id
      and (
        b.allowed_mime_types is null
        or lower(mime_type) = any (b.allowed_mime_types)
        or split_part(mime_type, '/', 1) || '/*' = any (b.allowed_mime_types)
      )
  );
end;
$$;

create or replace function chat_private.is_over_quota(
  uploader uuid, is_guest boolean, settings chat_private.settings, size bigint
)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  v_files bigint;
  v_bytes bigint;
begin
  select coalesce(sum(d.files), 0), coalesce(sum(d.bytes), 0) into v_files, v_bytes
  from chat_private.upload_days as d
  where d.owner_id = uploader and d.day = chat_private.today();
  if is_guest then
    return v_files >= settings.guest_uploads_per_day or v_bytes + size > settings.guest_upload_bytes_per_day;
  end if;
  return v_files >= settings.uploads_per_day or v_bytes + size > settings.upload_bytes_per_day;
end;
$$;

-- The policy asked before the bytes came, and was not asked at all where an address to upload to had been signed: what
-- is stored in the end is held against rights, sizes and the quota of the day, and counted. `counted` is the part of it
-- that was not counted yet.
create or replace function chat_private.admit_upload(uploader uuid, bucket_id text, size bigint, counted bigint)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.check_uploader(uploader, admit_upload.bucket_id, admit_upload.size);
  return chat_private.count_upload(uploader, counted);
exception
  when others then
    -- Storage passes no words on, so a refusal of ours is just a no. A fault stays one.
    if sqlstate like 'PT%' or sqlstate = 'PGRST' then
      return false;
    end if;
    raise;
end;
$$;

-- Counts what was uploaded. False once the day is full, also when many uploads end at the same moment.
create or replace function chat_private.count_upload(uploader uuid, size bigint)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_is_guest boolean;
  v_settings chat_private.settings;
begin
  -- The row of the day is the lock: the second of two waits here, and then sees what the first one counted.
  insert into chat_private.upload_days (owner_id, day, files, bytes)
  values (uploader, chat_private.today(), 0, 0)
  on conflict on constraint upload_days_pkey do update set files = upload_days.files;
  select p.is_guest into v_is_guest from chat.profiles as p where p.id = uploader;
  select s.* into strict v_settings from chat_private.settings as s;
  if chat_private.is_over_quota(uploader, v_is_guest, v_settings, size) then
    return false;
  end if;
  update chat_private.upload_days as d
  set files = d.files + 1, bytes = d.bytes + count_upload.size
  where d.owner_id = uploader and d.day = chat_private.today();
  return true;
end;
$$;

create or replace function chat_private.today()
returns date
language plpgsql
stable
set search_path = ''
as $$
begin
  return (now() at time zone 'UTC')::date;
end;
$$;

create or replace function chat_private.until_tomorrow()
returns interval
language plpgsql
stable
set search_path = ''
as $$
begin
  return (chat_private.today() + 1)::timestamp at time zone 'UTC' - now();
end;
$$;

comment on function chat_private.until_tomorrow is 'What is left of the day in UTC.';
comment on function chat_private.check_upload is 'Refuses an upload that a person may not make.';
comment on function chat_private.check_uploader is 'Refuses an upload to somebody whose rights or day do not allow it.';
comment on function chat_private.is_name_taken is 'Whether a file of the library, or one that waits to be deleted, has a path.';
comment on function chat_private.is_upload_name is 'Whether a path is one that a person may upload to.';
comment on function chat_private.largest_upload is 'Largest file in bytes that somebody may upload to a bucket; null for any.';
comment on function chat_private.takes_mime_type is 'Whether a bucket takes files of a type.';
comment on function chat_private.is_over_quota is 'Whether somebody has uploaded too much today to upload this.';
comment on function chat_private.admit_upload is 'Whether a file that has been uploaded may stay; counts it.';
comment on function chat_private.count_upload is 'Counts an upload; false when it is one too many.';
comment on function chat_private.today is 'The day in UTC.';

-- sql/media/queue.sql
-- How files go. A change that may leave a file without use marks it; whoever takes the queue looks again, in a
-- transaction of its own, and only then is the file given up. So no change of messages waits for a lock on a file,
-- and a message that is sent in the same moment either finds its file or is refused.

-- Marks files that may be without use.
create or replace function chat_private.release_media(media_ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform from chat.media as m where m.id = any (release_media.media_ids) order by m.id for no key update;
  update chat.media as m set unused_since = now() where m.id = any (release_media.media_ids);
end;
$$;

-- Marks the files of a stretch of a conversation: those of its messages, and those of messages that records there hold.
create or replace function chat_private.release_files_of(conversation_id uuid, after_seq bigint, up_to_seq bigint)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.release_media(array(
    select m.media_id
    from chat.messages as m
    where m.conversation_id = release_files_of.conversation_id
      and m.seq > after_seq and m.seq <= up_to_seq
      and m.media_id is not null
    union
    select m.media_id
    from chat.forwarded_messages as f
    join chat.messages as m on m.conversation_id = f.source_conversation_id and m.seq = f.source_seq
    where f.conversation_id = release_files_of.conversation_id
      and f.seq > after_seq and f.seq <= up_to_seq
      and m.media_id is not null
  ));
end;
$$;

-- Somebody is out of a conversation: marks the files there that nobody else can see.
create or replace function chat_private.release_files_only_seen_by(user_id uuid, conversation_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_cleared_seq bigint;
begin
  select min(m.cleared_seq) into v_cleared_seq
  from chat.members as m
  join chat.profiles as p on p.id = m.user_id and p.status <> 'deleted'
  where m.conversation_id = release_files_only_seen_by.conversation_id
    and m.user_id <> release_files_only_seen_by.user_id
    and m.left_at is null;
  perform chat_private.release_files_of(
    release_files_only_seen_by.conversation_id, 0, coalesce(v_cleared_seq, 9223372036854775807)
  );
end;
$$;

-- Somebody's account goes: marks the person's files, and those that nobody else can see.
create or replace function chat_private.release_files_of_person(user_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.release_media(array(
    select m.id from chat.media as m where m.owner_id = release_files_of_person.user_id
  ));
  perform chat_private.release_files_only_seen_by(m.user_id, m.conversation_id)
  from chat.members as m
  where m.user_id = release_files_of_person.user_id;
end;
$$;

-- A file is in use while somebody can see a message that brings it, or a record of such a message; a cover is, while
-- its video is; a picture of a person or a group, while somebody shows it.
create or replace function chat_private.is_media_in_use(media chat.media)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  if media.kind = 'avatar' then
    return chat_private.is_avatar_in_use('/chat-avatars/' || media.name);
  end if;
  return exists (
    select
    from chat.messages as m
    join chat.members as me on me.conversation_id = m.conversation_id
      and me.left_at is null
      and me.cleared_seq < m.seq
    join chat.profiles as p on p.id = me.user_id and p.account_id is not null
    where m.media_id in (media.id, media.cover_of)
  ) or exists (
    select
    from chat.messages as m
    join chat.forwarded_messages as f on f.source_conversation_id = m.conversation_id and f.source_seq = m.seq
    join chat.members as me on me.conversation_id = f.conversation_id
      and me.left_at is null
      and me.cleared_seq < f.seq
    join chat.profiles as p on p.id = me.user_id and p.account_id is not null
    where m.media_id in (media.id, media.cover_of)
  );
end;
$$;

-- Without an index: asked when an account with pictures is deleted, or a picture is replaced. An address may go on
-- behind the name: `?v=2` makes caches ask again.
create or replace function chat_private.is_avatar_in_use(path text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (select from chat.profiles as p where strpos(p.avatar_url, path) > 0)
    or exists (select from chat.groups as g where strpos(g.avatar_url, path) > 0)
    or exists (select from chat.members as m where strpos(m.avatar_url, path) > 0);
end;
$$;

-- Takes a file out of the library, with the covers that were made of it, and queues them all for deletion.
create or replace function chat_private.forget_media(media chat.media)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  with gone as (
    delete from chat.media as m
    where m.id = media.id or m.cover_of = media.id
    returning m.bucket_id, m.name
  )
  insert into chat_private.orphaned_files (bucket_id, name)
  select g.bucket_id, g.name
  from gone as g
  on conflict do nothing;
end;
$$;

-- Looks at files that may be without use, and at uploads that nobody had checked within a day: they go, or stay.
create or replace function chat_private.sweep_media(page_size integer)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_media chat.media;
begin
  for v_media in
    select m.*
    from chat.media as m
    where m.unused_since is not null
      or (m.checked_at is null and m.created_at < now() - interval '1 day')
    order by m.id
    limit page_size
    for update skip locked  -- whoever is sending it holds it: it is in use, or its turn comes again
  loop
    if chat_private.is_media_in_use(v_media) then
      update chat.media as m set unused_since = null where m.id = v_media.id;
    else
      perform chat_private.forget_media(v_media);
    end if;
  end loop;
  delete from chat_private.upload_days as d where d.day < chat_private.today() - 7;
end;
$$;

-- A picture that is replaced goes, if it is one of ours and nobody else shows it.
create or replace function chat_private.on_avatar_replaced()
returns trigger
language plpgsql
security definer  -- fires wherever a picture is changed
set search_path = ''
as $$
begin
  perform chat_private.release_media(array(
    select m.id
    from chat.media as m
    where m.bucket_id = 'chat-avatars' and m.name = substring(old.avatar_url from '/chat-avatars/([^?#]+)')
  ));
  return null;
end;
$$;

comment on function chat_private.release_media is 'Marks files that may be without use.';
comment on function chat_private.release_files_of is 'Marks the files in a stretch of a conversation.';
comment on function chat_private.release_files_only_seen_by is 'Marks the files of a conversation that nobody but one person can see.';
comment on function chat_private.release_files_of_person is 'Marks the files that may be without use when an account goes.';
comment on function chat_private.is_media_in_use is 'Whether anybody can see a message that brings a file.';
comment on function chat_private.is_avatar_in_use is 'Whether a person or a group shows a picture, named by its path.';
comment on function chat_private.forget_media is 'Takes a file and its covers out of the library and queues them for deletion.';
comment on function chat_private.sweep_media is 'Gives up files that are without use.';
comment on function chat_private.on_avatar_replaced is 'Marks a picture that was replaced.';

-- Not `of avatar_url`: when an account goes, it is a trigger that takes the picture off.
create or replace trigger profiles_avatar_replaced
  after update on chat.profiles
  for each row
  when (old.avatar_url is distinct from new.avatar_url and old.avatar_url like '%/chat-avatars/%')
  execute function chat_private.on_avatar_replaced();

create or replace trigger groups_avatar_replaced
  after update of avatar_url on chat.groups
  for each row
  when (old.avatar_url is distinct from new.avatar_url and old.avatar_url like '%/chat-avatars/%')
  execute function chat_private.on_avatar_replaced();

create or replace trigger members_avatar_replaced
  after update of avatar_url on chat.members
  for each row
  when (old.avatar_url is distinct from new.avatar_url and old.avatar_url like '%/chat-avatars/%')
  execute function chat_private.on_avatar_replaced();

-- sql/media/objects.sql
-- What happens to files of ours in Storage. Only our buckets are looked at: the host's uploads cost one comparison.

-- A file has been uploaded: it is in the library, and nobody else can see it until it is checked. Storage inserts
-- twice, first as the uploader, which it takes back, then as itself: owner_id is right in both, auth.uid() is not.
-- Files without an owner are put there by the service key and registered by whoever put them there.
create or replace function chat_private.on_object_created()
returns trigger
language plpgsql
security definer  -- fires with the rights of whoever uploads
set search_path = ''
as $$
declare
  v_owner_id uuid;
  v_size bigint := coalesce(new.metadata ->> 'size', new.metadata ->> 'contentLength', '0')::bigint;
begin
  if pg_input_is_valid(coalesce(new.owner_id, ''), 'uuid') then
    select p.id into v_owner_id from chat.profiles as p where p.id = new.owner_id::uuid;
  end if;
  if v_owner_id is null then
    return null;
  end if;
  if not chat_private.admit_upload(v_owner_id, new.bucket_id, v_size, v_size) then
    raise insufficient_privilege using message = 'this person may not upload this file';
  end if;
  insert into chat.media (id, owner_id, bucket_id, name, kind, mime_type, size)
  values (
    chat_private.uuid_v7(), v_owner_id, new.bucket_id, new.name, chat_private.kind_in(new.bucket_id),
    coalesce(nullif(new.metadata ->> 'mimetype', ''), 'application/octet-stream'), v_size
  );
  return null;
end;
$$;

-- A file that was checked stays what it is. Storage stores an upload as itself, over whatever is there by then: two
-- uploads to one path, both allowed while it was free, would let the second replace what the first was checked as.
create or replace function chat_private.on_object_changed()
returns trigger
language plpgsql
security definer  -- fires with the rights of whoever uploads
set search_path = ''
as $$
declare
  v_media chat.media;
  v_size bigint := (new.metadata ->> 'size')::bigint;  -- null while Storage only tries
begin
  select m.* into v_media
  from chat.media as m
  where m.bucket_id = old.bucket_id and m.name = old.name
  for no key update;
  if v_media.checked_at is not null then
    raise insufficient_privilege using message = 'this file belongs to the chat library and cannot be replaced';
  end if;
  -- The second of two uploads to one path comes as a change. Ours, when a file is cleaned, never makes it longer.
  if v_size > v_media.size then
    if not chat_private.admit_upload(v_media.owner_id, new.bucket_id, v_size, v_size - v_media.size) then
      raise insufficient_privilege using message = 'this person may not upload this file';
    end if;
    update chat.media as m set size = v_size where m.id = v_media.id;
  end if;
  return new;
end;
$$;

-- A file that somebody deletes through Storage, from the dashboard for instance, leaves the library too.
create or replace function chat_private.on_object_deleted()
returns trigger
language plpgsql
security definer  -- fires with the rights of whoever deletes
set search_path = ''
as $$
begin
  perform chat_private.forget_media(m) from chat.media as m where m.bucket_id = old.bucket_id and m.name = old.name;
  delete from chat_private.orphaned_files as f where f.bucket_id = old.bucket_id and f.name = old.name;
  return null;
end;
$$;

comment on function chat_private.on_object_created is 'Puts an uploaded file into the library, unchecked.';
comment on function chat_private.on_object_changed is 'Keeps files that were checked from being replaced or moved.';
comment on function chat_private.on_object_deleted is 'Takes a file that was deleted through Storage out of the library.';

create or replace trigger chat_on_object_created
  after insert on storage.objects
  for each row
  when (new.bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers', 'chat-avatars'))
  execute function chat_private.on_object_created();

create or replace trigger chat_on_object_changed
  before update of bucket_id, name, version on storage.objects
  for each row
  when (
    old.bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers', 'chat-avatars')
    and (old.bucket_id, old.name, old.version) is distinct from (new.bucket_id, new.name, new.version)
  )
  execute function chat_private.on_object_changed();

create or replace trigger chat_on_object_deleted
  after delete on storage.objects
  for each row
  when (old.bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers', 'chat-avatars'))
  execute function chat_private.on_object_deleted();

-- sql/media/reading.sql
-- Whether a file may be read by somebody: by its owner, and by whoever can see a message that uses it, or a record in
-- which such a message is. A cover is read by those who may read its video.
create or replace function chat_private.may_read_media(media chat.media, reader uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return media.owner_id = reader
    or exists (
      select
      from chat.messages as m
      join chat.members as me on me.conversation_id = m.conversation_id
        and me.user_id = reader
        and me.left_at is null
        and me.cleared_seq < m.seq
      where m.media_id in (media.id, media.cover_of)
    )
    or exists (
      select
      from chat.messages as m
      join chat.forwarded_messages as f on f.source_conversation_id = m.conversation_id and f.source_seq = m.seq
      join chat.members as me on me.conversation_id = f.conversation_id
        and me.user_id = reader
        and me.left_at is null
        and me.cleared_seq < f.seq
      where m.media_id in (media.id, media.cover_of)
    );
end;
$$;

-- For the policy on Storage's objects: one look-up by name for each object that is asked for. A list of one's own
-- folder is answered from the path; a list of somebody else's is empty, at no cost for each file in it.
create or replace function chat_private.may_read_object(bucket_id text, name text)
returns boolean
language plpgsql
stable
security definer  -- reads the library and the messages without re-entering their policies
set search_path = ''
as $$
declare
  v_reader uuid := chat_private.me();
  v_media chat.media;
begin
  if v_reader is null then
    return false;
  end if;
  if split_part(name, '/', 1) = v_reader::text then
    return true;
  end if;
  if current_setting('storage.operation', true) like '%object.list%' then
    return false;
  end if;
  select m.* into v_media
  from chat.media as m
  where m.bucket_id = may_read_object.bucket_id and m.name = may_read_object.name and m.checked_at is not null;
  return found and chat_private.may_read_media(v_media, v_reader);
end;
$$;

create or replace function chat_private.may_upload_object(bucket_id text, name text, metadata jsonb)
returns boolean
language plpgsql
stable
security definer  -- reads profiles, settings and buckets
set search_path = ''
as $$
begin
  perform chat_private.check_upload(
    chat_private.me(), bucket_id, name, nullif(metadata ->> 'mimetype', ''), (metadata ->> 'contentLength')::bigint
  );
  return true;
exception
  when others then
    -- A policy says yes or no. Whatever is not a refusal of ours is a fault, and stays one.
    if sqlstate like 'PT%' or sqlstate = 'PGRST' then
      return false;
    end if;
    raise;
end;
$$;

comment on function chat_private.may_read_media is 'Whether a person may read a file of the library.';
comment on function chat_private.may_read_object is 'Whether the caller may read a file in one of our buckets.';
comment on function chat_private.may_upload_object is 'Whether the caller may upload a file to one of our buckets.';
grant execute on function chat_private.may_read_object, chat_private.may_upload_object to authenticated;

drop policy if exists "people see their own files" on chat.media;
create policy "people see their own files"
  on chat.media
  for select
  to authenticated
  using (owner_id = (select chat_private.me()));

-- There is no policy for changing or deleting: a file never changes, and goes through chat.delete_media, by a revoke,
-- or with the account.
drop policy if exists "chat: people read files they may see" on storage.objects;
create policy "chat: people read files they may see"
  on storage.objects
  for select
  to authenticated
  using (
    bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers', 'chat-avatars')
    and chat_private.may_read_object(bucket_id, name)
  );

drop policy if exists "chat: people upload into their own folder" on storage.objects;
create policy "chat: people upload into their own folder"
  on storage.objects
  for insert
  to authenticated
  with check (
    bucket_id in ('chat-images', 'chat-videos', 'chat-audio', 'chat-files', 'chat-covers')
    and chat_private.may_upload_object(bucket_id, name, metadata)
  );

-- sql/media/rows.sql
-- A file as messages and verbs show it. What is not known is left out.
create or replace function chat_private.media_item(media chat.media)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'media_id', media.id,
    'kind', media.kind,
    'bucket', media.bucket_id,
    'path', media.name,
    'mime_type', media.mime_type,
    'size', media.size,
    'width', media.width,
    'height', media.height,
    'duration', media.duration,
    'waveform', to_jsonb(media.waveform),
    'file_name', media.file_name,
    'time', media.cover_time,
    'cover', (
      select jsonb_build_object('bucket', c.bucket_id, 'path', c.name, 'width', c.width, 'height', c.height)
      from chat.media as c
      where c.id = media.cover_id
    )
  ));
end;
$$;

-- The same for the owner, with the fields that the course's uploads answer.
create or replace function chat_private.own_media(media chat.media)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return chat_private.media_item(media) || jsonb_build_object(
    'owner_id', media.owner_id,
    'image_class_id', media.class_id,
    'create_time', floor(extract(epoch from media.created_at))::bigint,
    'is_checked', media.checked_at is not null
  );
end;
$$;

comment on function chat_private.media_item is 'A file as messages show it.';
comment on function chat_private.own_media is 'A file as its owner sees it.';

-- sql/media/sending.sql
-- The file that a message is to bring: the caller's own, checked, and of the kind of the message. Held until the
-- message is there, so that it does not go in between.
--
-- Fails  media_not_found, media_unchecked, media_wrong_kind
create or replace function chat_private.check_media(media_id uuid, kind text, caller uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_media chat.media;
begin
  select m.* into v_media
  from chat.media as m
  where m.id = check_media.media_id and m.owner_id = caller
  for key share;
  case
    when v_media.id is null then
      perform chat_private.fail('media_not_found');
    when v_media.kind <> check_media.kind then
      perform chat_private.fail('media_wrong_kind');
    when v_media.checked_at is null then
      perform chat_private.fail('media_unchecked');
    else
      null;
  end case;
end;
$$;

comment on function chat_private.check_media is 'Refuses a file that a message cannot bring, and holds it otherwise.';

-- sql/media/prepare_upload.sql
-- Where a file is to be uploaded to: a path of the caller's own that is free. Nothing is kept; the policies of Storage
-- ask the same questions again when the upload comes, and say no without a reason.
--
-- Who    everyone signed in, guests within their rights
-- Says   nothing
-- Fails  not_signed_in, account_disabled, guests_cannot, kind_invalid, path_invalid, directory_invalid,
--        file_name_invalid, mime_type_invalid, file_too_large, upload_quota_over
create or replace function chat_private.prepare_upload(
  kind text, mime_type text, size bigint, file_name text, directory text
)
returns jsonb
language plpgsql
volatile
security definer  -- reads settings, quotas and buckets
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_bucket text := chat_private.bucket_for(prepare_upload.kind);
  v_path text;
begin
  if v_bucket is null then
    perform chat_private.fail('kind_invalid');
  end if;
  if prepare_upload.directory !~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(/[A-Za-z0-9][A-Za-z0-9_-]{0,63}){0,3}$' then
    perform chat_private.fail('directory_invalid');
  end if;
  if prepare_upload.mime_type is null then
    perform chat_private.fail('mime_type_invalid');
  end if;
  v_path := concat_ws(
    '/', v_caller, prepare_upload.directory, to_char(now() at time zone 'UTC', 'yyyymmdd'),
    chat_private.milliseconds(clock_timestamp()) || '_' || right(gen_random_uuid()::text, 12)
      || '.' || chat_private.extension_of(chat_private.checked_file_name(prepare_upload.file_name))
  );
  perform chat_private.check_upload(v_caller, v_bucket, v_path, prepare_upload.mime_type, prepare_upload.size);
  return jsonb_build_object('bucket', v_bucket, 'path', v_path);
end;
$$;

-- Fails  file_name_invalid
create or replace function chat_private.checked_file_name(file_name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_name text := btrim(file_name);
begin
  if chat_private.is_blank(v_name) or length(v_name) > 255 or v_name ~ '[/\\]' or not chat_private.is_clean(v_name) then
    perform chat_private.fail('file_name_invalid');
  end if;
  return v_name;
end;
$$;

-- In lower case; `bin` where there is none that a path may have.
create or replace function chat_private.extension_of(file_name text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return coalesce(lower(substring(file_name from '\.([A-Za-z0-9]{1,10})$')), 'bin');
end;
$$;

create or replace function chat.prepare_upload(
  kind text, mime_type text, size bigint, file_name text default null, directory text default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.prepare_upload(
    prepare_upload.kind, prepare_upload.mime_type, prepare_upload.size, prepare_upload.file_name,
    prepare_upload.directory
  );
end;
$$;

comment on function chat_private.prepare_upload is 'Does the work of chat.prepare_upload.';
comment on function chat_private.checked_file_name is 'The name of a file, refused when it cannot be shown on one line.';
comment on function chat_private.extension_of is 'The extension of a file name.';
comment on function chat.prepare_upload is 'Where to upload a file of a kind (image, video, audio, file, cover), type and size: { bucket, path }.';
grant execute on function chat.prepare_upload, chat_private.prepare_upload to authenticated;

-- sql/media/get_upload.sql
-- A file that the caller has uploaded, by where it is. What chat-media begins with.
--
-- Who    its owner
-- Says   nothing
-- Fails  not_signed_in, account_disabled, media_not_found
create or replace function chat_private.get_upload(bucket text, path text)
returns jsonb
language plpgsql
volatile
security definer  -- reads the version that Storage keeps
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_media chat.media;
begin
  select m.* into v_media
  from chat.media as m
  where m.bucket_id = get_upload.bucket and m.name = get_upload.path and m.owner_id = v_caller;
  if not found then
    perform chat_private.fail('media_not_found');
  end if;
  return chat_private.own_media(v_media) || jsonb_build_object(
    'id', v_media.id,
    'max_size', (
      select chat_private.largest_upload(v_media.bucket_id, p.is_guest, s)
      from chat.profiles as p, chat_private.settings as s
      where p.id = v_caller
    ),
    'version', chat_private.object_version(v_media.bucket_id, v_media.name)
  );
end;
$$;

-- What Storage calls the bytes that are there now; null when there are none.
create or replace function chat_private.object_version(bucket_id text, name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select o.version
    from storage.objects as o
    where o.bucket_id = object_version.bucket_id and o.name = object_version.name
      -- Newer Storages keep old versions beside the one that counts, and mark them in columns that older ones lack.
      and to_jsonb(o) ->> 'archived_at' is null
      and not coalesce((to_jsonb(o) ->> 'is_delete_marker')::boolean, false)
  );
end;
$$;

create or replace function chat.get_upload(bucket text, path text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.get_upload(get_upload.bucket, get_upload.path);
end;
$$;

comment on function chat_private.get_upload is 'Does the work of chat.get_upload.';
comment on function chat_private.object_version is 'The version of the bytes that Storage has of a file.';
comment on function chat.get_upload is 'A file that the caller uploaded, checked or not.';
grant execute on function chat.get_upload, chat_private.get_upload to authenticated;

-- sql/media/settle_upload.sql
-- The bytes of an upload have been looked at: from here on it can be sent, and nothing replaces it. Only the version
-- that was looked at is settled. Settling again changes nothing.
--
-- Who    service_role: the function chat-media
-- Says   nothing
-- Fails  media_not_found, media_wrong_kind, file_name_invalid, facts_invalid, busy
create or replace function chat_private.settle_upload(bucket text, path text, version text, facts jsonb)
returns jsonb
language plpgsql
volatile
security definer  -- service_role holds no write privilege on chat.media
set search_path = ''
as $$
declare
  v_media chat.media;
  v_video_id uuid;
begin
  -- The lock that whoever replaces or deletes the bytes takes first, too: they wait, and then find the file checked.
  perform from storage.objects as o
  where o.bucket_id = settle_upload.bucket and o.name = settle_upload.path
  for no key update;
  select m.* into v_media
  from chat.media as m
  where m.bucket_id = settle_upload.bucket and m.name = settle_upload.path
  for update;
  case
    when not found then
      perform chat_private.fail('media_not_found');
    when v_media.checked_at is not null then
      return chat_private.own_media(v_media);
    else
      v_video_id := chat_private.checked_video(v_media, settle_upload.facts);
  end case;

  if chat_private.object_version(v_media.bucket_id, v_media.name) is distinct from settle_upload.version then
    perform chat_private.fail('busy');
  end if;

  return chat_private.own_media(chat_private.store_facts(v_media, settle_upload.facts, v_video_id));
end;
$$;

-- The video that an uploaded cover is of, when it is one.
--
-- Fails  media_not_found, media_wrong_kind, facts_invalid
create or replace function chat_private.checked_video(cover chat.media, facts jsonb)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_video chat.media;
begin
  if facts ->> 'cover_of' is null then
    return null;
  end if;
  if not pg_input_is_valid(facts ->> 'cover_of', 'uuid') then
    perform chat_private.fail('facts_invalid');
  end if;
  select m.* into v_video
  from chat.media as m
  where m.id = (facts ->> 'cover_of')::uuid and m.owner_id = cover.owner_id
  for key share;
  case
    when not found then
      perform chat_private.fail('media_not_found');
    when v_video.kind <> 'video' or cover.kind <> 'cover' then
      perform chat_private.fail('media_wrong_kind');
    else
      return v_video.id;
  end case;
end;
$$;

-- A video's first cover is the one it is shown with.
--
-- Fails  file_name_invalid, facts_invalid
create or replace function chat_private.store_facts(media chat.media, facts jsonb, video_id uuid)
returns chat.media
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_media chat.media;
begin
  v_media := jsonb_populate_record(media, jsonb_build_object(
    'mime_type', coalesce(facts -> 'mime_type', to_jsonb(media.mime_type)),
    'size', coalesce(facts -> 'size', to_jsonb(media.size)),
    'width', facts -> 'width',
    'height', facts -> 'height',
    'duration', facts -> 'duration',
    'waveform', facts -> 'waveform',
    'class_id', coalesce(facts -> 'class_id', '0'),
    'file_name', chat_private.checked_file_name(facts ->> 'file_name')
  ));
  update chat.media as m
  set mime_type = v_media.mime_type, size = v_media.size, width = v_media.width, height = v_media.height,
      duration = v_media.duration, waveform = v_media.waveform, class_id = v_media.class_id,
      file_name = v_media.file_name, cover_of = store_facts.video_id, checked_at = now()
  where m.id = media.id
  returning m.* into v_media;
  update chat.media as m set cover_id = v_media.id where m.id = store_facts.video_id and m.cover_id is null;
  return v_media;
exception
  when data_exception or integrity_constraint_violation then
    perform chat_private.fail('facts_invalid');
end;
$$;

create or replace function chat.settle_upload(bucket text, path text, version text, facts jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.settle_upload(
    settle_upload.bucket, settle_upload.path, settle_upload.version, settle_upload.facts
  );
end;
$$;

comment on function chat_private.settle_upload is 'Does the work of chat.settle_upload.';
comment on function chat_private.checked_video is 'The video that an uploaded cover is of.';
comment on function chat_private.store_facts is 'Writes down what a file is, and that it has been checked.';
comment on function chat.settle_upload is 'For service_role: an upload has been looked at and is what the facts say. Answers the file.';
grant execute on function chat.settle_upload, chat_private.settle_upload to service_role;

-- sql/media/reject_upload.sql
-- An upload is not what it says it is: it leaves the library and is queued for deletion. What was checked stays.
--
-- Who    service_role: the function chat-media
-- Says   nothing
create or replace function chat_private.reject_upload(bucket text, path text)
returns void
language plpgsql
volatile
security definer  -- service_role holds no write privilege on chat.media
set search_path = ''
as $$
begin
  perform chat_private.forget_media(m)
  from (
    select m.*
    from chat.media as m
    where m.bucket_id = reject_upload.bucket and m.name = reject_upload.path and m.checked_at is null
    for update  -- not one that is settled in this moment
  ) as m;
end;
$$;

create or replace function chat.reject_upload(bucket text, path text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.reject_upload(reject_upload.bucket, reject_upload.path);
end;
$$;

comment on function chat_private.reject_upload is 'Does the work of chat.reject_upload.';
comment on function chat.reject_upload is 'For service_role: an upload that was not checked yet goes.';
grant execute on function chat.reject_upload, chat_private.reject_upload to service_role;

-- sql/media/add_avatar.sql
-- A picture of a person or a group has been put into the public bucket: it is in its owner's library.
--
-- Who    service_role: the function chat-media
-- Says   nothing
-- Fails  profile_not_found, facts_invalid, upload_quota_over
create or replace function chat_private.add_avatar(
  owner_id uuid, path text, mime_type text, size bigint, width integer, height integer
)
returns jsonb
language plpgsql
volatile
security definer  -- service_role holds no write privilege on chat.media
set search_path = ''
as $$
declare
  v_media chat.media;
begin
  v_media.owner_id := add_avatar.owner_id;
  v_media.kind := 'avatar';
  v_media.bucket_id := 'chat-avatars';
  v_media.name := add_avatar.path;
  v_media.mime_type := add_avatar.mime_type;
  v_media.size := add_avatar.size;
  v_media.width := add_avatar.width;
  v_media.height := add_avatar.height;
  return chat_private.own_media(chat_private.add_media(v_media));
end;
$$;

-- A file that one of our functions made for somebody. The same file again is the one that is there.
--
-- Fails  profile_not_found, facts_invalid, upload_quota_over
create or replace function chat_private.add_media(media chat.media)
returns chat.media
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_media chat.media;
begin
  case
    when not exists (select from chat.profiles as p where p.id = media.owner_id and p.status = 'active') then
      perform chat_private.fail('profile_not_found');
    when split_part(media.name, '/', 1) is distinct from media.owner_id::text then
      perform chat_private.fail('facts_invalid');
    else
      null;
  end case;
  insert into chat.media (
    id, owner_id, bucket_id, name, kind, mime_type, size, width, height, duration, cover_of, cover_time, checked_at
  )
  values (
    chat_private.uuid_v7(), media.owner_id, media.bucket_id, media.name, media.kind, media.mime_type, media.size,
    media.width, media.height, media.duration, media.cover_of, media.cover_time, now()
  )
  on conflict on constraint media_file_is_unique do nothing
  returning * into v_media;
  if v_media.id is null then
    select m.* into strict v_media from chat.media as m where m.bucket_id = media.bucket_id and m.name = media.name;
  elsif not chat_private.count_upload(media.owner_id, media.size) then
    perform chat_private.fail('upload_quota_over', chat_private.until_tomorrow());
  end if;
  return v_media;
exception
  when data_exception or integrity_constraint_violation then
    perform chat_private.fail('facts_invalid');
end;
$$;

create or replace function chat.add_avatar(
  owner_id uuid, path text, mime_type text, size bigint, width integer, height integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.add_avatar(
    add_avatar.owner_id, add_avatar.path, add_avatar.mime_type, add_avatar.size, add_avatar.width, add_avatar.height
  );
end;
$$;

comment on function chat_private.add_avatar is 'Does the work of chat.add_avatar.';
comment on function chat_private.add_media is 'Puts a file that one of our functions made into the library.';
comment on function chat.add_avatar is 'For service_role: a picture in the public bucket belongs to a person''s library. Answers the file.';
grant execute on function chat.add_avatar, chat_private.add_avatar to service_role;

-- sql/media/prepare_cover.sql
-- Where the cover of a film goes that the caller asks for, and whether it is there already. The recipe names the film
-- and everything that was asked of the cover, so that the same request finds the same file.
--
-- Who    everyone signed in, guests within their rights; the function chat-video-cover asks for them
-- Says   nothing
-- Fails  not_signed_in, account_disabled, guests_cannot, path_invalid, file_too_large, upload_quota_over,
--        busy
create or replace function chat_private.prepare_cover(recipe text, format text)
returns jsonb
language plpgsql
volatile
security definer  -- reads settings, quotas and buckets
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_path text := v_caller || '/made/' || prepare_cover.recipe || '.' || prepare_cover.format;
  v_cover chat.media;
begin
  if (prepare_cover.recipe ~ '^[0-9a-f]{64}$' and prepare_cover.format in ('png', 'jpg')) is not true then
    perform chat_private.fail('path_invalid');
  end if;
  select m.* into v_cover from chat.media as m where m.bucket_id = 'chat-covers' and m.name = v_path;
  case
    when found then
      null;
    when chat_private.is_name_taken('chat-covers', v_path) then
      perform chat_private.fail('busy');  -- an earlier one of the same recipe is being deleted
    else
      perform chat_private.check_uploader(v_caller, 'chat-covers', 1);  -- counted when the cover is there
  end case;
  return jsonb_build_object(
    'owner_id', v_caller,
    'bucket', 'chat-covers',
    'path', v_path,
    'cover', case when v_cover.id is not null then chat_private.own_media(v_cover) end
  );
end;
$$;

create or replace function chat.prepare_cover(recipe text, format text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.prepare_cover(prepare_cover.recipe, prepare_cover.format);
end;
$$;

comment on function chat_private.prepare_cover is 'Does the work of chat.prepare_cover.';
comment on function chat.prepare_cover is 'For chat-video-cover: where the caller''s cover goes, and the cover if it is there already.';
grant execute on function chat.prepare_cover, chat_private.prepare_cover to authenticated;

-- sql/media/add_cover.sql
-- A cover has been made and stored: it is in its owner's library, and goes when its video goes. The first cover that
-- the owner of a video makes is the one it is shown with.
--
-- Who    service_role: the function chat-video-cover
-- Says   nothing
-- Fails  media_not_found, profile_not_found, facts_invalid, upload_quota_over
create or replace function chat_private.add_cover(
  path text, size bigint, width integer, height integer, time_ms integer, duration_ms integer,
  video_bucket text, video_path text
)
returns jsonb
language plpgsql
volatile
security definer  -- service_role holds no write privilege on chat.media
set search_path = ''
as $$
declare
  v_video chat.media;
  v_cover chat.media;
begin
  if not pg_input_is_valid(split_part(add_cover.path, '/', 1), 'uuid') then
    perform chat_private.fail('facts_invalid');
  end if;
  select m.* into v_video
  from chat.media as m
  where m.bucket_id = add_cover.video_bucket and m.name = add_cover.video_path and m.kind = 'video'
  for key share;
  if add_cover.video_path is not null and v_video.id is null then
    perform chat_private.fail('media_not_found');  -- it went while its cover was being made
  end if;
  v_cover.owner_id := split_part(add_cover.path, '/', 1)::uuid;
  v_cover.kind := 'cover';
  v_cover.bucket_id := 'chat-covers';
  v_cover.name := add_cover.path;
  v_cover.mime_type := case when add_cover.path like '%.png' then 'image/png' else 'image/jpeg' end;
  v_cover.size := add_cover.size;
  v_cover.width := add_cover.width;
  v_cover.height := add_cover.height;
  v_cover.duration := add_cover.duration_ms;
  v_cover.cover_time := add_cover.time_ms;
  v_cover.cover_of := v_video.id;
  v_cover := chat_private.add_media(v_cover);
  update chat.media as m
  set cover_id = v_cover.id
  where m.id = v_video.id and m.owner_id = v_cover.owner_id and m.cover_id is null;
  return chat_private.own_media(v_cover);
end;
$$;

create or replace function chat.add_cover(
  path text, size bigint, width integer, height integer, time_ms integer, duration_ms integer,
  video_bucket text default null, video_path text default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.add_cover(
    add_cover.path, add_cover.size, add_cover.width, add_cover.height, add_cover.time_ms, add_cover.duration_ms,
    add_cover.video_bucket, add_cover.video_path
  );
end;
$$;

comment on function chat_private.add_cover is 'Does the work of chat.add_cover.';
comment on function chat.add_cover is 'For service_role: a cover that was made belongs to a person''s library and to its video. Answers the file.';
grant execute on function chat.add_cover, chat_private.add_cover to service_role;

-- sql/media/choose_cover.sql
-- The cover that a video is shown with, also in messages that were sent: whoever reads them next sees it.
--
-- Who    the owner of both
-- Says   nothing
-- Fails  not_signed_in, account_disabled, media_not_found, media_wrong_kind
create or replace function chat_private.choose_cover(media_id uuid, cover_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.media
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_video chat.media;
  v_cover chat.media;
begin
  select m.* into v_cover from chat.media as m where m.id = choose_cover.cover_id and m.owner_id = v_caller for key share;
  select m.* into v_video from chat.media as m where m.id = choose_cover.media_id and m.owner_id = v_caller;
  case
    when v_video.id is null or v_cover.id is null then
      perform chat_private.fail('media_not_found');
    when v_cover.cover_of is distinct from v_video.id then
      perform chat_private.fail('media_wrong_kind');
    else
      update chat.media as m set cover_id = v_cover.id where m.id = v_video.id returning m.* into v_video;
      return chat_private.own_media(v_video);
  end case;
end;
$$;

create or replace function chat.choose_cover(media_id uuid, cover_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.choose_cover(choose_cover.media_id, choose_cover.cover_id);
end;
$$;

comment on function chat_private.choose_cover is 'Does the work of chat.choose_cover.';
comment on function chat.choose_cover is 'Shows a video of the caller''s with another of its covers. Answers the video.';
grant execute on function chat.choose_cover, chat_private.choose_cover to authenticated;

-- sql/media/find_video_host.sql
-- What kind of host a film may be read from: http or oss; null for hosts that are not on the list.
--
-- Who    service_role: the function chat-video-cover
-- Says   nothing
create or replace function chat_private.find_video_host(host text)
returns text
language plpgsql
stable
security definer  -- one table of settings, read through one question
set search_path = ''
as $$
begin
  return (select h.provider from chat_private.video_hosts as h where h.host = find_video_host.host);
end;
$$;

create or replace function chat.find_video_host(host text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return chat_private.find_video_host(find_video_host.host);
end;
$$;

comment on function chat_private.find_video_host is 'Does the work of chat.find_video_host.';
comment on function chat.find_video_host is 'For service_role: the provider of a host that films may be read from; null for others.';
grant execute on function chat.find_video_host, chat_private.find_video_host to service_role;

-- sql/media/delete_media.sql
-- Deletes a file of the caller's that no message uses. It is out of the library at once; the function chat-revoke
-- takes it out of Storage.
--
-- Who    its owner
-- Says   nothing
-- Fails  not_signed_in, account_disabled, media_not_found, media_in_use
create or replace function chat_private.delete_media(media_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.media
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_media chat.media;
begin
  select m.* into v_media
  from chat.media as m
  where m.id = delete_media.media_id and m.owner_id = v_caller
  for update;  -- waits for whoever is sending it
  case
    when not found then
      perform chat_private.fail('media_not_found');
    when chat_private.is_media_in_use(v_media) then
      perform chat_private.fail('media_in_use');
    else
      perform chat_private.forget_media(v_media);
  end case;
end;
$$;

create or replace function chat.delete_media(media_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.delete_media(delete_media.media_id);
end;
$$;

comment on function chat_private.delete_media is 'Does the work of chat.delete_media.';
comment on function chat.delete_media is 'Deletes a file of the caller''s that no message uses.';
grant execute on function chat.delete_media, chat_private.delete_media to authenticated;

-- sql/messages/policies.sql
-- Who joined a group that hides its history reads through chat.list_messages. The set becomes an index condition: whoever asks for a conversation they are not in costs nothing.
drop policy if exists "members read messages" on chat.messages;
create policy "members read messages"
  on chat.messages
  for select
  to authenticated
  using (conversation_id = any (array(select chat_private.my_open_histories())));

-- sql/messages/envelope.sql
-- The one shape of a message, pushed or read back: docs/envelope.md. Every name is resolved here, when it is read.
--
-- In a direct conversation, what the system says comes for each of the two from the other one: that is what the
-- viewer is for. In a group all see the same.
create or replace function chat_private.envelopes_of(messages chat.messages[], viewer uuid)
returns table (conversation_id uuid, seq bigint, envelope jsonb)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_generic_plan  -- planning the joins anew costs more than running them
set enable_hashjoin = off  -- a page needs a few rows of each table, by primary key
set enable_mergejoin = off
as $$
begin
  return query
  select m.conversation_id, m.seq, chat_private.envelope(m, s, f, r, g)
  from unnest(envelopes_of.messages) as m
  join chat.conversations as c on c.id = m.conversation_id
  left join chat.groups as g on g.id = c.id
  left join chat.profiles as s on s.id = chat_private.speaker_of(m, c, envelopes_of.viewer)
  left join chat.members as f on c.kind = 'group' and f.conversation_id = c.id and f.user_id = s.id
  left join chat.profiles as r on r.id = case when c.low_id = s.id then c.high_id else c.low_id end;
end;
$$;

-- The same for one message: on the way of every send, where five look-ups by primary key beat a join.
create or replace function chat_private.envelope_of(message chat.messages, viewer uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_place chat.conversations;
  v_group chat.groups;
  v_speaker chat.profiles;
  v_face chat.members;
  v_recipient chat.profiles;
begin
  select c.* into v_place from chat.conversations as c where c.id = message.conversation_id;
  select p.* into v_speaker from chat.profiles as p where p.id = chat_private.speaker_of(message, v_place, viewer);
  if v_place.kind = 'group' then
    select g.* into v_group from chat.groups as g where g.id = v_place.id;
    select m.* into v_face from chat.members as m where m.conversation_id = v_place.id and m.user_id = v_speaker.id;
  else
    select p.* into v_recipient
    from chat.profiles as p
    where p.id = case when v_place.low_id = v_speaker.id then v_place.high_id else v_place.low_id end;
  end if;
  return chat_private.envelope(message, v_speaker, v_face, v_recipient, v_group);
end;
$$;

-- Who says it: whoever revoked it, sent it, or did what the system tells of.
create or replace function chat_private.speaker_of(
  message chat.messages, place chat.conversations, viewer uuid
)
returns uuid
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when message.revoked_by is not null then message.revoked_by
    when message.sender_id is not null then message.sender_id
    when place.kind = 'group' then (message.body ->> 'actor_id')::uuid
    when place.low_id = viewer then place.high_id
    else place.low_id
  end;
end;
$$;

-- The speaker's profile and, in a group, the face there; then whom it is said to: a person or a group.
create or replace function chat_private.envelope(
  message chat.messages, speaker chat.profiles, face chat.members, recipient chat.profiles, place chat.groups
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_name text := coalesce(face.nickname, speaker.display_name);
  v_is_notice boolean := message.kind = 'system' or message.revoked_at is not null;
begin
  return jsonb_build_object(
    'id', message.id,
    'seq', message.seq,
    'version', message.version,
    'conversation_id', message.conversation_id,
    'from_id', speaker.id,
    'from_name', v_name,
    'from_avatar', coalesce(face.avatar_url, speaker.avatar_url),
    'to_id', coalesce(place.id, recipient.id),
    'to_name', coalesce(place.name, recipient.display_name),
    'to_avatar', case when place.id is null then recipient.avatar_url else place.avatar_url end,
    'chatType', case when place.id is null then 'single' else 'group' end,
    'type', case when v_is_notice then 'systemNotice' else message.kind end,
    'actionType', case
      when message.revoked_at is not null then 'revoke'
      when message.kind = 'system' then message.body ->> 'action'
    end,
    'data', chat_private.envelope_data(message, v_name),
    'redirect', null,
    'options', chat_private.envelope_options(message),
    'create_time', chat_private.milliseconds(message.created_at),
    'isremove', (message.revoked_at is not null)::integer,
    'group', case when place.id is not null then jsonb_build_object(
      'id', place.id, 'name', place.name, 'avatar', place.avatar_url
    ) end
  );
end;
$$;

create or replace function chat_private.envelope_data(message chat.messages, speaker_name text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when message.revoked_at is not null then jsonb_build_object(
      'data', chat_private.system_text('revoke', speaker_name, ''), 'dataType', false, 'otherData', null
    )
    when message.kind = 'text' then jsonb_build_object(
      'data', message.body -> 'text', 'dataType', false, 'otherData', null
    )
    when message.kind in ('image', 'video', 'audio', 'file') then jsonb_build_object(
      'data', coalesce(message.body ->> 'caption', ''), 'dataType', false, 'otherData', chat_private.media_of(message)
    )
    when message.kind = 'custom' then jsonb_build_object(
      'data', message.body -> 'data', 'dataType', message.body -> 'type', 'otherData', null
    )
    when message.kind = 'forward' then jsonb_build_object(
      'data', chat_private.system_text('forward', message.body ->> 'count', ''),
      'dataType', false,
      'otherData', message.body
    )
    else jsonb_build_object(
      'data', chat_private.system_text(
        message.body ->> 'action', speaker_name, chat_private.names_in(message.conversation_id, message.body)
      ),
      'dataType', false,
      'otherData', nullif(message.body - 'action' - 'actor_id', '{}')
    )
  end;
end;
$$;

-- Null once the file is gone.
create or replace function chat_private.media_of(message chat.messages)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select chat_private.media_item(m) from chat.media as m where m.id = message.media_id);
end;
$$;

-- What goes along with a message, without a word of any other one: an answer names what it answers by id and seq,
-- so that what is revoked, or hidden from newcomers, is not quoted anywhere.
create or replace function chat_private.envelope_options(message chat.messages)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if message.revoked_at is not null
    or (message.reply_to_seq is null and message.mentions is null and not message.forwarded)
  then
    return '{}';
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'reply_to', (
      select jsonb_build_object('id', q.id, 'seq', q.seq)
      from chat.messages as q
      where q.conversation_id = message.conversation_id and q.seq = message.reply_to_seq
    ),
    'mentions', to_jsonb(message.mentions),
    'forwarded', nullif(message.forwarded, false)
  ));
end;
$$;

-- The people a system message is about, by the names they have in the conversation.
create or replace function chat_private.names_in(conversation_id uuid, body jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select string_agg(coalesce(m.nickname, p.display_name), ', ' order by s.position)
    from jsonb_array_elements_text(names_in.body -> 'subject_ids') with ordinality as s (id, position)
    join chat.profiles as p on p.id = s.id::uuid
    left join chat.members as m on m.conversation_id = names_in.conversation_id and m.user_id = p.id
  );
end;
$$;

-- What the system says in a conversation, in the language of the settings.
create or replace function chat_private.system_text(action text, actor text, subjects text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select format(t.text, actor, coalesce(subjects, ''))
    from chat_private.system_texts() as t
    where t.action = system_text.action
      and t.language = (select s.notice_language from chat_private.settings as s)
  );
end;
$$;

create or replace function chat_private.system_texts()
returns table (language text, action text, text text)
language sql
immutable
set search_path = ''
as $$
  values
    ('en',    'friend_added',         'You are friends now and can start chatting'),
    ('zh-CN', 'friend_added',         '我们已经是好友了，可以开始聊天了'),
    ('en',    'revoke',               '%1$s revoked a message'),
    ('zh-CN', 'revoke',               '%1$s撤回了一条消息'),
    ('en',    'forward',              'Chat record (%1$s)'),
    ('zh-CN', 'forward',              '聊天记录（%1$s条）'),
    ('en',    'group_created',        '%1$s created the group'),
    ('zh-CN', 'group_created',        '%1$s创建了群聊'),
    ('en',    'group_members_added',  '%1$s added %2$s'),
    ('zh-CN', 'group_members_added',  '%1$s邀请%2$s加入了群聊'),
    ('en',    'group_joined',         '%1$s joined the group'),
    ('zh-CN', 'group_joined',         '%1$s加入了群聊'),
    ('en',    'group_left',           '%1$s left the group'),
    ('zh-CN', 'group_left',           '%1$s退出了群聊'),
    ('en',    'group_member_removed', '%1$s removed %2$s'),
    ('zh-CN', 'group_member_removed', '%1$s将%2$s移出了群聊'),
    ('en',    'group_role_changed',   '%1$s changed the role of %2$s'),
    ('zh-CN', 'group_role_changed',   '%1$s更改了%2$s的角色'),
    ('en',    'group_transferred',    '%2$s is the owner of the group now'),
    ('zh-CN', 'group_transferred',    '%2$s成为了新群主'),
    ('en',    'group_member_muted',   '%1$s muted %2$s'),
    ('zh-CN', 'group_member_muted',   '%1$s将%2$s禁言'),
    ('en',    'group_member_unmuted', '%1$s unmuted %2$s'),
    ('zh-CN', 'group_member_unmuted', '%1$s解除了%2$s的禁言'),
    ('en',    'group_muted',          '%1$s muted the group'),
    ('zh-CN', 'group_muted',          '%1$s开启了全员禁言'),
    ('en',    'group_unmuted',        '%1$s unmuted the group'),
    ('zh-CN', 'group_unmuted',        '%1$s关闭了全员禁言'),
    ('en',    'group_changed',        '%1$s changed the group'),
    ('zh-CN', 'group_changed',        '%1$s修改了群资料'),
    ('en',    'group_face_changed',   '%1$s changed how they look in the group'),
    ('zh-CN', 'group_face_changed',   '%1$s修改了群内资料'),
    ('en',    'group_dissolved',      '%1$s dissolved the group'),
    ('zh-CN', 'group_dissolved',      '%1$s解散了群聊')
$$;

comment on function chat_private.envelopes_of is 'Messages in the shape that everything pushed or read back has, as one person sees them.';
comment on function chat_private.envelope_of is 'One message in that shape.';
comment on function chat_private.speaker_of is 'Id of the person an envelope comes from.';
comment on function chat_private.envelope is 'One envelope, from rows that are at hand.';
comment on function chat_private.envelope_data is 'The data part of an envelope: data, dataType, otherData.';
comment on function chat_private.media_of is 'The file that a message brings.';
comment on function chat_private.envelope_options is 'The options part of an envelope: reply_to, mentions, forwarded.';
comment on function chat_private.names_in is 'Names of the people a system message is about.';
comment on function chat_private.system_text is 'The sentence of a system message.';
comment on function chat_private.system_texts is 'Every sentence the system says, in two languages.';

-- sql/messages/append.sql
-- Puts one message at the end of a conversation.
--
-- The row of the conversation is the last lock a send takes. It is held until the transaction ends, so that seq
-- follows the order of commits and has no gaps. Outcomes: `added`; `repeated`, when the id is there already (the
-- message is that one); `moved`, when the epoch is no longer the one under which the sender was let in.
create or replace function chat_private.append(
  message chat.messages, expected_epoch bigint, out added chat.messages, out outcome text
)
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_seq bigint;
begin
  update chat.conversations as c
  set last_seq = c.last_seq + 1, last_message_at = now()
  where c.id = message.conversation_id and (expected_epoch is null or c.epoch = expected_epoch)
  returning c.last_seq into v_seq;
  if v_seq is null then
    outcome := 'moved';
    return;
  end if;

  insert into chat.messages (conversation_id, seq, id, sender_id, kind, body, media_id, reply_to_seq, mentions, forwarded)
  values (
    message.conversation_id, v_seq, message.id, message.sender_id, message.kind, message.body,
    message.media_id, message.reply_to_seq, message.mentions, coalesce(message.forwarded, false)
  )
  on conflict on constraint messages_id_is_unique do nothing
  returning * into added;

  outcome := 'added';
  if added.id is null then  -- the position goes back, under the lock that gave it
    update chat.conversations as c
    set last_seq = v_seq - 1,
        last_message_at = coalesce((
          select m.created_at from chat.messages as m where m.conversation_id = c.id and m.seq = v_seq - 1
        ), c.created_at)
    where c.id = message.conversation_id;
    select m.* into added from chat.messages as m where m.id = message.id;
    outcome := 'repeated';
  end if;
end;
$$;

comment on function chat_private.append is 'Adds a message to a conversation.';

-- Pushes a message, or what became of it, to everybody who is to hear of it: one row for a group of any size, one
-- for each of the two in a direct conversation. Answers the envelope, as the one who acts sees it.
create or replace function chat_private.deliver(event text, message chat.messages)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_place chat.conversations;
  v_envelope jsonb;
begin
  select c.* into v_place from chat.conversations as c where c.id = message.conversation_id;
  if v_place.kind = 'direct' and message.kind = 'system' then
    perform chat_private.deliver_to(event, message, v_place.low_id);
    return chat_private.deliver_to(event, message, v_place.high_id);
  end if;

  v_envelope := chat_private.pushed_envelope(event, message, null);
  if v_place.kind = 'group' then
    perform chat_private.push(
      event, array[chat_private.group_topic(v_place.id, v_place.epoch)], v_envelope,
      array[chat_private.push_id(event, message.id, v_place.id)]
    );
  else
    perform chat_private.push(
      event,
      array[chat_private.user_topic(v_place.low_id), chat_private.user_topic(v_place.high_id)],
      v_envelope,
      array[
        chat_private.push_id(event, message.id, v_place.low_id),
        chat_private.push_id(event, message.id, v_place.high_id)
      ]
    );
  end if;
  return v_envelope;
end;
$$;

-- What the system says in a direct conversation looks different to each of the two.
create or replace function chat_private.deliver_to(event text, message chat.messages, recipient uuid)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_envelope jsonb := chat_private.pushed_envelope(event, message, recipient);
begin
  perform chat_private.push(event, array[chat_private.user_topic(recipient)], v_envelope);
  return v_envelope;
end;
$$;

-- The push of a revoke is a notice about the message, not the message: it is not removed itself.
create or replace function chat_private.pushed_envelope(event text, message chat.messages, viewer uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return chat_private.envelope_of(message, viewer)
    || case when event = 'message_revoked' then '{"isremove": 0}'::jsonb else '{}' end;
end;
$$;

comment on function chat_private.deliver is 'Pushes a message to all who are in its conversation; answers the envelope.';
comment on function chat_private.deliver_to is 'Pushes a message to one of those who are in its conversation.';
comment on function chat_private.pushed_envelope is 'The envelope of a message as it is pushed.';

-- The system says something in a conversation. Who did it and to whom is kept by id; names come when it is read.
create or replace function chat_private.say_system(
  conversation_id uuid, action text, actor_id uuid default null, subject_ids uuid[] default null
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_message chat.messages;
begin
  v_message.id := chat_private.uuid_v7();
  v_message.conversation_id := say_system.conversation_id;
  v_message.kind := 'system';
  v_message.body := jsonb_strip_nulls(jsonb_build_object(
    'action', say_system.action, 'actor_id', say_system.actor_id, 'subject_ids', to_jsonb(say_system.subject_ids)
  ));
  v_message := (chat_private.append(v_message, null)).added;
  perform chat_private.deliver('message_created', v_message);
end;
$$;

comment on function chat_private.say_system is 'Adds a system message to a conversation and pushes it.';

-- sql/messages/body.sql
-- The body as it is stored: exactly the fields that the kind of message has.
--
-- Fails  kind_invalid, body_invalid, text_empty, text_too_long, body_too_large
create or replace function chat_private.checked_body(kind text, body jsonb, settings chat_private.settings)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if kind is null or kind not in ('text', 'image', 'video', 'audio', 'file', 'custom') then
    perform chat_private.fail('kind_invalid');
  end if;
  if jsonb_typeof(body) is distinct from 'object' then
    perform chat_private.fail('body_invalid');
  end if;
  return case kind
    when 'text' then chat_private.checked_text(body, settings.text_max_length)
    when 'custom' then chat_private.checked_custom(body, settings.custom_max_bytes)
    else chat_private.checked_caption(body, settings.text_max_length)
  end;
end;
$$;

-- Fails  body_invalid, text_empty, text_too_long
create or replace function chat_private.checked_text(body jsonb, max_length integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_text text := body ->> 'text';
begin
  case
    when jsonb_typeof(body -> 'text') is distinct from 'string' or body - 'text' <> '{}' then
      perform chat_private.fail('body_invalid');
    when length(v_text) > max_length then
      perform chat_private.fail('text_too_long');
    when chat_private.is_blank(v_text) then
      perform chat_private.fail('text_empty');
    else
      return body;
  end case;
end;
$$;

-- Which file it is goes into a column of its own (check_media); the words under it, if there are any, stay.
--
-- Fails  body_invalid, text_too_long
create or replace function chat_private.checked_caption(body jsonb, max_length integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  case
    when not pg_input_is_valid(coalesce(body ->> 'media_id', ''), 'uuid')
      or body - 'media_id' - 'caption' <> '{}'
      or jsonb_typeof(body -> 'caption') not in ('string', 'null')
    then
      perform chat_private.fail('body_invalid');
    when length(body ->> 'caption') > max_length then
      perform chat_private.fail('text_too_long');
    when chat_private.is_blank(coalesce(body ->> 'caption', '')) then
      return '{}';
    else
      return body - 'media_id';
  end case;
end;
$$;

-- What apps add for themselves: a type of their own and any data.
--
-- Fails  body_invalid, body_too_large
create or replace function chat_private.checked_custom(body jsonb, max_bytes integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  case
    when jsonb_typeof(body -> 'type') is distinct from 'string'
      or body ->> 'type' !~ '^[A-Za-z][A-Za-z0-9_.-]{0,49}$'
      or not body ? 'data'
      or body - 'type' - 'data' <> '{}'
    then
      perform chat_private.fail('body_invalid');
    when octet_length(body::text) > max_bytes then
      perform chat_private.fail('body_too_large');
    else
      return body;
  end case;
end;
$$;

comment on function chat_private.checked_body is 'The body of a message, refused when it does not fit its kind.';
comment on function chat_private.checked_text is 'The body of a text message: { text }.';
comment on function chat_private.checked_caption is 'The body of a message with a file: { caption }, or nothing.';
comment on function chat_private.checked_custom is 'The body of a custom message: { type, data }.';

-- sql/messages/may_write.sql
-- Whether somebody may say something in a conversation now; answers the epoch under which it holds.
--
-- Fails  conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved,
--        you_are_muted, group_is_muted
create or replace function chat_private.check_may_write(conversation_id uuid, caller uuid)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(conversation_id, caller);
  v_place chat.conversations;
  v_group chat.groups;
begin
  select c.* into v_place from chat.conversations as c where c.id = v_member.conversation_id;
  if v_place.kind = 'direct' then
    perform chat_private.person_to_write_to(
      case when v_place.low_id = caller then v_place.high_id else v_place.low_id end, caller
    );
    return v_place.epoch;
  end if;

  select g.* into v_group from chat.groups as g where g.id = v_place.id;
  case
    when v_group.dissolved_at is not null then
      perform chat_private.fail('group_dissolved');
    when v_member.silenced_until > now() then
      perform chat_private.fail('you_are_muted');
    when v_group.muted_at is not null and v_member.role = 'member' then
      perform chat_private.fail('group_is_muted');
    else
      return v_place.epoch;
  end case;
end;
$$;

-- The position of the message that is answered: in the same conversation, and in sight of the sender.
--
-- Fails  message_not_found, message_is_revoked
create or replace function chat_private.checked_reply(conversation_id uuid, caller uuid, reply_to uuid)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  v_message chat.messages;
begin
  if reply_to is null then
    return null;
  end if;
  v_message := chat_private.visible_message(reply_to, caller);
  case
    when v_message.id is null
      or v_message.conversation_id <> checked_reply.conversation_id
      or v_message.kind = 'system'
    then
      perform chat_private.fail('message_not_found');
    when v_message.revoked_at is not null then
      perform chat_private.fail('message_is_revoked');
    else
      return v_message.seq;
  end case;
end;
$$;

-- Who is called by name. The nil UUID calls everybody, which is for owner and admins.
--
-- Fails  mentions_invalid
create or replace function chat_private.checked_mentions(conversation_id uuid, caller uuid, mentions uuid[])
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_all constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  if coalesce(cardinality(mentions), 0) = 0 then
    return null;
  end if;
  if cardinality(mentions) > 50
    or exists (
      select from unnest(mentions) as n (id)
      where not exists (
        select from chat.members as m
        where m.conversation_id = checked_mentions.conversation_id
          and m.left_at is null
          and case when n.id = v_all
            then m.user_id = checked_mentions.caller and m.role <> 'member'
            else m.user_id = n.id
          end
      )
    )
  then
    perform chat_private.fail('mentions_invalid');
  end if;
  return array(select distinct n.id from unnest(mentions) as n (id) order by n.id);
end;
$$;

-- A message that somebody can read; nulls for every other one.
create or replace function chat_private.visible_message(message_id uuid, caller uuid)
returns chat.messages
language plpgsql
stable
set search_path = ''
as $$
declare
  v_message chat.messages;
begin
  select m.* into v_message
  from chat.messages as m
  join chat.members as me on me.conversation_id = m.conversation_id
    and me.user_id = visible_message.caller
    and me.left_at is null
    and me.cleared_seq < m.seq
  where m.id = visible_message.message_id;
  return v_message;
end;
$$;

comment on function chat_private.check_may_write is 'Refuses writing where the caller is not, or may not speak now; answers the epoch of the conversation.';
comment on function chat_private.checked_reply is 'Position of the message that is answered.';
comment on function chat_private.checked_mentions is 'Who is mentioned, each once; refused when somebody is not there.';
comment on function chat_private.visible_message is 'A message, if this person can read it.';

-- sql/messages/send_message.sql
-- Says something in a conversation. Sending the same id again is the same message, not a second one.
--
-- Who    whoever is in the conversation: while the other one can be reached, or while the group lets one speak
-- Says   message_created, to everybody in it
-- Fails  not_signed_in, account_disabled, guests_cannot, kind_invalid, body_invalid, text_empty, text_too_long,
--        body_too_large, message_id_invalid, message_id_conflict, conversation_not_found, profile_not_found,
--        person_is_blocked, friends_only, group_dissolved, you_are_muted, group_is_muted, message_not_found,
--        message_is_revoked, mentions_invalid, media_not_found, media_unchecked, media_wrong_kind
create or replace function chat_private.send_message(
  conversation_id uuid, kind text, body jsonb, id uuid, reply_to uuid, mentions uuid[]
)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.messages
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_settings chat_private.settings;
  v_message chat.messages;
  v_sent record;
begin
  perform chat_private.check_guest_right(v_caller, 'send_message');
  select s.* into strict v_settings from chat_private.settings as s;
  v_message.id := coalesce(send_message.id, chat_private.uuid_v7());
  v_message.conversation_id := send_message.conversation_id;
  v_message.sender_id := v_caller;
  v_message.kind := send_message.kind;
  v_message.body := chat_private.checked_body(send_message.kind, send_message.body, v_settings);
  v_message.media_id := case
    when send_message.kind not in ('text', 'custom') then (send_message.body ->> 'media_id')::uuid
  end;
  if not chat_private.is_recent_uuid_v7(v_message.id) then
    perform chat_private.fail('message_id_invalid');
  end if;

  perform chat_private.membership(v_message.conversation_id, v_caller);
  -- A repeated message was accepted once: whatever has happened since, the answer is that message.
  if exists (select from chat.messages as m where m.id = v_message.id) then
    return chat_private.envelope_of(
      chat_private.repeated_message(v_message, send_message.reply_to), v_caller
    );
  end if;

  if v_message.media_id is not null then
    perform chat_private.check_media(v_message.media_id, v_message.kind, v_caller);
  end if;
  v_message.reply_to_seq := chat_private.checked_reply(v_message.conversation_id, v_caller, send_message.reply_to);
  v_message.mentions := chat_private.checked_mentions(v_message.conversation_id, v_caller, send_message.mentions);
  select * into v_sent from chat_private.send(v_message);
  if v_sent.outcome = 'repeated' then  -- by another device, in this very moment
    perform chat_private.repeated_message(v_message, send_message.reply_to);
  end if;
  return v_sent.envelope;
end;
$$;

-- Adds a message that is known to be good, and pushes it; a repeated one is not pushed again. Answers its row, its
-- envelope, and whether it was added or repeated.
--
-- Fails  conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved, you_are_muted,
--        group_is_muted
create or replace function chat_private.send(
  message chat.messages, out stored chat.messages, out envelope jsonb, out outcome text
)
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_appended record;
begin
  loop
    select * into v_appended
    from chat_private.append(message, chat_private.check_may_write(message.conversation_id, message.sender_id));
    exit when v_appended.outcome <> 'moved';  -- somebody was removed in this very moment: was it the sender?
  end loop;

  stored := v_appended.added;
  outcome := v_appended.outcome;
  if outcome = 'added' then
    envelope := chat_private.deliver('message_created', stored);
  else
    envelope := chat_private.envelope_of(stored, message.sender_id);
  end if;
end;
$$;

-- The stored message of this id, if it is the one that is sent again. One that was revoked since is still that one.
--
-- Fails  message_id_conflict
create or replace function chat_private.repeated_message(sent chat.messages, reply_to uuid)
returns chat.messages
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_stored chat.messages;
begin
  select m.* into v_stored from chat.messages as m where m.id = sent.id;
  if (v_stored.conversation_id, v_stored.sender_id, v_stored.kind)
      is distinct from (sent.conversation_id, sent.sender_id, sent.kind)
    or (v_stored.revoked_at is null and (v_stored.body, v_stored.media_id, v_stored.reply_to_seq) is distinct from (sent.body, sent.media_id, (
      select m.seq
      from chat.messages as m
      where m.id = repeated_message.reply_to and m.conversation_id = sent.conversation_id
    )))
  then
    perform chat_private.fail('message_id_conflict');
  end if;
  return v_stored;
end;
$$;

create or replace function chat.send_message(
  conversation_id uuid,
  kind text,
  body jsonb,
  id uuid default null,
  reply_to uuid default null,
  mentions uuid[] default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.send_message(
    send_message.conversation_id, send_message.kind, send_message.body, send_message.id,
    send_message.reply_to, send_message.mentions
  );
end;
$$;

comment on function chat_private.send_message is 'Does the work of chat.send_message.';
comment on function chat_private.send is 'Adds a message and pushes it.';
comment on function chat_private.repeated_message is 'The message that was sent with this id, refused when it is another one.';
comment on function chat.send_message is 'Says something: kind text with body {text}, image, video, audio or file with body {media_id, caption?}, or custom with body {type, data}. Answers the envelope. Choose the id (UUID version 7) yourself to make repeating safe.';
grant execute on function chat.send_message, chat_private.send_message to authenticated;

-- sql/messages/list_messages.sql
-- One page of a conversation, oldest first: the newest page, the one before a position, or the one after it.
--
-- Who    whoever is in the conversation, from where they cleared it on
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, seq_invalid, page_size_invalid
create or replace function chat_private.list_messages(
  conversation_id uuid, before_seq bigint, after_seq bigint, page_size integer
)
returns jsonb
language plpgsql
volatile
security definer  -- one check of membership, then the index: a policy per row costs more
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(list_messages.conversation_id, chat_private.caller());
  v_size integer := chat_private.checked_page_size(list_messages.page_size, 200);
  v_end bigint := (
    select c.last_seq + 1 from chat.conversations as c where c.id = list_messages.conversation_id
  );
  v_before bigint := least(list_messages.before_seq, v_end);
  v_from bigint;
begin
  if list_messages.before_seq < 0 or list_messages.after_seq < 0 then
    perform chat_private.fail('seq_invalid');
  end if;
  -- Without gaps, a page is a range of positions.
  v_from := greatest(v_member.cleared_seq, case
    when list_messages.after_seq is null then v_before - v_size - 1
    else least(list_messages.after_seq, v_end)
  end);
  return chat_private.envelopes(v_member, v_from, least(v_before, v_from + v_size + 1));
end;
$$;

-- The messages between two positions, both excluded, as a member of their conversation sees them.
create or replace function chat_private.envelopes(member chat.members, after_seq bigint, before_seq bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_messages chat.messages[] := array(
    select m
    from chat.messages as m
    where m.conversation_id = member.conversation_id
      and m.seq > envelopes.after_seq
      and m.seq < envelopes.before_seq
  );
begin
  return (
    select coalesce(jsonb_agg(e.envelope order by e.seq), '[]')
    from chat_private.envelopes_of(v_messages, member.user_id) as e
  );
end;
$$;

create or replace function chat.list_messages(
  conversation_id uuid,
  before_seq bigint default null,
  after_seq bigint default null,
  page_size integer default 50
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_messages(
    list_messages.conversation_id, list_messages.before_seq, list_messages.after_seq, list_messages.page_size
  );
end;
$$;

comment on function chat_private.list_messages is 'Does the work of chat.list_messages.';
comment on function chat_private.envelopes is 'Envelopes of a range of messages.';
comment on function chat.list_messages is 'One page of a conversation, oldest first: newest page, before_seq, or after_seq. At most 200.';
grant execute on function chat.list_messages, chat_private.list_messages to authenticated;

-- sql/messages/get_messages.sql
-- Single messages of a conversation, by position: what an answer answers, for one who does not hold it.
--
-- Who    whoever is in the conversation; what they may not see is left out
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, page_size_invalid
create or replace function chat_private.get_messages(conversation_id uuid, seqs bigint[])
returns jsonb
language plpgsql
volatile
security definer  -- reads also where the history begins later for the caller
set search_path = ''
as $$
declare
  v_member chat.members := chat_private.membership(get_messages.conversation_id, chat_private.caller());
  v_messages chat.messages[];
begin
  perform chat_private.checked_page_size(cardinality(get_messages.seqs), 200);
  v_messages := array(
    select m
    from chat.messages as m
    where m.conversation_id = v_member.conversation_id
      and m.seq = any (get_messages.seqs)
      and m.seq > v_member.cleared_seq
  );
  return (
    select coalesce(jsonb_agg(e.envelope order by e.seq), '[]')
    from chat_private.envelopes_of(v_messages, v_member.user_id) as e
  );
end;
$$;

create or replace function chat.get_messages(conversation_id uuid, seqs bigint[])
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.get_messages(get_messages.conversation_id, get_messages.seqs);
end;
$$;

comment on function chat_private.get_messages is 'Does the work of chat.get_messages.';
comment on function chat.get_messages is 'Up to 200 messages of a conversation by their seq.';
grant execute on function chat.get_messages, chat_private.get_messages to authenticated;

-- sql/messages/sync_conversations.sql
-- What a client says it holds: one { seq, version, state } for each conversation id.
--
-- Fails  cursor_invalid
create or replace function chat_private.parsed_cursors(cursors jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(cursors) is distinct from 'object'
    or exists (
      select from jsonb_each(cursors) as c
      where c.key !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        or jsonb_typeof(c.value) <> 'object'
        or exists (
          select from jsonb_each(c.value) as n
          where n.key not in ('seq', 'version', 'state') or n.value::text !~ '^\d{1,15}$'
        )
    )
  then
    perform chat_private.fail('cursor_invalid');
  end if;
  return cursors;
end;
$$;

-- The conversations that moved past the cursors, newest first, each with its next messages and the earlier ones that
-- changed, together no more than page_size of them. Where the client holds more than there is (a restored backup),
-- it begins anew.
create or replace function chat_private.sync_conversations(caller uuid, cursors jsonb, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_moved record;
  v_items jsonb := '[]';
  v_left integer := sync_conversations.page_size;
  v_has_more boolean := false;
  v_item jsonb;
begin
  for v_moved in
    select m as member, sync_conversations.cursors -> c.id::text as held
    from chat.members as m
    join chat.conversations as c on c.id = m.conversation_id
    where m.user_id = sync_conversations.caller
      and m.left_at is null
      and (c.last_seq, c.version, m.state) is distinct from (
        coalesce((sync_conversations.cursors -> c.id::text ->> 'seq')::bigint, -1),
        coalesce((sync_conversations.cursors -> c.id::text ->> 'version')::bigint, 0),
        coalesce((sync_conversations.cursors -> c.id::text ->> 'state')::bigint, 0)
      )
      and (sync_conversations.cursors ? c.id::text or c.last_seq > coalesce(m.hidden_seq, -1))
    order by c.last_message_at desc, c.id
  loop
    if v_left <= 0 or jsonb_array_length(v_items) = 200 then
      v_has_more := true;
      exit;
    end if;
    v_item := chat_private.sync_item(v_moved.member, v_moved.held, v_left);
    v_items := v_items || v_item;
    v_left := v_left - jsonb_array_length(v_item -> 'messages') - jsonb_array_length(v_item -> 'changes');
    v_has_more := v_has_more or (v_item -> 'has_more')::boolean;
  end loop;

  return jsonb_build_object('items', v_items, 'has_more', v_has_more, 'gone', (
    select coalesce(jsonb_agg(k), '[]')
    from jsonb_object_keys(sync_conversations.cursors) as k
    where not exists (
      select from chat.members as m
      where m.conversation_id = k::uuid and m.user_id = sync_conversations.caller and m.left_at is null
    )
  ));
end;
$$;

-- One conversation of the answer: what the list shows of it, the messages after what the client holds, and those it
-- holds that changed since. `cursor` is what the client holds with this answer, and sends the next time.
create or replace function chat_private.sync_item(member chat.members, held jsonb, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_item jsonb := chat_private.conversation_items(member.user_id, array[member.conversation_id]) -> 0;
  v_last_seq bigint := (v_item -> 'last_seq')::bigint;
  v_held_seq bigint := (held ->> 'seq')::bigint;
  -- A client that does not hold the conversation begins with its newest messages.
  v_from bigint := greatest(member.cleared_seq, case when v_held_seq <= v_last_seq then v_held_seq else v_last_seq - 50 end);
  v_until bigint;
  v_version bigint := (v_item -> 'version')::bigint;
  v_changed chat.changes[] := '{}';
begin
  if v_held_seq <= v_last_seq then
    v_changed := array(
      select c
      from chat.changes as c
      where c.conversation_id = member.conversation_id
        and c.version > coalesce((held ->> 'version')::bigint, 0)
      order by c.version
      limit sync_item.page_size
    );
  end if;
  if cardinality(v_changed) = sync_item.page_size then
    v_version := v_changed[cardinality(v_changed)].version;  -- there may be more
  end if;
  -- What is earlier comes first; what is new fills the page.
  v_until := least(v_last_seq, v_from + sync_item.page_size - cardinality(v_changed));
  return v_item || jsonb_build_object(
    'cursor', jsonb_build_object('seq', v_until, 'version', v_version, 'state', v_item -> 'state'),
    'from_seq', v_from,
    'messages', chat_private.envelopes(member, v_from, v_until + 1),
    'changes', chat_private.changed_envelopes(member, v_changed, v_from),
    'has_more', v_until < v_last_seq or cardinality(v_changed) = sync_item.page_size
  );
end;
$$;

-- The messages of these changes, each once, as far as the client holds them and may see them.
create or replace function chat_private.changed_envelopes(member chat.members, changes chat.changes[], held_seq bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_messages chat.messages[] := array(
    select m
    from chat.messages as m
    where m.conversation_id = member.conversation_id
      and m.seq in (select c.seq from unnest(changes) as c)
      and m.seq > member.cleared_seq
      and m.seq <= held_seq
  );
begin
  return (
    select coalesce(jsonb_agg(e.envelope order by e.seq), '[]')
    from chat_private.envelopes_of(v_messages, member.user_id) as e
  );
end;
$$;

comment on function chat_private.parsed_cursors is 'The cursors of a client, refused when they are not of the right shape.';
comment on function chat_private.sync_conversations is 'Conversations that moved since the cursors, with their next messages.';
comment on function chat_private.sync_item is 'One conversation of an answer of chat.sync.';
comment on function chat_private.changed_envelopes is 'Earlier messages that changed.';

-- sql/messages/sync.sql
-- Everything that is new since the client last looked, in one bounded call; repeat while has_more.
--
-- The client sends what it holds: for each conversation the `cursor` of the last answer, and the seq of its newest
-- notice. A conversation it does not hold begins with its newest messages. What it holds but is
-- not in, or not any more, comes back in `gone`.
--
-- Who    everyone signed in
-- Says   nothing
-- Fails  not_signed_in, account_disabled, cursor_invalid, seq_invalid, page_size_invalid
create or replace function chat_private.sync(cursors jsonb, notice_seq bigint, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- shows marks of the other one that no table shows
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_size integer := chat_private.checked_page_size(sync.page_size, 1000);
  v_conversations jsonb;
  v_notices jsonb;
begin
  if sync.notice_seq is null or sync.notice_seq < 0 then
    perform chat_private.fail('seq_invalid');
  end if;
  v_conversations := chat_private.sync_conversations(v_caller, chat_private.parsed_cursors(sync.cursors), v_size);
  v_notices := chat_private.sync_notices(v_caller, chat_private.notices_from(v_caller, sync.notice_seq), v_size);
  return jsonb_build_object(
    'conversations', v_conversations -> 'items',
    'gone', v_conversations -> 'gone',
    'notices', v_notices,
    'has_more', (v_conversations -> 'has_more')::boolean or jsonb_array_length(v_notices) = v_size,
    'server_time', chat_private.milliseconds(now())
  );
end;
$$;

-- A client that holds more notices than there are (a restored backup) begins anew.
create or replace function chat_private.notices_from(caller uuid, held_seq bigint)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select case when held_seq <= i.last_notice_seq then held_seq else 0 end
    from chat_private.inboxes as i
    where i.user_id = caller
  );
end;
$$;

create or replace function chat_private.sync_notices(caller uuid, after_seq bigint, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(chat_private.notice_envelope(page.notice) order by page.seq), '[]')
    from (
      select n as notice, n.seq
      from chat.notices as n
      where n.user_id = sync_notices.caller and n.seq > sync_notices.after_seq
      order by n.seq
      limit sync_notices.page_size
    ) as page
  );
end;
$$;

create or replace function chat.sync(
  cursors jsonb default '{}', notice_seq bigint default 0, page_size integer default 500
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.sync(sync.cursors, sync.notice_seq, sync.page_size);
end;
$$;

comment on function chat_private.sync is 'Does the work of chat.sync.';
comment on function chat_private.notices_from is 'Where a client goes on reading notices.';
comment on function chat_private.sync_notices is 'Notices after a position.';
comment on function chat.sync is 'Everything new since the cursors a client holds: messages, marks, notices. Bounded; repeat while has_more.';
grant execute on function chat.sync, chat_private.sync to authenticated;

-- sql/messages/revoke_message.sql
-- Takes a message back: it keeps its place and loses everything it said. Safe to repeat.
--
-- Who    the sender, within the window of the settings; in a group, owner and admins what those below them said, at
--        any time
-- Says   message_revoked, to everybody in the conversation
-- Fails  not_signed_in, account_disabled, guests_cannot, message_not_found, not_your_message, revoke_window_over,
--        group_dissolved, busy
create or replace function chat_private.revoke_message(message_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.messages
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_before chat.messages;
begin
  perform chat_private.check_guest_right(v_caller, 'revoke_message');
  v_before := chat_private.visible_message(revoke_message.message_id, v_caller);
  if v_before.id is null then
    perform chat_private.fail('message_not_found');
  end if;
  -- The lock that every change of a conversation waits for; then the message as it is now.
  perform from chat.conversations as c where c.id = v_before.conversation_id for no key update;
  v_before := chat_private.visible_message(revoke_message.message_id, v_caller);
  if v_before.revoked_at is not null then
    return chat_private.pushed_envelope('message_revoked', v_before, v_caller);  -- asking twice is not an error
  end if;
  perform chat_private.check_may_revoke(v_before, v_caller);

  return chat_private.withdraw_message(v_before, v_caller) || chat_private.text_that_comes_back(v_before, v_caller);
end;
$$;

-- Fails  message_not_found, not_your_message, revoke_window_over, group_dissolved
create or replace function chat_private.check_may_revoke(message chat.messages, caller uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  case
    when message.id is null then
      perform chat_private.fail('message_not_found');  -- removed from the group in this very moment
    when exists (
      select from chat.groups as g where g.id = message.conversation_id and g.dissolved_at is not null
    ) then
      perform chat_private.fail('group_dissolved');
    when message.sender_id = caller then
      if now() - message.created_at > (select s.revoke_window from chat_private.settings as s) then
        perform chat_private.fail('revoke_window_over');
      end if;
    when message.sender_id is null
      or chat_private.rank_of(message.conversation_id, caller)
        <= chat_private.rank_of(message.conversation_id, message.sender_id)
    then
      perform chat_private.fail('not_your_message');
    else
      null;
  end case;
end;
$$;

-- Empties the message everywhere: its row, what Realtime keeps of it, the entries of a forwarded record; its file goes, unless another message brings it. What quotes
-- it holds its position only; what forwarded it as a record refers to it. Everybody is told, and those who are away
-- find it among the changes.
--
-- Fails  busy
create or replace function chat_private.withdraw_message(message chat.messages, revoker uuid)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_version bigint;
  v_revoked chat.messages;
begin
  update chat.conversations as c
  set version = c.version + 1
  where c.id = message.conversation_id
  returning c.version into v_version;
  insert into chat.changes (conversation_id, version, seq)
  values (message.conversation_id, v_version, message.seq);

  if message.media_id is not null or message.kind = 'forward' then
    perform chat_private.release_files_of(message.conversation_id, message.seq - 1, message.seq);
  end if;
  delete from chat.forwarded_messages as f
  where f.conversation_id = message.conversation_id and f.seq = message.seq;
  update chat.messages as m
  set body = null, media_id = null, mentions = null, reply_to_seq = null, revoked_at = now(), revoked_by = revoker, version = v_version
  where m.conversation_id = message.conversation_id and m.seq = message.seq
  returning m.* into v_revoked;

  perform chat_private.unpush(array(
    select chat_private.push_id('message_created', message.id, r.id)
    from chat.conversations as c, unnest(array[c.id, c.low_id, c.high_id]) as r (id)
    where c.id = message.conversation_id
  ));
  return chat_private.deliver('message_revoked', v_revoked);
end;
$$;

-- To edit and send again: only in the answer to the sender, stored nowhere.
create or replace function chat_private.text_that_comes_back(message chat.messages, caller uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select case
      when s.revoked_text_comes_back and message.sender_id = caller and message.kind = 'text'
        then jsonb_build_object('options', jsonb_build_object('text', message.body -> 'text'))
      else '{}'
    end
    from chat_private.settings as s
  );
end;
$$;

create or replace function chat.revoke_message(message_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.revoke_message(revoke_message.message_id);
end;
$$;

comment on function chat_private.revoke_message is 'Does the work of chat.revoke_message.';
comment on function chat_private.check_may_revoke is 'Refuses a revoke that is too late or not the caller''s to make.';
comment on function chat_private.withdraw_message is 'Empties a message everywhere and tells everybody; answers the notice.';
comment on function chat_private.text_that_comes_back is 'The text of a revoked message, for its sender.';
comment on function chat.revoke_message is 'Takes back one message for everyone. Answers the notice; options.text is the text to edit, for its sender. Safe to repeat.';
grant execute on function chat.revoke_message, chat_private.revoke_message to authenticated;

-- sql/messages/forward_messages.sql
-- Passes messages on: each as a message of one's own, or all together as one record. All or nothing.
--
-- Who    whoever can read them and may write where they go
-- Says   message_created, to everybody in those conversations
-- Fails  not_signed_in, account_disabled, guests_cannot, forward_invalid, message_not_found, message_is_revoked,
--        conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved, you_are_muted,
--        group_is_muted
create or replace function chat_private.forward_messages(message_ids uuid[], conversation_ids uuid[], mode text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on chat.messages
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_sources chat.messages[];
  v_conversation_id uuid;
  v_sent chat.messages[] := '{}';
begin
  perform chat_private.check_guest_right(v_caller, 'forward_messages');
  perform chat_private.check_forward(message_ids, conversation_ids, mode);
  v_sources := chat_private.forwardable_messages(message_ids, v_caller);

  -- In the order of ids, so that two forwards never wait for each other in a circle.
  for v_conversation_id in select c.id from unnest(conversation_ids) as c (id) order by c.id loop
    if mode = 'merged' then
      v_sent := v_sent || chat_private.send_record(v_sources, v_conversation_id, v_caller);
    else
      v_sent := v_sent || chat_private.send_copies(v_sources, v_conversation_id, v_caller);
    end if;
  end loop;
  return (
    select jsonb_agg(e.envelope order by e.conversation_id, e.seq)
    from chat_private.envelopes_of(v_sent, v_caller) as e
  );
end;
$$;

-- Fails  forward_invalid
create or replace function chat_private.check_forward(message_ids uuid[], conversation_ids uuid[], mode text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if mode is null or mode not in ('each', 'merged')
    or coalesce(cardinality(message_ids), 0) not between 1 and 100
    or coalesce(cardinality(conversation_ids), 0) not between 1 and 20
    or (select count(distinct i.id) from unnest(message_ids) as i (id)) <> cardinality(message_ids)
    or (select count(distinct i.id) from unnest(conversation_ids) as i (id)) <> cardinality(conversation_ids)
  then
    perform chat_private.fail('forward_invalid');
  end if;
end;
$$;

-- The messages in the order they were said. A revoke at the same moment comes before (they are refused) or after
-- (the copies are the forwarder's own).
--
-- Fails  message_not_found, message_is_revoked
create or replace function chat_private.forwardable_messages(message_ids uuid[], caller uuid)
returns chat.messages[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_messages chat.messages[];
begin
  -- Their files are held, so that they do not go before the copies are there.
  perform
  from chat.media as d
  where d.id in (select m.media_id from chat.messages as m where m.id = any (message_ids))
  order by d.id
  for key share;
  v_messages := array(
    select m
    from chat.messages as m
    join chat.members as me on me.conversation_id = m.conversation_id
      and me.user_id = forwardable_messages.caller
      and me.left_at is null
      and me.cleared_seq < m.seq
    where m.id = any (message_ids) and m.kind <> 'system'
    order by m.created_at, m.conversation_id, m.seq
  );
  case
    when cardinality(v_messages) <> cardinality(message_ids) then
      perform chat_private.fail('message_not_found');
    when exists (select from unnest(v_messages) as m where m.revoked_at is not null) then
      perform chat_private.fail('message_is_revoked');
    else
      return v_messages;
  end case;
end;
$$;

-- Copies that belong to the forwarder from now on. A record is passed on as a record of the same messages.
--
-- Fails  forward_invalid, conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved,
--        you_are_muted, group_is_muted
create or replace function chat_private.send_copies(sources chat.messages[], conversation_id uuid, caller uuid)
returns chat.messages[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_source chat.messages;
  v_copy chat.messages;
  v_sent chat.messages[] := '{}';
begin
  foreach v_source in array sources loop
    if v_source.kind = 'forward' then
      v_copy := chat_private.send_record(array[v_source], send_copies.conversation_id, caller);
    else
      v_copy := null;
      v_copy.id := chat_private.uuid_v7();
      v_copy.conversation_id := send_copies.conversation_id;
      v_copy.sender_id := caller;
      v_copy.kind := v_source.kind;
      v_copy.body := v_source.body;
      v_copy.media_id := v_source.media_id;
      v_copy.forwarded := true;
      v_copy := (chat_private.send(v_copy)).stored;
    end if;
    v_sent := v_sent || v_copy;
  end loop;
  return v_sent;
end;
$$;

-- One message that refers to others. A record among them gives its entries, so that records do not nest; no more
-- than 100 in all.
--
-- Fails  forward_invalid, conversation_not_found, profile_not_found, person_is_blocked, friends_only, group_dissolved,
--        you_are_muted, group_is_muted
create or replace function chat_private.send_record(sources chat.messages[], conversation_id uuid, caller uuid)
returns chat.messages
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_record chat.messages;
  v_entries jsonb := chat_private.record_entries(sources);
begin
  if jsonb_array_length(v_entries) not between 1 and 100 then
    perform chat_private.fail('forward_invalid');
  end if;
  v_record.id := chat_private.uuid_v7();
  v_record.conversation_id := send_record.conversation_id;
  v_record.sender_id := caller;
  v_record.kind := 'forward';
  v_record.body := jsonb_build_object('count', jsonb_array_length(v_entries));
  v_record.forwarded := true;
  v_record := (chat_private.send(v_record)).stored;

  insert into chat.forwarded_messages (conversation_id, seq, position, source_conversation_id, source_seq)
  select v_record.conversation_id, v_record.seq, e.position - 1, (e.entry ->> 0)::uuid, (e.entry ->> 1)::bigint
  from jsonb_array_elements(v_entries) with ordinality as e (entry, position);
  return v_record;
end;
$$;

-- Where the entries of a record come from: [conversation, seq] each.
create or replace function chat_private.record_entries(sources chat.messages[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_array(coalesce(f.source_conversation_id, m.conversation_id), coalesce(f.source_seq, m.seq))
      order by i, f.position
    ), '[]')
    from generate_subscripts(sources, 1) as i
    cross join lateral (select (sources[i]).*) as m
    left join chat.forwarded_messages as f
      on m.kind = 'forward' and f.conversation_id = m.conversation_id and f.seq = m.seq
    where m.kind <> 'forward' or f.seq is not null
  );
end;
$$;

create or replace function chat.forward_messages(message_ids uuid[], conversation_ids uuid[], mode text default 'each')
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.forward_messages(
    forward_messages.message_ids, forward_messages.conversation_ids, forward_messages.mode
  );
end;
$$;

comment on function chat_private.forward_messages is 'Does the work of chat.forward_messages.';
comment on function chat_private.check_forward is 'Refuses a forward of too much, of nothing, or of something twice.';
comment on function chat_private.forwardable_messages is 'Messages that the caller can read and pass on.';
comment on function chat_private.send_copies is 'Sends copies of messages, one by one.';
comment on function chat_private.send_record is 'Sends one record of messages.';
comment on function chat_private.record_entries is 'Where the entries of a record of these messages come from.';
comment on function chat.forward_messages is 'Passes messages on, mode each or merged, to several conversations. Answers the new envelopes.';
grant execute on function chat.forward_messages, chat_private.forward_messages to authenticated;

-- sql/messages/open_record.sql
-- Opens a forwarded record: its entries as they are now. What was revoked since is gone here too.
--
-- Who    whoever can read the record, wherever its entries come from
-- Says   nothing
-- Fails  not_signed_in, account_disabled, message_not_found
create or replace function chat_private.open_record(message_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- readers of a record need not be where its entries were said
set search_path = ''
as $$
declare
  v_record chat.messages := chat_private.visible_message(open_record.message_id, chat_private.caller());
begin
  if v_record.kind is distinct from 'forward' then
    perform chat_private.fail('message_not_found');
  end if;
  return (
    select coalesce(jsonb_agg(chat_private.record_entry(m, p) order by f.position), '[]')
    from chat.forwarded_messages as f
    join chat.messages as m on m.conversation_id = f.source_conversation_id and m.seq = f.source_seq
    join chat.profiles as p on p.id = coalesce(m.revoked_by, m.sender_id)
    where f.conversation_id = v_record.conversation_id and f.seq = v_record.seq
  );
end;
$$;

-- Names and pictures, but no ids: readers have not met these people. (The path of a file begins with its owner's id.)
create or replace function chat_private.record_entry(message chat.messages, speaker chat.profiles)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'from_name', speaker.display_name,
    'from_avatar', speaker.avatar_url,
    'type', case when message.revoked_at is null then message.kind else 'systemNotice' end,
    'data', chat_private.envelope_data(message, speaker.display_name),
    'create_time', chat_private.milliseconds(message.created_at),
    'isremove', (message.revoked_at is not null)::integer
  );
end;
$$;

create or replace function chat.open_record(message_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.open_record(open_record.message_id);
end;
$$;

comment on function chat_private.open_record is 'Does the work of chat.open_record.';
comment on function chat_private.record_entry is 'One entry of a forwarded record.';
comment on function chat.open_record is 'The entries of a forwarded record: from_name, from_avatar, type, data, create_time, isremove.';
grant execute on function chat.open_record, chat_private.open_record to authenticated;

-- sql/media/orphaned_files.sql
-- Files to delete now, leased for a minute: whoever took them deletes them through the Storage API and settles.
--
-- Who    service_role
-- Says   nothing
-- Fails  page_size_invalid
create or replace function chat_private.claim_orphaned_files(page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- service_role holds no privilege on the queue
set search_path = ''
as $$
declare
  v_size integer := chat_private.checked_page_size(claim_orphaned_files.page_size, 1000);
  v_files jsonb;
begin
  perform chat_private.sweep_media(v_size);
  with waiting as (
    select f.bucket_id, f.name
    from chat_private.orphaned_files as f
    where f.leased_until < now()
    order by f.leased_until
    limit v_size
    for update skip locked
  ), leased as (
    update chat_private.orphaned_files as f
    set leased_until = now() + interval '1 minute', attempts = f.attempts + 1
    from waiting as w
    where f.bucket_id = w.bucket_id and f.name = w.name
    returning f.bucket_id, f.name
  )
  select coalesce(jsonb_agg(jsonb_build_object('bucket', l.bucket_id, 'name', l.name)), '[]') into v_files
  from leased as l;
  return v_files;
end;
$$;

create or replace function chat_private.settle_orphaned_files(files jsonb)
returns void
language plpgsql
volatile
security definer  -- service_role holds no privilege on the queue
set search_path = ''
as $$
begin
  delete from chat_private.orphaned_files as f
  using jsonb_to_recordset(files) as done (bucket text, name text)
  where f.bucket_id = done.bucket and f.name = done.name;
end;
$$;

create or replace function chat.claim_orphaned_files(page_size integer default 100)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.claim_orphaned_files(claim_orphaned_files.page_size);
end;
$$;

create or replace function chat.settle_orphaned_files(files jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.settle_orphaned_files(settle_orphaned_files.files);
end;
$$;

comment on function chat_private.claim_orphaned_files is 'Does the work of chat.claim_orphaned_files.';
comment on function chat_private.settle_orphaned_files is 'Does the work of chat.settle_orphaned_files.';
comment on function chat.claim_orphaned_files is 'For service_role: files that no message uses any more, leased for a minute, as [{bucket, name}].';
comment on function chat.settle_orphaned_files is 'For service_role: these files have been deleted.';
grant execute on function
  chat.claim_orphaned_files, chat_private.claim_orphaned_files,
  chat.settle_orphaned_files, chat_private.settle_orphaned_files
  to service_role;

-- sql/groups/create_group.sql
-- Makes a group, owned by the caller, and invites people to it.
--
-- Who    users, not guests
-- Says   group_joined or group_invited, to the people; message_created, in the group
-- Fails  not_signed_in, account_disabled, guests_cannot, group_name_invalid, avatar_url_invalid, people_invalid,
--        profile_not_found, groups_owned_limit, group_is_full
create or replace function chat_private.create_group(name text, user_ids uuid[], avatar_url text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_group chat.groups;
begin
  -- All at once, in order: two people who invite each other at this moment must not wait in a circle.
  perform chat_private.lock_people(v_caller || (create_group.user_ids)[1:100]);
  perform chat_private.check_may_own(v_caller);
  v_group.name := chat_private.checked_group_name(create_group.name);
  v_group.avatar_url := chat_private.checked_avatar(create_group.avatar_url);

  insert into chat.conversations (kind) values ('group') returning id into v_group.id;
  insert into chat.groups (id, name, avatar_url, join_code, member_count)
  values (v_group.id, v_group.name, v_group.avatar_url, chat_private.new_join_code(), 1)
  returning * into v_group;
  insert into chat.members (conversation_id, user_id, role) values (v_group.id, v_caller, 'owner');
  perform chat_private.say_system(v_group.id, 'group_created', v_caller);

  if cardinality(create_group.user_ids) > 0 then
    perform chat_private.invite_people(v_group, create_group.user_ids, v_caller);
  end if;
  return chat_private.conversation_items(v_caller, array[v_group.id]) -> 0;
end;
$$;

-- Fails  groups_owned_limit
create or replace function chat_private.check_may_own(user_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.lock_people(array[check_may_own.user_id]);  -- two new groups at once are counted one after the other
  if (
    select count(*)
    from chat.members as m
    join chat.groups as g on g.id = m.conversation_id and g.dissolved_at is null
    where m.user_id = check_may_own.user_id and m.role = 'owner' and m.left_at is null
  ) >= (select s.groups_owned_max from chat_private.settings as s) then
    perform chat_private.fail('groups_owned_limit');
  end if;
end;
$$;

-- Fails  group_name_invalid
create or replace function chat_private.checked_group_name(name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_name text := btrim(checked_group_name.name);
begin
  if v_name is null or chat_private.is_blank(v_name) or length(v_name) > 50 or not chat_private.is_clean(v_name) then
    perform chat_private.fail('group_name_invalid');
  end if;
  return v_name;
end;
$$;

-- 64 bits of chance: nobody finds a group by trying codes.
create or replace function chat_private.new_join_code()
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  return left(md5(gen_random_uuid()::text || gen_random_uuid()::text), 16);
end;
$$;

create or replace function chat.create_group(name text, user_ids uuid[] default '{}', avatar_url text default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.create_group(create_group.name, create_group.user_ids, create_group.avatar_url);
end;
$$;

comment on function chat_private.create_group is 'Does the work of chat.create_group.';
comment on function chat_private.check_may_own is 'Refuses a person who owns as many groups as allowed.';
comment on function chat_private.checked_group_name is 'The name of a group, refused when it is empty, too long or hides something.';
comment on function chat_private.new_join_code is 'A code for a group''s link.';
comment on function chat.create_group is 'Makes a group and invites people; answers it as chat.list_conversations shows it.';
grant execute on function chat.create_group, chat_private.create_group to authenticated;

-- sql/groups/invite_to_group.sql
-- Invites people. Friends who ask for no confirmation are in at once; all others find an invitation. What a plain
-- member of a guarded group wishes waits for owner or admins first. All or nothing.
--
-- Who    members; in a closed group, owner and admins
-- Says   group_joined or group_invited, to the people; group_join_requested, to owner and admins;
--        message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, people_invalid,
--        profile_not_found, group_is_full
create or replace function chat_private.invite_to_group(conversation_id uuid, user_ids uuid[])
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.locked_group(invite_to_group.conversation_id, v_caller);
begin
  if v_group.join_mode = 'closed' and chat_private.rank_of(v_group.id, v_caller) < 2 then
    perform chat_private.fail('role_too_low');
  end if;
  return chat_private.invite_people(v_group, invite_to_group.user_ids, v_caller);
end;
$$;

-- Fails  people_invalid, profile_not_found, group_is_full
create or replace function chat_private.invite_people(place chat.groups, user_ids uuid[], inviter uuid)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_awaits_group boolean := place.join_mode = 'approval' and chat_private.rank_of(place.id, inviter) < 2;
  v_managers uuid[] := chat_private.managers(place.id);
  v_person uuid;
  v_status text;
  v_ready uuid[] := '{}';
  v_results jsonb := '[]';
begin
  if coalesce(cardinality(user_ids), 0) not between 1 and 100
    or inviter = any (user_ids)
    or (select count(distinct i.id) from unnest(user_ids) as i (id)) <> cardinality(user_ids)
  then
    perform chat_private.fail('people_invalid');
  end if;
  perform chat_private.lock_people(user_ids || v_managers);

  foreach v_person in array user_ids loop
    v_status := chat_private.invite_person(place, v_person, inviter, v_awaits_group, v_managers);
    if v_status = 'joined' then
      v_ready := v_ready || v_person;
    end if;
    v_results := v_results || jsonb_build_object('user_id', v_person, 'status', v_status);
  end loop;
  perform chat_private.add_people(place, v_ready, inviter);
  return v_results;
end;
$$;

-- One invitation: `joined` means that nothing is waited for, and the person can be let in.
--
-- Fails  profile_not_found
create or replace function chat_private.invite_person(
  place chat.groups, person uuid, inviter uuid, awaits_group boolean, managers uuid[]
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_profile chat.profiles := chat_private.reachable_profile(person, inviter);
  v_request chat.group_requests;
  v_status text;
begin
  if exists (
    select from chat.members as m where m.conversation_id = place.id and m.user_id = person and m.left_at is null
  ) then
    return 'already_in';
  end if;

  select r.* into v_request
  from chat.group_requests as r
  where r.conversation_id = place.id and r.user_id = person;
  -- Who has agreed already goes on agreeing.
  v_request.awaits_person := coalesce(v_request.awaits_person, true)
    and (v_profile.requires_group_approval or not chat_private.are_friends(inviter, person));
  v_request.awaits_group := coalesce(v_request.awaits_group, true) and awaits_group;
  if not v_request.awaits_person and not v_request.awaits_group then
    return 'joined';
  end if;
  v_status := case when v_request.awaits_group then 'awaits_group' else 'awaits_person' end;

  insert into chat.group_requests as r (id, conversation_id, user_id, inviter_id, awaits_person, awaits_group)
  values (
    chat_private.uuid_v7(), place.id, person, inviter, v_request.awaits_person, v_request.awaits_group
  )
  on conflict on constraint group_requests_are_one_per_person do update
  set awaits_person = excluded.awaits_person, awaits_group = excluded.awaits_group
  where (r.awaits_person, r.awaits_group) <> (excluded.awaits_person, excluded.awaits_group)
  returning * into v_request;
  if found then  -- asked again, nobody is told again
    perform chat_private.tell_of_request(v_request, managers);
  end if;
  return v_status;
end;
$$;

-- First the group agrees, then the person is asked.
create or replace function chat_private.tell_of_request(request chat.group_requests, managers uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_data jsonb := jsonb_build_object(
    'conversation_id', request.conversation_id, 'request_id', request.id, 'note', request.note
  );
begin
  if request.awaits_group then
    perform chat_private.tell(
      managers, 'group_join_requested', coalesce(request.inviter_id, request.user_id), request.user_id, v_data
    );
  else
    perform chat_private.tell(array[request.user_id], 'group_invited', request.inviter_id, request.user_id, v_data);
  end if;
end;
$$;

create or replace function chat_private.managers(conversation_id uuid)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select m.user_id
    from chat.members as m
    where m.conversation_id = managers.conversation_id and m.left_at is null and m.role in ('owner', 'admin')
    order by m.user_id
  );
end;
$$;

create or replace function chat.invite_to_group(conversation_id uuid, user_ids uuid[])
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.invite_to_group(invite_to_group.conversation_id, invite_to_group.user_ids);
end;
$$;

comment on function chat_private.invite_to_group is 'Does the work of chat.invite_to_group.';
comment on function chat_private.invite_people is 'Invites people to a group that is locked.';
comment on function chat_private.invite_person is 'Invites one person; answers joined, already_in, awaits_person or awaits_group.';
comment on function chat_private.tell_of_request is 'Tells whoever has to agree to a request.';
comment on function chat_private.managers is 'Owner and admins of a group.';
comment on function chat.invite_to_group is 'Invites people to a group. Answers for each joined, already_in, awaits_person or awaits_group.';
grant execute on function chat.invite_to_group, chat_private.invite_to_group to authenticated;

-- sql/groups/answer_group_invitation.sql
-- Answers an invitation, or takes back one's own request to join: accept or refuse.
--
-- Who    the invited person, guests too where they may join
-- Says   group_joined, and message_created in the group; or group_request_refused, to whoever invited
-- Fails  not_signed_in, account_disabled, guests_cannot, answer_invalid, group_request_not_found, profile_not_found,
--        group_is_full
create or replace function chat_private.answer_group_invitation(request_id uuid, answer text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_request chat.group_requests;
  v_group chat.groups;
begin
  perform chat_private.check_guest_right(v_caller, 'join_group');
  perform chat_private.check_group_answer(answer_group_invitation.answer);
  select r.* into v_request
  from chat.group_requests as r
  where r.id = answer_group_invitation.request_id and r.user_id = v_caller;
  v_group := chat_private.locked_group_of_request(v_request.id);

  if answer_group_invitation.answer = 'refuse' then
    delete from chat.group_requests as r where r.id = v_request.id;
    if v_request.inviter_id is not null then
      perform chat_private.tell_refused(v_request, v_request.inviter_id, v_caller);
    end if;
    return jsonb_build_object('status', 'refused', 'conversation_id', v_group.id);
  end if;

  update chat.group_requests as r set awaits_person = false
  where r.id = v_request.id and r.awaits_group
  returning * into v_request;
  if found then
    return jsonb_build_object('status', 'awaits_group', 'conversation_id', v_group.id);
  end if;
  perform chat_private.add_people(v_group, array[v_caller], v_caller);
  return jsonb_build_object('status', 'joined', 'conversation_id', v_group.id);
end;
$$;

-- The group of a request that is still open, locked.
--
-- Fails  group_request_not_found
create or replace function chat_private.locked_group_of_request(request_id uuid)
returns chat.groups
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_group chat.groups;
begin
  perform from chat.conversations as c
  join chat.group_requests as r on r.conversation_id = c.id
  where r.id = locked_group_of_request.request_id
  for no key update of c;
  select g.* into v_group
  from chat.groups as g
  join chat.group_requests as r on r.conversation_id = g.id
  where r.id = locked_group_of_request.request_id and g.dissolved_at is null;
  if not found then
    perform chat_private.fail('group_request_not_found');
  end if;
  return v_group;
end;
$$;

-- Fails  answer_invalid
create or replace function chat_private.check_group_answer(answer text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if answer is null or answer not in ('accept', 'refuse') then
    perform chat_private.fail('answer_invalid');
  end if;
end;
$$;

create or replace function chat_private.tell_refused(request chat.group_requests, person uuid, actor uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform chat_private.tell(
    array[person], 'group_request_refused', actor, request.user_id,
    jsonb_build_object('conversation_id', request.conversation_id, 'request_id', request.id)
  );
end;
$$;

create or replace function chat.answer_group_invitation(request_id uuid, answer text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.answer_group_invitation(
    answer_group_invitation.request_id, answer_group_invitation.answer
  );
end;
$$;

comment on function chat_private.answer_group_invitation is 'Does the work of chat.answer_group_invitation.';
comment on function chat_private.locked_group_of_request is 'The group of an open request, locked.';
comment on function chat_private.check_group_answer is 'Refuses answers other than accept and refuse.';
comment on function chat_private.tell_refused is 'Tells somebody that a request was refused.';
comment on function chat.answer_group_invitation is 'Answers an invitation to a group: accept or refuse. Answers joined, refused, or awaits_group.';
grant execute on function chat.answer_group_invitation, chat_private.answer_group_invitation to authenticated;

-- sql/groups/join_group.sql
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

-- sql/groups/answer_join_request.sql
-- Answers a request to join, or somebody's invitation, for the group: accept or refuse.
--
-- Who    owner and admins
-- Says   group_joined and message_created; group_invited, if the person has yet to agree; group_request_refused
-- Fails  not_signed_in, account_disabled, answer_invalid, group_request_not_found, profile_not_found,
--        group_is_full
create or replace function chat_private.answer_join_request(request_id uuid, answer text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_request chat.group_requests;
  v_group chat.groups;
begin
  perform chat_private.check_group_answer(answer_join_request.answer);
  -- Whoever does not manage the group is not told that there is such a request.
  select r.* into v_request
  from chat.group_requests as r
  where r.id = answer_join_request.request_id and v_caller = any (chat_private.managers(r.conversation_id));
  v_group := chat_private.locked_group_of_request(v_request.id);
  if v_caller <> all (chat_private.managers(v_group.id)) then
    perform chat_private.fail('group_request_not_found');
  end if;

  if answer_join_request.answer = 'refuse' then
    delete from chat.group_requests as r where r.id = v_request.id;
    perform chat_private.tell_refused(v_request, coalesce(v_request.inviter_id, v_request.user_id), v_caller);
    return jsonb_build_object('status', 'refused', 'conversation_id', v_group.id);
  end if;

  -- As it is now that nobody else can change it.
  select r.* into v_request from chat.group_requests as r where r.id = v_request.id;
  if not v_request.awaits_person then
    perform chat_private.add_people(v_group, array[v_request.user_id], v_caller);
    return jsonb_build_object('status', 'joined', 'conversation_id', v_group.id);
  end if;
  if v_request.awaits_group then  -- asked before, the person is not told again
    update chat.group_requests as r set awaits_group = false
    where r.id = v_request.id
    returning * into v_request;
    perform chat_private.tell_of_request(v_request, null);
  end if;
  return jsonb_build_object('status', 'awaits_person', 'conversation_id', v_group.id);
end;
$$;

create or replace function chat.answer_join_request(request_id uuid, answer text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.answer_join_request(answer_join_request.request_id, answer_join_request.answer);
end;
$$;

comment on function chat_private.answer_join_request is 'Does the work of chat.answer_join_request.';
comment on function chat.answer_join_request is 'Answers a request to join a group one manages: accept or refuse.';
grant execute on function chat.answer_join_request, chat_private.answer_join_request to authenticated;

-- sql/groups/list_group_requests.sql
-- Open invitations and requests, newest first: those that wait for the caller as a person, those of the caller's
-- own, and those that wait for a group the caller manages.
--
-- Who    everyone signed in
-- Says   nothing
-- Fails  not_signed_in, account_disabled, page_size_invalid
create or replace function chat_private.list_group_requests(before_id uuid, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- shows faces of people the caller has not met
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_size integer := chat_private.checked_page_size(list_group_requests.page_size, 100);
begin
  return (
    select coalesce(jsonb_agg(to_jsonb(page) order by page.id desc), '[]')
    from (
      select
        r.id, r.conversation_id, r.awaits_person, r.awaits_group, r.note,
        chat_private.milliseconds(r.created_at) as create_time,
        jsonb_build_object('name', g.name, 'avatar', g.avatar_url, 'member_count', g.member_count) as "group",
        chat_private.face(p) as person,
        case when i.id is not null then chat_private.face(i) end as inviter
      from chat.group_requests as r
      join chat.groups as g on g.id = r.conversation_id and g.dissolved_at is null
      join chat.profiles as p on p.id = r.user_id
      left join chat.profiles as i on i.id = r.inviter_id
      where (r.user_id = v_caller
          or r.inviter_id = v_caller
          or r.conversation_id in (
            select m.conversation_id
            from chat.members as m
            where m.user_id = v_caller and m.left_at is null and m.role in ('owner', 'admin')
          ))
        and (list_group_requests.before_id is null or r.id < list_group_requests.before_id)
      order by r.id desc
      limit v_size
    ) as page
  );
end;
$$;

create or replace function chat.list_group_requests(before_id uuid default null, page_size integer default 50)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_group_requests(list_group_requests.before_id, list_group_requests.page_size);
end;
$$;

comment on function chat_private.list_group_requests is 'Does the work of chat.list_group_requests.';
comment on function chat.list_group_requests is 'Open invitations and requests to join that concern the caller; page on with the last id.';
grant execute on function chat.list_group_requests, chat_private.list_group_requests to authenticated;

-- sql/groups/list_members.sql
-- The people in a group: owner, admins, then the others in the order they came. Page on with the last id.
--
-- Who    members
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, page_size_invalid
create or replace function chat_private.list_members(conversation_id uuid, after_user_id uuid, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- people do not see each other's rows in chat.members
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_size integer := chat_private.checked_page_size(list_members.page_size, 500);
  v_after record;
begin
  perform chat_private.membership(list_members.conversation_id, v_caller);
  select chat_private.rank_of(m.conversation_id, m.user_id) as rank, m.joined_at, m.user_id into v_after
  from chat.members as m
  where m.conversation_id = list_members.conversation_id and m.user_id = list_members.after_user_id;
  return (
    select coalesce(
      jsonb_agg(chat_private.member_item(page.member) order by page.rank desc, page.joined_at, page.user_id), '[]'
    )
    from (
      select m as member, r.rank, m.joined_at, m.user_id
      from chat.members as m
      cross join lateral (select case m.role when 'owner' then 3 when 'admin' then 2 else 1 end as rank) as r
      where m.conversation_id = list_members.conversation_id
        and m.left_at is null
        and (v_after.user_id is null
          or (-r.rank, m.joined_at, m.user_id) > (-v_after.rank, v_after.joined_at, v_after.user_id))
      order by r.rank desc, m.joined_at, m.user_id
      limit v_size
    ) as page
  );
end;
$$;

-- A member as the others see them: the face in the group over the own one.
create or replace function chat_private.member_item(member chat.members)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select chat_private.face(p) || jsonb_build_object(
      'name', coalesce(member.nickname, p.display_name),
      'avatar', coalesce(member.avatar_url, p.avatar_url),
      'role', member.role,
      'silenced_until', case when member.silenced_until > now() then
        coalesce(chat_private.milliseconds(nullif(member.silenced_until, 'infinity')), 8640000000000000)
      end,
      'joined_at', chat_private.milliseconds(member.joined_at)
    )
    from chat.profiles as p
    where p.id = member.user_id
  );
end;
$$;

create or replace function chat.list_members(
  conversation_id uuid,
  after_user_id uuid default null,
  page_size integer default 100
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_members(list_members.conversation_id, list_members.after_user_id, list_members.page_size);
end;
$$;

comment on function chat_private.list_members is 'Does the work of chat.list_members.';
comment on function chat_private.member_item is 'A member of a group as the others see them.';
comment on function chat.list_members is 'The people in a group with role and face; at most 500, page on with the last id.';
grant execute on function chat.list_members, chat_private.list_members to authenticated;

-- sql/groups/leave_group.sql
-- Leaves a group. Its history is gone for the one who leaves.
--
-- Who    members, except the owner
-- Says   group_removed, to the caller; topic_moved and message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, owner_cannot_leave
create or replace function chat_private.leave_group(conversation_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.locked_group(leave_group.conversation_id, v_caller);
begin
  if chat_private.rank_of(v_group.id, v_caller) = 3 then
    perform chat_private.fail('owner_cannot_leave');
  end if;
  perform chat_private.take_out(v_group, v_caller, v_caller);
end;
$$;

create or replace function chat.leave_group(conversation_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.leave_group(leave_group.conversation_id);
end;
$$;

comment on function chat_private.leave_group is 'Does the work of chat.leave_group.';
comment on function chat.leave_group is 'Leaves a group.';
grant execute on function chat.leave_group, chat_private.leave_group to authenticated;

-- sql/groups/remove_member.sql
-- Takes somebody out of a group: from this moment on they hear and read nothing of it.
--
-- Who    owner and admins, those of lower rank
-- Says   group_removed, to the person; topic_moved and message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, member_not_found
create or replace function chat_private.remove_member(conversation_id uuid, user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(remove_member.conversation_id, v_caller, 2);
begin
  perform chat_private.check_outranks(v_group.id, v_caller, remove_member.user_id);
  perform chat_private.take_out(v_group, remove_member.user_id, v_caller);
end;
$$;

create or replace function chat.remove_member(conversation_id uuid, user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.remove_member(remove_member.conversation_id, remove_member.user_id);
end;
$$;

comment on function chat_private.remove_member is 'Does the work of chat.remove_member.';
comment on function chat.remove_member is 'Takes somebody of lower rank out of a group.';
grant execute on function chat.remove_member, chat_private.remove_member to authenticated;

-- sql/groups/set_group_role.sql
-- Makes a member an admin, or an admin a member.
--
-- Who    the owner
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, role_invalid, member_not_found
create or replace function chat_private.set_group_role(conversation_id uuid, user_id uuid, role text)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(set_group_role.conversation_id, v_caller, 3);
begin
  if set_group_role.role is null or set_group_role.role not in ('admin', 'member') then
    perform chat_private.fail('role_invalid');
  end if;
  perform chat_private.check_outranks(v_group.id, v_caller, set_group_role.user_id);

  update chat.members as m
  set role = set_group_role.role, state = m.state + 1
  where m.conversation_id = v_group.id and m.user_id = set_group_role.user_id and m.role <> set_group_role.role;
  if found then
    perform chat_private.say_system(v_group.id, 'group_role_changed', v_caller, array[set_group_role.user_id]);
  end if;
end;
$$;

create or replace function chat.set_group_role(conversation_id uuid, user_id uuid, role text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.set_group_role(set_group_role.conversation_id, set_group_role.user_id, set_group_role.role);
end;
$$;

comment on function chat_private.set_group_role is 'Does the work of chat.set_group_role.';
comment on function chat.set_group_role is 'Makes somebody admin or member.';
grant execute on function chat.set_group_role, chat_private.set_group_role to authenticated;

-- sql/groups/transfer_group.sql
-- Gives the group to another member; the old owner stays as an admin.
--
-- Who    the owner; not to guests
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, cannot_be_yourself,
--        member_not_found, profile_not_found, guests_cannot, groups_owned_limit
create or replace function chat_private.transfer_group(conversation_id uuid, user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(transfer_group.conversation_id, v_caller, 3);
begin
  if transfer_group.user_id = v_caller then
    perform chat_private.fail('cannot_be_yourself');
  end if;
  perform chat_private.check_is_member(v_group.id, transfer_group.user_id);
  perform chat_private.reachable_profile(transfer_group.user_id, v_caller);
  if (select p.is_guest from chat.profiles as p where p.id = transfer_group.user_id) then
    perform chat_private.fail('guests_cannot');
  end if;
  perform chat_private.check_may_own(transfer_group.user_id);

  update chat.members as m set role = 'admin', state = m.state + 1
  where m.conversation_id = v_group.id and m.user_id = v_caller;
  update chat.members as m set role = 'owner', state = m.state + 1, silenced_until = null
  where m.conversation_id = v_group.id and m.user_id = transfer_group.user_id;
  perform chat_private.say_system(v_group.id, 'group_transferred', v_caller, array[transfer_group.user_id]);
end;
$$;

create or replace function chat.transfer_group(conversation_id uuid, user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.transfer_group(transfer_group.conversation_id, transfer_group.user_id);
end;
$$;

comment on function chat_private.transfer_group is 'Does the work of chat.transfer_group.';
comment on function chat.transfer_group is 'Gives a group to another member.';
grant execute on function chat.transfer_group, chat_private.transfer_group to authenticated;

-- sql/groups/mute_member.sql
-- Silences a member for some minutes, without a number until it is lifted; 0 lifts it.
--
-- Who    owner and admins, those of lower rank
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, minutes_invalid,
--        member_not_found
create or replace function chat_private.mute_member(conversation_id uuid, user_id uuid, minutes integer)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(mute_member.conversation_id, v_caller, 2);
begin
  if mute_member.minutes not between 0 and 525600 then  -- a year
    perform chat_private.fail('minutes_invalid');
  end if;
  perform chat_private.check_outranks(v_group.id, v_caller, mute_member.user_id);

  update chat.members as m
  set silenced_until = case
        when mute_member.minutes is null then 'infinity'
        when mute_member.minutes > 0 then now() + make_interval(mins => mute_member.minutes)
      end,
      state = m.state + 1
  where m.conversation_id = v_group.id and m.user_id = mute_member.user_id;
  perform chat_private.say_system(
    v_group.id,
    case when mute_member.minutes = 0 then 'group_member_unmuted' else 'group_member_muted' end,
    v_caller, array[mute_member.user_id]
  );
end;
$$;

create or replace function chat.mute_member(conversation_id uuid, user_id uuid, minutes integer default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.mute_member(mute_member.conversation_id, mute_member.user_id, mute_member.minutes);
end;
$$;

comment on function chat_private.mute_member is 'Does the work of chat.mute_member.';
comment on function chat.mute_member is 'Silences a member for some minutes; null until lifted, 0 lifts it.';
grant execute on function chat.mute_member, chat_private.mute_member to authenticated;

-- sql/groups/mute_group.sql
-- Lets only owner and admins speak, or everybody again.
--
-- Who    owner and admins
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low
create or replace function chat_private.mute_group(conversation_id uuid, muted boolean)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(mute_group.conversation_id, v_caller, 2);
begin
  update chat.groups as g
  set muted_at = case when mute_group.muted then now() end
  where g.id = v_group.id and (g.muted_at is not null) is distinct from coalesce(mute_group.muted, false);
  if found then
    perform chat_private.say_system(
      v_group.id, case when mute_group.muted then 'group_muted' else 'group_unmuted' end, v_caller
    );
  end if;
end;
$$;

create or replace function chat.mute_group(conversation_id uuid, muted boolean default true)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.mute_group(mute_group.conversation_id, mute_group.muted);
end;
$$;

comment on function chat_private.mute_group is 'Does the work of chat.mute_group.';
comment on function chat.mute_group is 'Lets only owner and admins speak, or everybody again.';
grant execute on function chat.mute_group, chat_private.mute_group to authenticated;

-- sql/groups/set_group.sql
-- Changes a group. What is not given stays; an empty avatar_url or announcement removes it. Whether newcomers see the
-- history holds for those who join from now on.
--
-- Who    owner and admins
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, group_name_invalid,
--        avatar_url_invalid, announcement_invalid, join_mode_invalid
create or replace function chat_private.set_group(
  conversation_id uuid, name text, avatar_url text, announcement text, join_mode text, hides_history boolean
)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(set_group.conversation_id, v_caller, 2);
begin
  if set_group.name is not null then
    v_group.name := chat_private.checked_group_name(set_group.name);
  end if;
  if set_group.avatar_url is not null then
    v_group.avatar_url := chat_private.checked_avatar(set_group.avatar_url);
  end if;
  if length(set_group.announcement) > 1000 then
    perform chat_private.fail('announcement_invalid');
  end if;
  if set_group.join_mode not in ('open', 'approval', 'closed') then
    perform chat_private.fail('join_mode_invalid');
  end if;

  update chat.groups as g
  set name = v_group.name,
      avatar_url = v_group.avatar_url,
      announcement = coalesce(set_group.announcement, g.announcement),
      join_mode = coalesce(set_group.join_mode, g.join_mode),
      hides_history = coalesce(set_group.hides_history, g.hides_history)
  where g.id = v_group.id;
  perform chat_private.say_system(v_group.id, 'group_changed', v_caller);
  return chat_private.conversation_items(v_caller, array[v_group.id]) -> 0;
end;
$$;

create or replace function chat.set_group(
  conversation_id uuid,
  name text default null,
  avatar_url text default null,
  announcement text default null,
  join_mode text default null,
  hides_history boolean default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.set_group(
    set_group.conversation_id, set_group.name, set_group.avatar_url, set_group.announcement, set_group.join_mode, set_group.hides_history
  );
end;
$$;

comment on function chat_private.set_group is 'Does the work of chat.set_group.';
comment on function chat.set_group is 'Changes name, picture, announcement, join mode or history of a group.';
grant execute on function chat.set_group, chat_private.set_group to authenticated;

-- sql/groups/set_my_group_face.sql
-- Changes how the caller looks in one group. What is not given stays; empty goes back to the own profile.
--
-- Who    members
-- Says   message_created, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, nickname_invalid, avatar_url_invalid
create or replace function chat_private.set_my_group_face(conversation_id uuid, nickname text, avatar_url text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.locked_group(set_my_group_face.conversation_id, v_caller);
  v_nickname text := btrim(set_my_group_face.nickname);
begin
  if length(v_nickname) > 30
    or not chat_private.is_clean(v_nickname)
    or (v_nickname <> '' and chat_private.is_blank(v_nickname))
  then
    perform chat_private.fail('nickname_invalid');
  end if;
  update chat.members as m
  set nickname = nullif(coalesce(v_nickname, m.nickname), ''),
      avatar_url = case
        when set_my_group_face.avatar_url is null then m.avatar_url
        else chat_private.checked_avatar(set_my_group_face.avatar_url)
      end,
      state = m.state + 1
  where m.conversation_id = v_group.id and m.user_id = v_caller;
  perform chat_private.say_system(v_group.id, 'group_face_changed', v_caller);
  return chat_private.conversation_items(v_caller, array[v_group.id]) -> 0;
end;
$$;

create or replace function chat.set_my_group_face(
  conversation_id uuid,
  nickname text default null,
  avatar_url text default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.set_my_group_face(
    set_my_group_face.conversation_id, set_my_group_face.nickname, set_my_group_face.avatar_url
  );
end;
$$;

comment on function chat_private.set_my_group_face is 'Does the work of chat.set_my_group_face.';
comment on function chat.set_my_group_face is 'Changes how the caller looks in one group.';
grant execute on function chat.set_my_group_face, chat_private.set_my_group_face to authenticated;

-- sql/groups/get_group_link.sql
-- The link into a group, as its QR code shows it.
--
-- Who    members, guests too; in a closed group nobody
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, group_is_closed
create or replace function chat_private.get_group_link(conversation_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups;
begin
  perform chat_private.membership(get_group_link.conversation_id, v_caller);
  select g.* into v_group from chat.groups as g where g.id = get_group_link.conversation_id;
  case
    when not found then
      perform chat_private.fail('conversation_not_found');
    when v_group.dissolved_at is not null then
      perform chat_private.fail('group_dissolved');
    when v_group.join_mode = 'closed' then
      perform chat_private.fail('group_is_closed');
    else
      return jsonb_build_object(
        'join_code', v_group.join_code,
        'name', v_group.name,
        'url', (
          select replace(s.group_link_url, '{code}', v_group.join_code) from chat_private.settings as s
        )
      );
  end case;
end;
$$;

create or replace function chat.get_group_link(conversation_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.get_group_link(get_group_link.conversation_id);
end;
$$;

comment on function chat_private.get_group_link is 'Does the work of chat.get_group_link.';
comment on function chat.get_group_link is 'Join code, name and url of a group, for its QR code.';
grant execute on function chat.get_group_link, chat_private.get_group_link to authenticated;

-- sql/groups/reset_group_link.sql
-- Makes a new link into a group; the old one leads nowhere.
--
-- Who    owner and admins
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low, group_is_closed
create or replace function chat_private.reset_group_link(conversation_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(reset_group_link.conversation_id, v_caller, 2);
begin
  update chat.groups as g set join_code = chat_private.new_join_code() where g.id = v_group.id;
  return chat_private.get_group_link(v_group.id);
end;
$$;

create or replace function chat.reset_group_link(conversation_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.reset_group_link(reset_group_link.conversation_id);
end;
$$;

comment on function chat_private.reset_group_link is 'Does the work of chat.reset_group_link.';
comment on function chat.reset_group_link is 'Makes a new link into a group; the old one leads nowhere.';
grant execute on function chat.reset_group_link, chat_private.reset_group_link to authenticated;

-- sql/groups/preview_group.sql
-- What somebody who holds a group's code sees before joining.
--
-- Who    everyone signed in who has the code
-- Says   nothing
-- Fails  not_signed_in, account_disabled, group_not_found
create or replace function chat_private.preview_group(join_code text)
returns jsonb
language plpgsql
volatile
security definer  -- who holds the code is not in the group yet
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_answer jsonb;
begin
  select jsonb_build_object(
    'name', g.name,
    'avatar', g.avatar_url,
    'member_count', g.member_count,
    'join_mode', g.join_mode,
    'is_member', exists (
      select from chat.members as m
      where m.conversation_id = g.id and m.user_id = v_caller and m.left_at is null
    )
  ) into v_answer
  from chat.groups as g
  where g.join_code = preview_group.join_code and g.dissolved_at is null;
  if v_answer is null then
    perform chat_private.fail('group_not_found');
  end if;
  return v_answer;
end;
$$;

create or replace function chat.preview_group(join_code text)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.preview_group(preview_group.join_code);
end;
$$;

comment on function chat_private.preview_group is 'Does the work of chat.preview_group.';
comment on function chat.preview_group is 'What a group looks like to somebody who holds its code.';
grant execute on function chat.preview_group, chat_private.preview_group to authenticated;

-- sql/groups/dissolve_group.sql
-- Ends a group: it can be read from now on, and nothing else.
--
-- Who    the owner
-- Says   message_created and topic_moved, in the group
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, role_too_low
create or replace function chat_private.dissolve_group(conversation_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups := chat_private.ruled_group(dissolve_group.conversation_id, v_caller, 3);
begin
  perform chat_private.say_system(v_group.id, 'group_dissolved', v_caller);
  delete from chat.group_requests as r where r.conversation_id = v_group.id;
  update chat.groups as g set dissolved_at = now() where g.id = v_group.id;
  perform chat_private.raise_epoch(v_group.id);  -- what waits to be said in this moment is not said any more
end;
$$;

create or replace function chat.dissolve_group(conversation_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.dissolve_group(dissolve_group.conversation_id);
end;
$$;

comment on function chat_private.dissolve_group is 'Does the work of chat.dissolve_group.';
comment on function chat.dissolve_group is 'Ends a group for everybody; it can still be read.';
grant execute on function chat.dissolve_group, chat_private.dissolve_group to authenticated;

-- sql/friends/befriend.sql
-- Two people become friends: both rows, no open request left, a system message in their conversation, both are
-- told once. Call it with the people locked.
create or replace function chat_private.befriend(user_id uuid, friend_id uuid, remark text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  delete from chat.friend_requests as r
  where (r.from_id, r.to_id) in ((befriend.user_id, befriend.friend_id), (befriend.friend_id, befriend.user_id));

  insert into chat.friendships (user_id, friend_id, remark)
  values (befriend.user_id, befriend.friend_id, befriend.remark),
         (befriend.friend_id, befriend.user_id, null);

  perform chat_private.tell(
    array[befriend.user_id, befriend.friend_id], 'friend_added', befriend.user_id, befriend.friend_id
  );
  perform chat_private.say_system(
    chat_private.direct_between(befriend.user_id, befriend.friend_id), 'friend_added'
  );
end;
$$;

comment on function chat_private.befriend is 'Makes two people friends, with the first one''s remark for the second.';

-- A remark as it is stored: trimmed, null when empty.
--
-- Fails  remark_invalid
create or replace function chat_private.checked_remark(remark text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_remark text := nullif(btrim(checked_remark.remark), '');
begin
  if length(v_remark) > 30 or chat_private.is_blank(v_remark) or not chat_private.is_clean(v_remark) then
    perform chat_private.fail('remark_invalid');
  end if;
  return v_remark;
end;
$$;

comment on function chat_private.checked_remark is 'A remark, refused when it is too long or hides something.';

-- sql/friends/request_friend.sql
-- Asks somebody to be friends. If they asked first, or ask for no approval, it is a friendship at once.
--
-- Who    users, not guests; nobody can ask a guest
-- Says   friend_requested or friend_added, to both
-- Fails  not_signed_in, account_disabled, guests_cannot, cannot_be_yourself, note_invalid, profile_not_found,
--        person_is_blocked, already_friends, friend_request_pending, friend_request_too_soon
create or replace function chat_private.request_friend(user_id uuid, note text)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_note text := coalesce(btrim(request_friend.note), '');
  v_person chat.profiles;
  v_request_id uuid;
begin
  if request_friend.user_id = v_caller then
    perform chat_private.fail('cannot_be_yourself');
  end if;
  if length(v_note) > 50 or not chat_private.is_clean(v_note) then
    perform chat_private.fail('note_invalid');
  end if;

  perform chat_private.lock_relation(v_caller, request_friend.user_id);
  v_person := chat_private.reachable_profile(request_friend.user_id, v_caller);
  if v_person.is_guest then
    perform chat_private.fail('profile_not_found');
  end if;
  perform chat_private.check_may_ask(v_caller, v_person.id);

  if not v_person.requires_friend_approval or exists (
    select from chat.friend_requests as r
    where r.from_id = v_person.id and r.to_id = v_caller and r.status in ('pending', 'ignored')
  ) then
    perform chat_private.befriend(v_caller, v_person.id, null);
    return jsonb_build_object('status', 'accepted', 'request_id', null);
  end if;

  v_request_id := chat_private.put_request(v_caller, v_person.id, v_note);
  return jsonb_build_object('status', 'pending', 'request_id', v_request_id);
end;
$$;

-- Keeps the request and tells both. Whoever was ignored a short while ago, withdrew and asks again is told that
-- the request waits; the one who ignores is told nothing, and goes on ignoring.
create or replace function chat_private.put_request(from_id uuid, to_id uuid, note text)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_id uuid := chat_private.uuid_v7();
  v_ignored_at timestamptz;
begin
  delete from chat.friend_requests as r
  where r.from_id = put_request.from_id and r.to_id = put_request.to_id
  returning r.ignored_at into v_ignored_at;
  if v_ignored_at < now() - (select s.friend_request_cooldown from chat_private.settings as s) then
    v_ignored_at := null;
  end if;

  insert into chat.friend_requests (id, from_id, to_id, note, status, answered_at, ignored_at)
  values (
    v_id, put_request.from_id, put_request.to_id, put_request.note,
    case when v_ignored_at is null then 'pending' else 'ignored' end, v_ignored_at, v_ignored_at
  );
  perform chat_private.tell(
    case when v_ignored_at is null
      then array[put_request.from_id, put_request.to_id]
      else array[put_request.from_id]
    end,
    'friend_requested', put_request.from_id, put_request.to_id,
    jsonb_build_object('request_id', v_id, 'note', put_request.note)
  );
  return v_id;
end;
$$;

-- Fails  person_is_blocked, already_friends, friend_request_pending, friend_request_too_soon
create or replace function chat_private.check_may_ask(caller uuid, person uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_settings chat_private.settings;
  v_last chat.friend_requests;
  v_wait interval;
begin
  select s.* into strict v_settings from chat_private.settings as s;
  select r.* into v_last
  from chat.friend_requests as r
  where r.from_id = check_may_ask.caller and r.to_id = check_may_ask.person;

  v_wait := v_last.answered_at - now() + case v_last.status
    when 'withdrawn' then v_settings.withdrawn_request_cooldown
    else v_settings.friend_request_cooldown
  end;
  case
    when exists (
      select from chat.blocks as b where b.blocker_id = check_may_ask.caller and b.blocked_id = check_may_ask.person
    ) then
      perform chat_private.fail('person_is_blocked');
    when chat_private.are_friends(check_may_ask.caller, check_may_ask.person) then
      perform chat_private.fail('already_friends');
    -- Whoever is ignored is not told: the request goes on looking as if it were waiting.
    when v_last.status = 'pending' or (v_last.status = 'ignored' and v_wait > '0') then
      perform chat_private.fail('friend_request_pending');
    when v_wait > '0' then
      perform chat_private.fail('friend_request_too_soon', v_wait);
    else
      null;
  end case;
end;
$$;

create or replace function chat.request_friend(user_id uuid, note text default '')
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.request_friend(request_friend.user_id, request_friend.note);
end;
$$;

comment on function chat_private.request_friend is 'Does the work of chat.request_friend.';
comment on function chat_private.put_request is 'Keeps a friend request and tells both people.';
comment on function chat_private.check_may_ask is 'Refuses a friend request that would be pointless, a nuisance, or too soon.';
comment on function chat.request_friend is 'Asks somebody to be friends. Answers status pending with the request_id, or accepted.';
grant execute on function chat.request_friend, chat_private.request_friend to authenticated;

-- sql/friends/withdraw_friend_request.sql
-- Takes back an open friend request.
--
-- Who    whoever made it
-- Says   friend_request_withdrawn, to both
-- Fails  not_signed_in, account_disabled, guests_cannot, friend_request_not_found
create or replace function chat_private.withdraw_friend_request(request_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_request chat.friend_requests;
begin
  v_request := chat_private.locked_request(withdraw_friend_request.request_id, v_caller);
  -- An ignored request still looks open to the one who made it.
  if v_request.from_id is distinct from v_caller or v_request.status not in ('pending', 'ignored') then
    perform chat_private.fail('friend_request_not_found');
  end if;

  update chat.friend_requests as r set status = 'withdrawn', answered_at = now() where r.id = v_request.id;
  perform chat_private.tell(
    case v_request.status
      when 'ignored' then array[v_request.from_id]
      else array[v_request.from_id, v_request.to_id]
    end,
    'friend_request_withdrawn', v_request.from_id, v_request.to_id,
    jsonb_build_object('request_id', v_request.id)
  );
end;
$$;

-- The request as it is once nobody else can change it; nulls when it is not the caller's affair.
--
-- Fails  not_signed_in, account_disabled
create or replace function chat_private.locked_request(request_id uuid, caller uuid)
returns chat.friend_requests
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_request chat.friend_requests;
begin
  select r.* into v_request
  from chat.friend_requests as r
  where r.id = locked_request.request_id and locked_request.caller in (r.from_id, r.to_id);
  if found then
    perform chat_private.lock_people(array[v_request.from_id, v_request.to_id]);
    perform chat_private.caller();  -- the account may have gone while we waited
    select r.* into v_request from chat.friend_requests as r where r.id = locked_request.request_id;
  end if;
  return v_request;
end;
$$;

create or replace function chat.withdraw_friend_request(request_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.withdraw_friend_request(withdraw_friend_request.request_id);
end;
$$;

comment on function chat_private.withdraw_friend_request is 'Does the work of chat.withdraw_friend_request.';
comment on function chat_private.locked_request is 'A friend request of the caller''s, with both people locked.';
comment on function chat.withdraw_friend_request is 'Takes back a friend request that has not been answered.';
grant execute on function chat.withdraw_friend_request, chat_private.withdraw_friend_request to authenticated;

-- sql/friends/answer_friend_request.sql
-- Answers a friend request: accept, refuse or ignore.
--
-- Who    whoever was asked, while the request is open
-- Says   friend_added or friend_request_refused, to both; friend_request_ignored, only to the one who ignores
-- Fails  not_signed_in, account_disabled, guests_cannot, answer_invalid, remark_invalid, friend_request_not_found
create or replace function chat_private.answer_friend_request(request_id uuid, answer text, remark text)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_remark text := chat_private.checked_remark(answer_friend_request.remark);
  v_request chat.friend_requests;
begin
  if answer_friend_request.answer is null
    or answer_friend_request.answer not in ('accept', 'refuse', 'ignore')
  then
    perform chat_private.fail('answer_invalid');
  end if;
  v_request := chat_private.locked_request(answer_friend_request.request_id, v_caller);
  if v_request.to_id is distinct from v_caller or v_request.status <> 'pending' then
    perform chat_private.fail('friend_request_not_found');
  end if;

  if answer_friend_request.answer = 'accept' then
    perform chat_private.befriend(v_caller, v_request.from_id, v_remark);
    return;
  end if;

  update chat.friend_requests as r
  set status = case answer_friend_request.answer when 'refuse' then 'refused' else 'ignored' end,
      answered_at = now(),
      ignored_at = case answer_friend_request.answer when 'ignore' then now() end
  where r.id = v_request.id
  returning r.* into v_request;
  perform chat_private.tell(
    case v_request.status when 'ignored' then array[v_caller] else array[v_caller, v_request.from_id] end,
    'friend_request_' || v_request.status, v_caller, v_request.from_id,
    jsonb_build_object('request_id', v_request.id)
  );
end;
$$;

create or replace function chat.answer_friend_request(request_id uuid, answer text, remark text default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.answer_friend_request(
    answer_friend_request.request_id, answer_friend_request.answer, answer_friend_request.remark
  );
end;
$$;

comment on function chat_private.answer_friend_request is 'Does the work of chat.answer_friend_request.';
comment on function chat.answer_friend_request is 'Answers a friend request with accept, refuse or ignore; a remark is what the caller calls the new friend.';
grant execute on function chat.answer_friend_request, chat_private.answer_friend_request to authenticated;

-- sql/friends/remove_friend.sql
-- Ends a friendship, for both, with all that is left of the requests.
--
-- Who    either of the two
-- Says   friend_removed, to both
-- Fails  not_signed_in, account_disabled, guests_cannot, friend_not_found
create or replace function chat_private.remove_friend(user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
begin
  perform chat_private.lock_relation(v_caller, remove_friend.user_id);
  if not chat_private.are_friends(v_caller, remove_friend.user_id) then
    perform chat_private.fail('friend_not_found');
  end if;
  perform chat_private.part(v_caller, remove_friend.user_id);
end;
$$;

-- Ends what there is between two people: friendship and requests. Call it with the people locked.
create or replace function chat_private.part(caller uuid, person uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  delete from chat.friend_requests as r
  where (r.from_id, r.to_id) in ((part.caller, part.person), (part.person, part.caller));

  -- The row of the other one goes with it: each refers to the other.
  delete from chat.friendships as f where f.user_id = part.caller and f.friend_id = part.person;
  if found then
    perform chat_private.tell(array[part.caller, part.person], 'friend_removed', part.caller, part.person);
  end if;
end;
$$;

create or replace function chat.remove_friend(user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.remove_friend(remove_friend.user_id);
end;
$$;

comment on function chat_private.remove_friend is 'Does the work of chat.remove_friend.';
comment on function chat_private.part is 'Ends friendship and requests between two people.';
comment on function chat.remove_friend is 'Ends a friendship for both sides. The conversation stays.';
grant execute on function chat.remove_friend, chat_private.remove_friend to authenticated;

-- sql/friends/set_friend_remark.sql
-- Changes what the caller calls a friend; empty removes it. The friend does not see it.
--
-- Who    users who are friends
-- Says   friend_remark_changed, to the caller's other devices
-- Fails  not_signed_in, account_disabled, guests_cannot, remark_invalid, friend_not_found
create or replace function chat_private.set_friend_remark(user_id uuid, remark text)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_remark text := chat_private.checked_remark(set_friend_remark.remark);
begin
  update chat.friendships as f
  set remark = v_remark
  where f.user_id = v_caller and f.friend_id = set_friend_remark.user_id;
  if not found then
    perform chat_private.fail('friend_not_found');
  end if;
  perform chat_private.push(
    'friend_remark_changed',
    array[chat_private.user_topic(v_caller)],
    jsonb_build_object('user_id', set_friend_remark.user_id, 'remark', v_remark)
  );
end;
$$;

create or replace function chat.set_friend_remark(user_id uuid, remark text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.set_friend_remark(set_friend_remark.user_id, set_friend_remark.remark);
end;
$$;

comment on function chat_private.set_friend_remark is 'Does the work of chat.set_friend_remark.';
comment on function chat.set_friend_remark is 'Changes what the caller calls a friend; an empty remark removes it.';
grant execute on function chat.set_friend_remark, chat_private.set_friend_remark to authenticated;

-- sql/friends/block_user.sql
-- Shuts somebody out: friendship and requests end, and nothing of theirs arrives any more. Safe to repeat.
--
-- Who    everyone signed in, guests too: whoever can be written to can say stop
-- Says   friend_removed, to both, if they were friends; person_blocked, to the caller's devices
-- Fails  not_signed_in, account_disabled, cannot_be_yourself, profile_not_found
create or replace function chat_private.block_user(user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
begin
  if block_user.user_id = v_caller then
    perform chat_private.fail('cannot_be_yourself');
  end if;
  perform chat_private.lock_relation(v_caller, block_user.user_id);
  -- Not reachable_profile(): whoever is blocked may block in turn, and learns nothing by it.
  if not exists (select from chat.profiles as p where p.id = block_user.user_id and p.status <> 'deleted') then
    perform chat_private.fail('profile_not_found');
  end if;

  perform chat_private.part(v_caller, block_user.user_id);
  insert into chat.blocks (blocker_id, blocked_id)
  values (v_caller, block_user.user_id)
  on conflict do nothing;
  -- Nobody joins the two's topic for typing and presence any more. A channel that is open stays so until its client
  -- leaves it: the server cannot close what clients say to each other.
  update chat.conversations as c
  set epoch = c.epoch + 1
  where c.low_id = least(v_caller, block_user.user_id) and c.high_id = greatest(v_caller, block_user.user_id);
  perform chat_private.push(
    'person_blocked',
    array[chat_private.user_topic(v_caller)],
    jsonb_build_object('user_id', block_user.user_id)
  );
end;
$$;

create or replace function chat.block_user(user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.block_user(block_user.user_id);
end;
$$;

comment on function chat_private.block_user is 'Does the work of chat.block_user.';
comment on function chat.block_user is 'Shuts somebody out: they cannot find, ask or write to the caller. They are not told.';
grant execute on function chat.block_user, chat_private.block_user to authenticated;

-- sql/friends/unblock_user.sql
-- Lets somebody in again; friendship does not come back by itself. Safe to repeat.
--
-- Who    whoever blocked
-- Says   person_unblocked, to the caller's devices
-- Fails  not_signed_in, account_disabled
create or replace function chat_private.unblock_user(user_id uuid)
returns void
language plpgsql
volatile
security definer  -- clients hold no write privilege on relations
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
begin
  perform chat_private.lock_relation(v_caller, unblock_user.user_id);
  delete from chat.blocks as b where b.blocker_id = v_caller and b.blocked_id = unblock_user.user_id;
  if found then
    perform chat_private.push(
      'person_unblocked',
      array[chat_private.user_topic(v_caller)],
      jsonb_build_object('user_id', unblock_user.user_id)
    );
  end if;
end;
$$;

create or replace function chat.unblock_user(user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform chat_private.unblock_user(unblock_user.user_id);
end;
$$;

comment on function chat_private.unblock_user is 'Does the work of chat.unblock_user.';
comment on function chat.unblock_user is 'Lets somebody in again who was blocked.';
grant execute on function chat.unblock_user, chat_private.unblock_user to authenticated;

-- sql/friends/list_friend_requests.sql
-- Friend requests, newest first: those made to the caller, or those the caller made.
--
-- Who    users, not guests
-- Says   nothing
-- Fails  not_signed_in, account_disabled, guests_cannot, direction_invalid, page_size_invalid
create or replace function chat_private.list_friend_requests(direction text, before_id uuid, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- whoever asks must not read that they are ignored, so not from the table
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_size integer := chat_private.checked_page_size(list_friend_requests.page_size, 100);
  v_is_sent boolean := list_friend_requests.direction = 'sent';
begin
  if list_friend_requests.direction is null or list_friend_requests.direction not in ('received', 'sent') then
    perform chat_private.fail('direction_invalid');
  end if;
  return (
    select coalesce(jsonb_agg(to_jsonb(page) order by page.id desc), '[]')
    from (
      select
        r.id,
        case when v_is_sent and r.status = 'ignored' then 'pending' else r.status end as status,
        r.note,
        chat_private.milliseconds(r.created_at) as create_time,
        chat_private.face(p) as person
      from chat.friend_requests as r
      join chat.profiles as p on p.id = case when v_is_sent then r.to_id else r.from_id end
      where case when v_is_sent then r.from_id else r.to_id end = v_caller
        and (list_friend_requests.before_id is null or r.id < list_friend_requests.before_id)
        and (v_is_sent or r.status <> 'withdrawn')
      order by r.id desc
      limit v_size
    ) as page
  );
end;
$$;

create or replace function chat.list_friend_requests(
  direction text default 'received', before_id uuid default null, page_size integer default 50
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_friend_requests(
    list_friend_requests.direction, list_friend_requests.before_id, list_friend_requests.page_size
  );
end;
$$;

comment on function chat_private.list_friend_requests is 'Does the work of chat.list_friend_requests.';
comment on function chat.list_friend_requests is 'Friend requests received or sent, newest first; page on with the last id.';
grant execute on function chat.list_friend_requests, chat_private.list_friend_requests to authenticated;

-- sql/kernel/lockdown.sql
-- Last in the order: nobody runs anything of ours unless its own file granted it. Functions are executable by
-- everyone until someone says otherwise, and default privileges cannot say it without touching the host's.
revoke execute on all functions in schema chat, chat_private from public, anon;

-- PostgREST learns of the new schema.
notify pgrst, 'reload schema';
