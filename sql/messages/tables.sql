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
