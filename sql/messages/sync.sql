-- Everything that is new since the client last looked, in one bounded call; repeat while has_more.
--
-- The client sends what it holds: for each conversation the `cursor` of the last answer, and the seq of its newest
-- notice. A conversation it does not hold begins with its newest messages. What it holds but is
-- not in, or not any more, comes back in `gone`.
--
-- Who    everyone signed in
-- Says   nothing
-- Fails  not_signed_in, account_disabled, cursor_invalid, seq_invalid, page_size_invalid
create or replace function chat_private.sync(cursors jsonb, notice_seq bigint, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- shows marks of the other one that no table shows
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_size integer := chat_private.checked_page_size(sync.page_size, 1000);
  v_conversations jsonb;
  v_notices jsonb;
begin
  if sync.notice_seq is null or sync.notice_seq < 0 then
    perform chat_private.fail('seq_invalid');
  end if;
  v_conversations := chat_private.sync_conversations(v_caller, chat_private.parsed_cursors(sync.cursors), v_size);
  v_notices := chat_private.sync_notices(v_caller, chat_private.notices_from(v_caller, sync.notice_seq), v_size);
  return jsonb_build_object(
    'conversations', v_conversations -> 'items',
    'gone', v_conversations -> 'gone',
    'notices', v_notices,
    'has_more', (v_conversations -> 'has_more')::boolean or jsonb_array_length(v_notices) = v_size,
    'server_time', chat_private.milliseconds(now())
  );
end;
$$;

-- A client that holds more notices than there are (a restored backup) begins anew.
create or replace function chat_private.notices_from(caller uuid, held_seq bigint)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select case when held_seq <= i.last_notice_seq then held_seq else 0 end
    from chat_private.inboxes as i
    where i.user_id = caller
  );
end;
$$;

create or replace function chat_private.sync_notices(caller uuid, after_seq bigint, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(chat_private.notice_envelope(page.notice) order by page.seq), '[]')
    from (
      select n as notice, n.seq
      from chat.notices as n
      where n.user_id = sync_notices.caller and n.seq > sync_notices.after_seq
      order by n.seq
      limit sync_notices.page_size
    ) as page
  );
end;
$$;

create or replace function chat.sync(
  cursors jsonb default '{}', notice_seq bigint default 0, page_size integer default 500
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.sync(sync.cursors, sync.notice_seq, sync.page_size);
end;
$$;

comment on function chat_private.sync is 'Does the work of chat.sync.';
comment on function chat_private.notices_from is 'Where a client goes on reading notices.';
comment on function chat_private.sync_notices is 'Notices after a position.';
comment on function chat.sync is 'Everything new since the cursors a client holds: messages, marks, notices. Bounded; repeat while has_more.';
grant execute on function chat.sync, chat_private.sync to authenticated;
