-- Storage's schema in the shape its own migrations leave it in, as the service's admin role owns it: row level
-- security on and no policy, so that nobody but service_role sees a file until the project says who may.

create schema storage authorization supabase_admin;
grant all on schema storage to supabase_storage_admin with grant option;
grant all on schema storage to dashboard_user;
grant usage on schema storage to postgres with grant option;
grant usage on schema storage to anon, authenticated, service_role;

-- As on the real one, where it is moot: postgres cannot create anything here.
alter default privileges for role postgres in schema storage
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema storage
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema storage
  grant all on sequences to postgres, anon, authenticated, service_role;

set role supabase_storage_admin;

create table storage.migrations (
  id integer primary key,
  name character varying(100) not null unique,
  hash character varying(40) not null,
  executed_at timestamp default current_timestamp
);

create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');

create table storage.buckets (
  id text primary key,
  name text not null,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  owner_id text,
  type storage.buckettype not null default 'STANDARD',
  versioning_status text not null default 'DISABLED',

  constraint buckets_versioning_status_check
    check (versioning_status in ('DISABLED', 'ENABLED', 'SUSPENDED')),
  constraint buckets_versioning_standard_only_check
    check (type = 'STANDARD' or versioning_status = 'DISABLED')
);

create unique index bname on storage.buckets (name);

create table storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text,
  name text,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  version text,
  owner_id text,
  user_metadata jsonb,
  archived_at timestamptz,
  is_delete_marker boolean not null default false,
  is_versioned boolean not null default false,

  constraint "objects_bucketId_fkey" foreign key (bucket_id) references storage.buckets (id)
);

create unique index bucketid_objname on storage.objects (bucket_id, name);
create index name_prefix_search on storage.objects (name text_pattern_ops);
create index idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
create index idx_objects_bucket_id_name_lower
  on storage.objects (bucket_id, lower(name) collate "C");

create table storage.s3_multipart_uploads (
  id text primary key,
  in_progress_size bigint not null default 0,
  upload_signature text not null,
  bucket_id text not null references storage.buckets (id),
  key text collate "C" not null,
  version text not null,
  owner_id text,
  created_at timestamptz not null default now(),
  user_metadata jsonb,
  metadata jsonb
);

create index idx_multipart_uploads_list
  on storage.s3_multipart_uploads (bucket_id, key, created_at);

create table storage.s3_multipart_uploads_parts (
  id uuid primary key default gen_random_uuid(),
  upload_id text not null references storage.s3_multipart_uploads (id) on delete cascade,
  size bigint not null default 0,
  part_number integer not null,
  bucket_id text not null references storage.buckets (id),
  key text collate "C" not null,
  etag text not null,
  version text not null,
  owner_id text,
  created_at timestamptz not null default now()
);

alter table storage.migrations enable row level security;
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
alter table storage.s3_multipart_uploads enable row level security;
alter table storage.s3_multipart_uploads_parts enable row level security;

grant all on storage.buckets, storage.objects to postgres with grant option;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
grant all on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts to service_role;
grant select on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts
  to anon, authenticated;

comment on column storage.buckets.owner is 'Deprecated: read owner_id.';
comment on column storage.objects.owner is 'Deprecated: read owner_id.';

-- What policies ask. Volatile like the originals, so that a plan here is a plan there.

create function storage.foldername(name text)
returns text[]
language plpgsql
as $$
begin
  return (string_to_array(name, '/'))[:cardinality(string_to_array(name, '/')) - 1];
end;
$$;

create function storage.filename(name text)
returns text
language plpgsql
as $$
begin
  return split_part(name, '/', -1);
end;
$$;

-- A name without a dot is its own extension, as on the real one.
create function storage.extension(name text)
returns text
language plpgsql
as $$
begin
  return split_part(storage.filename(name), '.', -1);
end;
$$;

create function storage.operation()
returns text
language plpgsql
stable
as $$
begin
  return current_setting('storage.operation', true);
end;
$$;

create function storage.allow_any_operation(expected_operations text[])
returns boolean
language sql
stable
as $$
  select exists (
    select
    from unnest(expected_operations) as e (operation)
    where e.operation <> ''
      and regexp_replace(e.operation, '^storage\.', '')
        = regexp_replace(storage.operation(), '^storage\.', '')
  )
$$;

create function storage.allow_only_operation(expected_operation text)
returns boolean
language sql
stable
as $$
  select storage.allow_any_operation(array[expected_operation])
$$;

create function storage.get_size_by_bucket()
returns table (size bigint, bucket_id text)
language plpgsql
stable
as $$
begin
  return query
  select sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id
  from storage.objects as o
  group by o.bucket_id;
end;
$$;

-- Listings. A folder is no row of its own: it is what the names below it have in common, up to the delimiter.
-- The real ones skip from folder to folder along an index; these group, which is enough for a laptop.

create function storage.get_common_prefix(p_key text, p_prefix text, p_delimiter text)
returns text
language sql
immutable
as $$
  select left(p_key, length(p_prefix) + nullif(r.delimiter_at, 0) + length(p_delimiter) - 1)
  from (select strpos(substr(p_key, length(p_prefix) + 1), p_delimiter)) as r (delimiter_at)
$$;

-- List v1: pages by offset, compares without case. `levels` is the depth whose name is shown. Sorted by name,
-- folders stand among the files; sorted by a time, before them.
create function storage.search(
  prefix text,
  bucketname text,
  limits integer default 100,
  levels integer default 1,
  offsets integer default 0,
  search text default '',
  sortcolumn text default 'name',
  sortorder text default 'asc'
)
returns table (
  name text,
  id uuid,
  updated_at timestamptz,
  created_at timestamptz,
  last_accessed_at timestamptz,
  metadata jsonb
)
language plpgsql
stable
as $$
declare
  v_prefix constant text := coalesce(prefix, '') || coalesce(search, '');
  v_column constant text := lower(coalesce(sortcolumn, 'name'));
  v_ascending constant boolean := lower(coalesce(sortorder, 'asc')) = 'asc';
begin
  return query
  with found as (
    select o.*, storage.get_common_prefix(lower(o.name), v_prefix, '/') as folder
    from storage.objects as o
    where o.bucket_id = bucketname
      and starts_with(lower(o.name), lower(v_prefix))
      and o.archived_at is null
      and not o.is_delete_marker
  ),
  entries as (
    select f.folder as key, left(min(f.name collate "C"), length(f.folder) - 1) as path,
      null::uuid as id, null::timestamptz as updated_at, null::timestamptz as created_at,
      null::timestamptz as last_accessed_at, null::jsonb as metadata
    from found as f
    where f.folder is not null
    group by f.folder
    union all
    select lower(f.name), f.name, f.id, f.updated_at, f.created_at, f.last_accessed_at, f.metadata
    from found as f
    where f.folder is null
  ),
  ordered as (
    select e.*, extract(epoch from case v_column
      when 'updated_at' then e.updated_at
      when 'created_at' then e.created_at
      when 'last_accessed_at' then e.last_accessed_at
    end) as moment
    from entries as e
  )
  select split_part(o.path, '/', levels), o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
  from ordered as o
  order by
    o.moment is not null,
    case when v_ascending then o.moment else - o.moment end,
    case when v_ascending then o.key end collate "C",
    o.key collate "C" desc
  limit least(greatest(coalesce(limits, 100), 0), 1500)
  offset greatest(coalesce(offsets, 0), 0);
end;
$$;

-- What lies directly below a prefix, by name, after a cursor. A folder as cursor is best written with the
-- delimiter at its end: without, it is taken for the object of that name if there is one.
create function storage.list_objects_with_delimiter(
  _bucket_id text,
  prefix_param text,
  delimiter_param text,
  max_keys integer default 100,
  start_after text default '',
  next_token text default '',
  sort_order text default 'asc'
)
returns table (
  name text,
  id uuid,
  metadata jsonb,
  updated_at timestamptz,
  created_at timestamptz,
  last_accessed_at timestamptz
)
language plpgsql
stable
as $$
declare
  v_prefix constant text := coalesce(prefix_param, '');
  v_ascending constant boolean := lower(coalesce(sort_order, 'asc')) = 'asc';
  v_after text := coalesce(nullif(next_token, ''), start_after, '');
  v_folder text;
begin
  if right(v_after, length(delimiter_param)) = delimiter_param then
    v_folder := v_after;
  elsif v_after <> '' then
    select case when o.name <> v_after then v_after || delimiter_param end into v_folder
    from storage.objects as o
    where o.bucket_id = _bucket_id
      and (o.name = v_after or starts_with(o.name, v_after || delimiter_param))
    order by o.name collate "C"
    limit 1;
  end if;
  v_after := coalesce(v_folder, v_after);

  return query
  with found as (
    select o.*, storage.get_common_prefix(o.name, v_prefix, delimiter_param) as folder
    from storage.objects as o
    where o.bucket_id = _bucket_id
      and starts_with(o.name, v_prefix)
      and o.archived_at is null
      and not o.is_delete_marker
      and case
        when v_after = '' then true
        when not v_ascending then o.name collate "C" < v_after
        when v_folder is not null then o.name collate "C" > v_after and not starts_with(o.name, v_folder)
        else o.name collate "C" > v_after
      end
  ),
  entries as (
    select distinct f.folder as key, left(f.folder, - length(delimiter_param)) as path,
      null::uuid as id, null::jsonb as metadata, null::timestamptz as updated_at,
      null::timestamptz as created_at, null::timestamptz as last_accessed_at
    from found as f
    where f.folder is not null
    union all
    select f.name, f.name, f.id, f.metadata, f.updated_at, f.created_at, f.last_accessed_at
    from found as f
    where f.folder is null
  )
  select e.path, e.id, e.metadata, e.updated_at, e.created_at, e.last_accessed_at
  from entries as e
  order by case when v_ascending then e.key end collate "C", e.key collate "C" desc
  limit greatest(max_keys, 0);
end;
$$;

-- The same by a time, which folders have too: the time of their oldest object. The cursor is name and time of the
-- last entry, to the millisecond, which is what a client can send back.
create function storage.search_by_timestamp(
  p_prefix text,
  p_bucket_id text,
  p_limit integer,
  p_level integer,
  p_start_after text,
  p_sort_order text,
  p_sort_column text,
  p_sort_column_after text
)
returns table (
  key text,
  name text,
  id uuid,
  updated_at timestamptz,
  created_at timestamptz,
  last_accessed_at timestamptz,
  metadata jsonb
)
language plpgsql
stable
as $$
declare
  v_prefix constant text := coalesce(p_prefix, '');
  v_ascending constant boolean := p_sort_order = 'asc';
  v_after constant timestamptz := coalesce(nullif(p_sort_column_after, ''), 'epoch');
begin
  return query
  with found as (
    select o.*, storage.get_common_prefix(o.name, v_prefix, '/') as folder
    from storage.objects as o
    where o.bucket_id = p_bucket_id
      and starts_with(o.name, v_prefix)
      and o.archived_at is null
      and not o.is_delete_marker
  ),
  entries as (
    select left(f.folder, -1) as name, null::uuid as id, min(f.created_at) as updated_at,
      min(f.created_at) as created_at, null::timestamptz as last_accessed_at, null::jsonb as metadata
    from found as f
    where f.folder is not null
    group by f.folder
    union all
    select f.name, f.id, f.updated_at, f.created_at, f.last_accessed_at, f.metadata
    from found as f
    where f.folder is null
  ),
  timed as (
    select e.*, date_trunc(
      'milliseconds',
      case p_sort_column when 'updated_at' then e.updated_at else e.created_at end
    ) as moment
    from entries as e
  )
  select split_part(t.name, '/', p_level), t.name, t.id, t.updated_at, t.created_at,
    t.last_accessed_at, t.metadata
  from timed as t
  where coalesce(p_start_after, '') = ''
    or (v_ascending and (t.moment, t.name collate "C") > (v_after, p_start_after))
    or (not v_ascending and (t.moment, t.name collate "C") < (v_after, p_start_after))
  order by
    case when v_ascending then t.moment end,
    case when v_ascending then t.name end collate "C",
    t.moment desc,
    t.name collate "C" desc
  limit p_limit;
end;
$$;

-- List v2: pages by cursor, compares with case. `name` is the whole path, `key` its part at depth `levels`.
create function storage.search_v2(
  prefix text,
  bucket_name text,
  limits integer default 100,
  levels integer default 1,
  start_after text default '',
  sort_order text default 'asc',
  sort_column text default 'name',
  sort_column_after text default ''
)
returns table (
  key text,
  name text,
  id uuid,
  updated_at timestamptz,
  created_at timestamptz,
  last_accessed_at timestamptz,
  metadata jsonb
)
language plpgsql
stable
as $$
declare
  v_limit constant integer := least(greatest(coalesce(limits, 100), 0), 1500);
  v_order constant text := case when lower(sort_order) = 'desc' then 'desc' else 'asc' end;
  v_column constant text := lower(coalesce(sort_column, 'name'));
begin
  if v_column in ('updated_at', 'created_at') then
    return query
    select s.*
    from storage.search_by_timestamp(
      prefix, bucket_name, v_limit, levels, start_after, v_order, v_column, sort_column_after
    ) as s;
  else
    return query
    select split_part(l.name, '/', levels), l.name, l.id, l.updated_at, l.created_at,
      l.last_accessed_at, l.metadata
    from storage.list_objects_with_delimiter(
      bucket_name, prefix, '/', v_limit, start_after, '', v_order
    ) as l;
  end if;
end;
$$;

-- Deleting a row would orphan its file, so only the service may, which sets the switch in its transactions.
-- Superusers are refused too: a trigger, not a right.
create function storage.protect_delete()
returns trigger
language plpgsql
as $$
begin
  if current_setting('storage.allow_delete_query', true) is distinct from 'true' then
    raise exception
      'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      using
        errcode = 'insufficient_privilege',
        hint = 'This prevents accidental data loss from orphaned objects.';
  end if;
  return null;
end;
$$;

create trigger protect_buckets_delete
  before delete on storage.buckets
  for each statement execute function storage.protect_delete();

create trigger protect_objects_delete
  before delete on storage.objects
  for each statement execute function storage.protect_delete();

create function storage.update_updated_at_column()
returns trigger
language plpgsql
as $$
begin
  new.updated_at := now();
  return new;
end;
$$;

create trigger update_objects_updated_at
  before update on storage.objects
  for each row execute function storage.update_updated_at_column();

create function storage.enforce_bucket_name_length()
returns trigger
language plpgsql
as $$
begin
  if length(new.name) > 100 then
    raise exception 'bucket name "%" is too long (% characters). Max is 100.',
      new.name, length(new.name);
  end if;
  return new;
end;
$$;

create trigger enforce_bucket_name_length_trigger
  before insert or update of name on storage.buckets
  for each row execute function storage.enforce_bucket_name_length();

reset role;
