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
