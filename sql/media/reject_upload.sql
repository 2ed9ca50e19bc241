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
