-- Opens a forwarded record: its entries as they are now. What was revoked since is gone here too.
--
-- Who    whoever can read the record, wherever its entries come from
-- Says   nothing
-- Fails  not_signed_in, account_disabled, message_not_found
create or replace function chat_private.open_record(message_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- readers of a record need not be where its entries were said
set search_path = ''
as $$
declare
  v_record chat.messages := chat_private.visible_message(open_record.message_id, chat_private.caller());
begin
  if v_record.kind is distinct from 'forward' then
    perform chat_private.fail('message_not_found');
  end if;
  return (
    select coalesce(jsonb_agg(chat_private.record_entry(m, p) order by f.position), '[]')
    from chat.forwarded_messages as f
    join chat.messages as m on m.conversation_id = f.source_conversation_id and m.seq = f.source_seq
    join chat.profiles as p on p.id = coalesce(m.revoked_by, m.sender_id)
    where f.conversation_id = v_record.conversation_id and f.seq = v_record.seq
  );
end;
$$;

-- Names and pictures, but no ids: readers have not met these people. (The path of a file begins with its owner's id.)
create or replace function chat_private.record_entry(message chat.messages, speaker chat.profiles)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'from_name', speaker.display_name,
    'from_avatar', speaker.avatar_url,
    'type', case when message.revoked_at is null then message.kind else 'systemNotice' end,
    'data', chat_private.envelope_data(message, speaker.display_name),
    'create_time', chat_private.milliseconds(message.created_at),
    'isremove', (message.revoked_at is not null)::integer
  );
end;
$$;

create or replace function chat.open_record(message_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.open_record(open_record.message_id);
end;
$$;

comment on function chat_private.open_record is 'Does the work of chat.open_record.';
comment on function chat_private.record_entry is 'One entry of a forwarded record.';
comment on function chat.open_record is 'The entries of a forwarded record: from_name, from_avatar, type, data, create_time, isremove.';
grant execute on function chat.open_record, chat_private.open_record to authenticated;
