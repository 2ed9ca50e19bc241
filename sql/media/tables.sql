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
