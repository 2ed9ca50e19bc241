-- The link into a group, as its QR code shows it.
--
-- Who    members, guests too; in a closed group nobody
-- Says   nothing
-- Fails  not_signed_in, account_disabled, conversation_not_found, group_dissolved, group_is_closed
create or replace function chat_private.get_group_link(conversation_id uuid)
returns jsonb
language plpgsql
volatile
security definer  -- clients hold no write privilege on groups
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_group chat.groups;
begin
  perform chat_private.membership(get_group_link.conversation_id, v_caller);
  select g.* into v_group from chat.groups as g where g.id = get_group_link.conversation_id;
  case
    when not found then
      perform chat_private.fail('conversation_not_found');
    when v_group.dissolved_at is not null then
      perform chat_private.fail('group_dissolved');
    when v_group.join_mode = 'closed' then
      perform chat_private.fail('group_is_closed');
    else
      return jsonb_build_object(
        'join_code', v_group.join_code,
        'name', v_group.name,
        'url', (
          select replace(s.group_link_url, '{code}', v_group.join_code) from chat_private.settings as s
        )
      );
  end case;
end;
$$;

create or replace function chat.get_group_link(conversation_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.get_group_link(get_group_link.conversation_id);
end;
$$;

comment on function chat_private.get_group_link is 'Does the work of chat.get_group_link.';
comment on function chat.get_group_link is 'Join code, name and url of a group, for its QR code.';
grant execute on function chat.get_group_link, chat_private.get_group_link to authenticated;
