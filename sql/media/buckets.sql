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
