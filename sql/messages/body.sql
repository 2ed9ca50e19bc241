-- The body as it is stored: exactly the fields that the kind of message has.
--
-- Fails  kind_invalid, body_invalid, text_empty, text_too_long, body_too_large
create or replace function chat_private.checked_body(kind text, body jsonb, settings chat_private.settings)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if kind is null or kind not in ('text', 'image', 'video', 'audio', 'file', 'custom') then
    perform chat_private.fail('kind_invalid');
  end if;
  if jsonb_typeof(body) is distinct from 'object' then
    perform chat_private.fail('body_invalid');
  end if;
  return case kind
    when 'text' then chat_private.checked_text(body, settings.text_max_length)
    when 'custom' then chat_private.checked_custom(body, settings.custom_max_bytes)
    else chat_private.checked_caption(body, settings.text_max_length)
  end;
end;
$$;

-- Fails  body_invalid, text_empty, text_too_long
create or replace function chat_private.checked_text(body jsonb, max_length integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_text text := body ->> 'text';
begin
  case
    when jsonb_typeof(body -> 'text') is distinct from 'string' or body - 'text' <> '{}' then
      perform chat_private.fail('body_invalid');
    when length(v_text) > max_length then
      perform chat_private.fail('text_too_long');
    when chat_private.is_blank(v_text) then
      perform chat_private.fail('text_empty');
    else
      return body;
  end case;
end;
$$;

-- Which file it is goes into a column of its own (check_media); the words under it, if there are any, stay.
--
-- Fails  body_invalid, text_too_long
create or replace function chat_private.checked_caption(body jsonb, max_length integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  case
    when not pg_input_is_valid(coalesce(body ->> 'media_id', ''), 'uuid')
      or body - 'media_id' - 'caption' <> '{}'
      or jsonb_typeof(body -> 'caption') not in ('string', 'null')
    then
      perform chat_private.fail('body_invalid');
    when length(body ->> 'caption') > max_length then
      perform chat_private.fail('text_too_long');
    when chat_private.is_blank(coalesce(body ->> 'caption', '')) then
      return '{}';
    else
      return body - 'media_id';
  end case;
end;
$$;

-- What apps add for themselves: a type of their own and any data.
--
-- Fails  body_invalid, body_too_large
create or replace function chat_private.checked_custom(body jsonb, max_bytes integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  case
    when jsonb_typeof(body -> 'type') is distinct from 'string'
      or body ->> 'type' !~ '^[A-Za-z][A-Za-z0-9_.-]{0,49}$'
      or not body ? 'data'
      or body - 'type' - 'data' <> '{}'
    then
      perform chat_private.fail('body_invalid');
    when octet_length(body::text) > max_bytes then
      perform chat_private.fail('body_too_large');
    else
      return body;
  end case;
end;
$$;

comment on function chat_private.checked_body is 'The body of a message, refused when it does not fit its kind.';
comment on function chat_private.checked_text is 'The body of a text message: { text }.';
comment on function chat_private.checked_caption is 'The body of a message with a file: { caption }, or nothing.';
comment on function chat_private.checked_custom is 'The body of a custom message: { type, data }.';
