-- A version 7 UUID: 48 bits of milliseconds, then chance. Postgres makes them itself only from 18 on.
create or replace function chat_private.uuid_v7()
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
begin
  return encode(
    set_bit(set_bit(
      overlay(
        uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6
      ),
      52, 1), 53, 1),
    'hex')::uuid;
end;
$$;

comment on function chat_private.uuid_v7 is 'A new version 7 UUID.';

-- Ids lead the unique index of the messages: ids that are not in the order of time would scatter it.
create or replace function chat_private.is_recent_uuid_v7(id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return substr(id::text, 15, 1) = '7'
    and substr(id::text, 20, 1) in ('8', '9', 'a', 'b')
    and to_timestamp(('x' || left(translate(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
      between now() - interval '30 days' and now() + interval '1 day';
end;
$$;

comment on function chat_private.is_recent_uuid_v7 is 'True for a version 7 UUID whose time lies in the last 30 days (a day ahead for clocks that are off).';
