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
