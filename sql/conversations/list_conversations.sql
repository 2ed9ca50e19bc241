-- One's conversations: pinned ones first, then by the newest message. Page on with the cursor of the last item.
--
-- Who    everyone signed in
-- Says   nothing
-- Fails  not_signed_in, account_disabled, page_size_invalid, cursor_invalid
create or replace function chat_private.list_conversations(after_cursor text, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- shows marks of the other one that no table shows
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_size integer := chat_private.checked_page_size(list_conversations.page_size, 200);
  v_after record;
  v_ids uuid[];
  v_cursors text[];
begin
  select * into v_after from chat_private.parsed_list_cursor(list_conversations.after_cursor);

  select array_agg(page.id), array_agg(page.cursor)
  into v_ids, v_cursors
  from (
    select
      c.id,
      format('%s_%s_%s', (m.pinned_at is not null)::integer, extract(epoch from c.last_message_at), c.id) as cursor
    from chat.members as m
    join chat.conversations as c on c.id = m.conversation_id
    where m.user_id = v_caller
      and m.left_at is null
      and (m.hidden_seq is null or c.last_seq > m.hidden_seq)
      and (v_after.id is null
        or (m.pinned_at is not null, c.last_message_at, c.id) < (v_after.pinned, v_after.at, v_after.id))
    order by m.pinned_at is not null desc, c.last_message_at desc, c.id desc
    limit v_size
  ) as page;

  return (
    select coalesce(jsonb_agg(item || jsonb_build_object('cursor', v_cursors[position]) order by position), '[]')
    from jsonb_array_elements(chat_private.conversation_items(v_caller, coalesce(v_ids, '{}')))
      with ordinality as i (item, position)
  );
end;
$$;

-- Fails  cursor_invalid
create or replace function chat_private.parsed_list_cursor(
  cursor text, out pinned boolean, out at timestamptz, out id uuid
)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_parts text[] := regexp_match(
    parsed_list_cursor.cursor, '^([01])_(\d{1,12}(?:\.\d{1,6})?)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$'
  );
begin
  if parsed_list_cursor.cursor is not null and v_parts is null then
    perform chat_private.fail('cursor_invalid');
  end if;
  pinned := v_parts[1] = '1';
  at := timestamptz 'epoch' + v_parts[2]::numeric * interval '1 second';
  id := v_parts[3]::uuid;
end;
$$;

create or replace function chat.list_conversations(after_cursor text default null, page_size integer default 50)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_conversations(list_conversations.after_cursor, list_conversations.page_size);
end;
$$;

comment on function chat_private.list_conversations is 'Does the work of chat.list_conversations.';
comment on function chat_private.parsed_list_cursor is 'Where a page of the list begins.';
comment on function chat.list_conversations is 'The caller''s conversations with newest message and exact unread, pinned first; page on with the last item''s cursor.';
grant execute on function chat.list_conversations, chat_private.list_conversations to authenticated;
