-- Control characters, and the marks that let a name run backwards over what stands beside it.
create or replace function chat_private.is_clean(value text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return value !~ '[\u0001-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]';
end;
$$;

comment on function chat_private.is_clean is 'True for a line of text without control characters or direction overrides.';

-- Spaces of every script, joiners, fillers and marks that draw nothing. Listed, because what [:space:] holds depends
-- on the collation of the database.
create or replace function chat_private.is_blank(value text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return value !~ ('[^[:space:]\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u1680\u2000-\u200f'
    '\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0]');
end;
$$;

comment on function chat_private.is_blank is 'True for a text of which nothing can be seen.';

create or replace function chat_private.milliseconds(moment timestamptz)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (extract(epoch from moment) * 1000)::bigint;
end;
$$;

comment on function chat_private.milliseconds is 'A moment as milliseconds since 1970, as envelopes carry it.';
