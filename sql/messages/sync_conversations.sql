-- What a client says it holds: one { seq, version, state } for each conversation id.
--
-- Fails  cursor_invalid
create or replace function chat_private.parsed_cursors(cursors jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(cursors) is distinct from 'object'
    or exists (
      select from jsonb_each(cursors) as c
      where c.key !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        or jsonb_typeof(c.value) <> 'object'
        or exists (
          select from jsonb_each(c.value) as n
          where n.key not in ('seq', 'version', 'state') or n.value::text !~ '^\d{1,15}$'
        )
    )
  then
    perform chat_private.fail('cursor_invalid');
  end if;
  return cursors;
end;
$$;

-- The conversations that moved past the cursors, newest first, each with its next messages and the earlier ones that
-- changed, together no more than page_size of them. Where the client holds more than there is (a restored backup),
-- it begins anew.
create or replace function chat_private.sync_conversations(caller uuid, cursors jsonb, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_moved record;
  v_items jsonb := '[]';
  v_left integer := sync_conversations.page_size;
  v_has_more boolean := false;
  v_item jsonb;
begin
  for v_moved in
    select m as member, sync_conversations.cursors -> c.id::text as held
    from chat.members as m
    join chat.conversations as c on c.id = m.conversation_id
    where m.user_id = sync_conversations.caller
      and m.left_at is null
      and (c.last_seq, c.version, m.state) is distinct from (
        coalesce((sync_conversations.cursors -> c.id::text ->> 'seq')::bigint, -1),
        coalesce((sync_conversations.cursors -> c.id::text ->> 'version')::bigint, 0),
        coalesce((sync_conversations.cursors -> c.id::text ->> 'state')::bigint, 0)
      )
      and (sync_conversations.cursors ? c.id::text or c.last_seq > coalesce(m.hidden_seq, -1))
    order by c.last_message_at desc, c.id
  loop
    if v_left <= 0 or jsonb_array_length(v_items) = 200 then
      v_has_more := true;
      exit;
    end if;
    v_item := chat_private.sync_item(v_moved.member, v_moved.held, v_left);
    v_items := v_items || v_item;
    v_left := v_left - jsonb_array_length(v_item -> 'messages') - jsonb_array_length(v_item -> 'changes');
    v_has_more := v_has_more or (v_item -> 'has_more')::boolean;
  end loop;

  return jsonb_build_object('items', v_items, 'has_more', v_has_more, 'gone', (
    select coalesce(jsonb_agg(k), '[]')
    from jsonb_object_keys(sync_conversations.cursors) as k
    where not exists (
      select from chat.members as m
      where m.conversation_id = k::uuid and m.user_id = sync_conversations.caller and m.left_at is null
    )
  ));
end;
$$;

-- One conversation of the answer: what the list shows of it, the messages after what the client holds, and those it
-- holds that changed since. `cursor` is what the client holds with this answer, and sends the next time.
create or replace function chat_private.sync_item(member chat.members, held jsonb, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_item jsonb := chat_private.conversation_items(member.user_id, array[member.conversation_id]) -> 0;
  v_last_seq bigint := (v_item -> 'last_seq')::bigint;
  v_held_seq bigint := (held ->> 'seq')::bigint;
  -- A client that does not hold the conversation begins with its newest messages.
  v_from bigint := greatest(member.cleared_seq, case when v_held_seq <= v_last_seq then v_held_seq else v_last_seq - 50 end);
  v_until bigint;
  v_version bigint := (v_item -> 'version')::bigint;
  v_changed chat.changes[] := '{}';
begin
  if v_held_seq <= v_last_seq then
    v_changed := array(
      select c
      from chat.changes as c
      where c.conversation_id = member.conversation_id
        and c.version > coalesce((held ->> 'version')::bigint, 0)
      order by c.version
      limit sync_item.page_size
    );
  end if;
  if cardinality(v_changed) = sync_item.page_size then
    v_version := v_changed[cardinality(v_changed)].version;  -- there may be more
  end if;
  -- What is earlier comes first; what is new fills the page.
  v_until := least(v_last_seq, v_from + sync_item.page_size - cardinality(v_changed));
  return v_item || jsonb_build_object(
    'cursor', jsonb_build_object('seq', v_until, 'version', v_version, 'state', v_item -> 'state'),
    'from_seq', v_from,
    'messages', chat_private.envelopes(member, v_from, v_until + 1),
    'changes', chat_private.changed_envelopes(member, v_changed, v_from),
    'has_more', v_until < v_last_seq or cardinality(v_changed) = sync_item.page_size
  );
end;
$$;

-- The messages of these changes, each once, as far as the client holds them and may see them.
create or replace function chat_private.changed_envelopes(member chat.members, changes chat.changes[], held_seq bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_messages chat.messages[] := array(
    select m
    from chat.messages as m
    where m.conversation_id = member.conversation_id
      and m.seq in (select c.seq from unnest(changes) as c)
      and m.seq > member.cleared_seq
      and m.seq <= held_seq
  );
begin
  return (
    select coalesce(jsonb_agg(e.envelope order by e.seq), '[]')
    from chat_private.envelopes_of(v_messages, member.user_id) as e
  );
end;
$$;

comment on function chat_private.parsed_cursors is 'The cursors of a client, refused when they are not of the right shape.';
comment on function chat_private.sync_conversations is 'Conversations that moved since the cursors, with their next messages.';
comment on function chat_private.sync_item is 'One conversation of an answer of chat.sync.';
comment on function chat_private.changed_envelopes is 'Earlier messages that changed.';
