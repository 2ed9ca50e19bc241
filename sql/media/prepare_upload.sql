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
