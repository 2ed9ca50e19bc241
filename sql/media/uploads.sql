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
