-- Friend requests, newest first: those made to the caller, or those the caller made.
--
-- Who    users, not guests
-- Says   nothing
-- Fails  not_signed_in, account_disabled, guests_cannot, direction_invalid, page_size_invalid
create or replace function chat_private.list_friend_requests(direction text, before_id uuid, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- whoever asks must not read that they are ignored, so not from the table
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.permanent_caller();
  v_size integer := chat_private.checked_page_size(list_friend_requests.page_size, 100);
  v_is_sent boolean := list_friend_requests.direction = 'sent';
begin
  if list_friend_requests.direction is null or list_friend_requests.direction not in ('received', 'sent') then
    perform chat_private.fail('direction_invalid');
  end if;
  return (
    select coalesce(jsonb_agg(to_jsonb(page) order by page.id desc), '[]')
    from (
      select
        r.id,
        case when v_is_sent and r.status = 'ignored' then 'pending' else r.status end as status,
        r.note,
        chat_private.milliseconds(r.created_at) as create_time,
        chat_private.face(p) as person
      from chat.friend_requests as r
      join chat.profiles as p on p.id = case when v_is_sent then r.to_id else r.from_id end
      where case when v_is_sent then r.from_id else r.to_id end = v_caller
        and (list_friend_requests.before_id is null or r.id < list_friend_requests.before_id)
        and (v_is_sent or r.status <> 'withdrawn')
      order by r.id desc
      limit v_size
    ) as page
  );
end;
$$;

create or replace function chat.list_friend_requests(
  direction text default 'received', before_id uuid default null, page_size integer default 50
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_friend_requests(
    list_friend_requests.direction, list_friend_requests.before_id, list_friend_requests.page_size
  );
end;
$$;

comment on function chat_private.list_friend_requests is 'Does the work of chat.list_friend_requests.';
comment on function chat.list_friend_requests is 'Friend requests received or sent, newest first; page on with the last id.';
grant execute on function chat.list_friend_requests, chat_private.list_friend_requests to authenticated;
