-- The old topic is told where it goes on, without a word of content, and falls silent with this transaction.
create or replace function chat_private.raise_epoch(conversation_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_epoch bigint;
begin
  update chat.conversations as c
  set epoch = c.epoch + 1
  where c.id = raise_epoch.conversation_id
  returning c.epoch - 1 into v_epoch;
  perform chat_private.push(
    'topic_moved',
    array[chat_private.group_topic(raise_epoch.conversation_id, v_epoch)],
    jsonb_build_object('conversation_id', raise_epoch.conversation_id)
  );
end;
$$;

-- People come into a group, again or for the first time. Call it with the group locked.
--
-- Fails  profile_not_found, group_is_full
create or replace function chat_private.add_people(place chat.groups, people uuid[], actor uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_person uuid;
begin
  if cardinality(people) = 0 then
    return;
  end if;
  perform chat_private.lock_people(people);
  if exists (select from chat.profiles as p where p.id = any (people) and p.status <> 'active') then
    perform chat_private.fail('profile_not_found');
  end if;
  if place.member_count + cardinality(people) > (select s.group_max_members from chat_private.settings as s) then
    perform chat_private.fail('group_is_full');
  end if;

  insert into chat.members as m
    (conversation_id, user_id, read_seq, cleared_seq, history_from_seq)
  select c.id, p.id, c.last_seq, h.from_seq, h.from_seq
  from chat.conversations as c
  cross join unnest(people) as p (id)
  cross join lateral (select case when place.hides_history then c.last_seq else 0 end as from_seq) as h
  where c.id = place.id
  on conflict on constraint members_pkey do update
  set left_at = null, joined_at = now(), state = m.state + 1, hidden_seq = null, read_seq = excluded.read_seq,
      history_from_seq = excluded.history_from_seq,
      cleared_seq = greatest(m.cleared_seq, excluded.cleared_seq);
  update chat.groups as g set member_count = g.member_count + cardinality(people) where g.id = place.id;
  delete from chat.group_requests as r where r.conversation_id = place.id and r.user_id = any (people);

  if place.hides_history then
    perform chat_private.raise_epoch(place.id);  -- the old topic could be replayed
  end if;
  foreach v_person in array people loop
    perform chat_private.tell(
      array[v_person], 'group_joined', actor, v_person, jsonb_build_object('conversation_id', place.id)
    );
  end loop;
  if people = array[actor] then
    perform chat_private.say_system(place.id, 'group_joined', actor);
  else
    perform chat_private.say_system(place.id, 'group_members_added', actor, people);
  end if;
end;
$$;

-- Somebody leaves, or is made to. From this transaction on they hear nothing, on whatever channel they are.
create or replace function chat_private.take_out(place chat.groups, user_id uuid, actor uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update chat.members as m
  set left_at = now(), role = 'member', state = m.state + 1
  where m.conversation_id = place.id and m.user_id = take_out.user_id;
  update chat.groups as g set member_count = g.member_count - 1 where g.id = place.id;
  perform chat_private.release_files_only_seen_by(take_out.user_id, place.id);

  perform chat_private.raise_epoch(place.id);
  perform chat_private.tell(
    array[take_out.user_id], 'group_removed', actor, take_out.user_id,
    jsonb_build_object('conversation_id', place.id)
  );
  if actor = take_out.user_id then
    perform chat_private.say_system(place.id, 'group_left', actor);
  else
    perform chat_private.say_system(place.id, 'group_member_removed', actor, array[take_out.user_id]);
  end if;
end;
$$;

-- Groups are locked before people: all of a person's, and those in which a request names the person, in the order of
-- ids, so that nobody waits in a circle.
create or replace function chat_private.lock_groups_of(user_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform from chat.conversations as c
  where c.kind = 'group'
    and c.id in (
      select m.conversation_id
      from chat.members as m
      where m.user_id = lock_groups_of.user_id and m.left_at is null
      union all
      select r.conversation_id
      from chat.group_requests as r
      where lock_groups_of.user_id in (r.user_id, r.inviter_id)
    )
  order by c.id
  for no key update;
end;
$$;

-- The account of a person is gone: they leave every group, and groups of theirs go to the next in line, or end. What
-- is dissolved stays as it is.
create or replace function chat_private.leave_all_groups(user_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_group chat.groups;
begin
  for v_group in
    select g.*
    from chat.members as m
    join chat.groups as g on g.id = m.conversation_id and g.dissolved_at is null
    where m.user_id = leave_all_groups.user_id and m.left_at is null
    order by g.id
  loop
    perform from chat.conversations as c where c.id = v_group.id for no key update;
    perform chat_private.hand_over(v_group.id, leave_all_groups.user_id);
    perform chat_private.take_out(v_group, leave_all_groups.user_id, leave_all_groups.user_id);
  end loop;
end;
$$;

create or replace function chat_private.hand_over(conversation_id uuid, owner_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_heir uuid;
begin
  update chat.members as m
  set role = 'member'
  where m.conversation_id = hand_over.conversation_id and m.user_id = owner_id and m.role = 'owner';
  if not found then
    return;
  end if;
  select m.user_id into v_heir
  from chat.members as m
  join chat.profiles as p on p.id = m.user_id and p.status = 'active' and not p.is_guest
  where m.conversation_id = hand_over.conversation_id and m.left_at is null and m.user_id <> owner_id
  order by m.role = 'admin' desc, m.joined_at, m.user_id
  limit 1;
  if v_heir is null then
    update chat.groups as g set dissolved_at = now() where g.id = hand_over.conversation_id;
    return;
  end if;
  update chat.members as m
  set role = 'owner', state = m.state + 1
  where m.conversation_id = hand_over.conversation_id and m.user_id = v_heir;
  perform chat_private.say_system(hand_over.conversation_id, 'group_transferred', owner_id, array[v_heir]);
end;
$$;

comment on function chat_private.raise_epoch is 'Makes a conversation go on under new topics.';
comment on function chat_private.add_people is 'Lets people into a group.';
comment on function chat_private.take_out is 'Takes a person out of a group.';
comment on function chat_private.lock_groups_of is 'Locks all groups that have to do with a person.';
comment on function chat_private.leave_all_groups is 'Takes a person whose account is gone out of all groups.';
comment on function chat_private.hand_over is 'Gives the group of a person who is gone to the next in line, or dissolves it.';
