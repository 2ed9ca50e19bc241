-- Open invitations and requests, newest first: those that wait for the caller as a person, those of the caller's
-- own, and those that wait for a group the caller manages.
--
-- Who    everyone signed in
-- Says   nothing
-- Fails  not_signed_in, account_disabled, page_size_invalid
create or replace function chat_private.list_group_requests(before_id uuid, page_size integer)
returns jsonb
language plpgsql
volatile
security definer  -- shows faces of people the caller has not met
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
  v_size integer := chat_private.checked_page_size(list_group_requests.page_size, 100);
begin
  return (
    select coalesce(jsonb_agg(to_jsonb(page) order by page.id desc), '[]')
    from (
      select
        r.id, r.conversation_id, r.awaits_person, r.awaits_group, r.note,
        chat_private.milliseconds(r.created_at) as create_time,
        jsonb_build_object('name', g.name, 'avatar', g.avatar_url, 'member_count', g.member_count) as "group",
        chat_private.face(p) as person,
        case when i.id is not null then chat_private.face(i) end as inviter
      from chat.group_requests as r
      join chat.groups as g on g.id = r.conversation_id and g.dissolved_at is null
      join chat.profiles as p on p.id = r.user_id
      left join chat.profiles as i on i.id = r.inviter_id
      where (r.user_id = v_caller
          or r.inviter_id = v_caller
          or r.conversation_id in (
            select m.conversation_id
            from chat.members as m
            where m.user_id = v_caller and m.left_at is null and m.role in ('owner', 'admin')
          ))
        and (list_group_requests.before_id is null or r.id < list_group_requests.before_id)
      order by r.id desc
      limit v_size
    ) as page
  );
end;
$$;

create or replace function chat.list_group_requests(before_id uuid default null, page_size integer default 50)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return chat_private.list_group_requests(list_group_requests.before_id, list_group_requests.page_size);
end;
$$;

comment on function chat_private.list_group_requests is 'Does the work of chat.list_group_requests.';
comment on function chat.list_group_requests is 'Open invitations and requests to join that concern the caller; page on with the last id.';
grant execute on function chat.list_group_requests, chat_private.list_group_requests to authenticated;
