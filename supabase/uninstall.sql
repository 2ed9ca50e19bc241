-- Takes everything of supabase-chat out of a database: all conversations are lost. SQL cannot delete files: empty and
-- delete the buckets chat-images, chat-videos, chat-audio, chat-files, chat-covers and chat-avatars in the dashboard. Run it as `postgres`.
begin;

drop trigger if exists chat_on_auth_user_created on auth.users;
drop trigger if exists chat_on_auth_user_changed on auth.users;
drop policy if exists "chat: people hear their own topics" on realtime.messages;
drop policy if exists "chat: people in a conversation signal to each other" on realtime.messages;
drop policy if exists "chat: people read files they may see" on storage.objects;
drop policy if exists "chat: people upload into their own folder" on storage.objects;
drop trigger if exists chat_on_object_created on storage.objects;
drop trigger if exists chat_on_object_changed on storage.objects;
drop trigger if exists chat_on_object_deleted on storage.objects;
drop schema if exists chat cascade;
drop schema if exists chat_private cascade;

-- So that the migrations can be applied again.
do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where name = 'supabase_chat';
  end if;
end;
$$;

notify pgrst, 'reload schema';

commit;
