-- Who is calling. Everything a verb does starts here.
--
-- Fails  not_signed_in, account_disabled
create or replace function chat_private.caller()
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_id uuid := auth.uid();
  v_status text;
begin
  if v_id is null then
    perform chat_private.fail('not_signed_in');
  end if;

  select p.status into v_status from chat.profiles as p where p.id = v_id;
  if not found and not current_setting('transaction_read_only')::boolean then
    -- The trigger on sign-up never breaks a sign-up; if it could not do its work then, it is done now.
    v_status := chat_private.open_profile(v_id);
  end if;

  case v_status
    when 'active' then return v_id;
    when 'disabled' then perform chat_private.fail('account_disabled');
    else perform chat_private.fail('not_signed_in');  -- an old token of a deleted account
  end case;
end;
$$;

comment on function chat_private.caller is 'Id of the person calling; refuses strangers and disabled accounts.';

-- Guests are told by the profile, not by the token: a claim is as old as its token, and a guest who has
-- just become permanent must not be locked out by it.
--
-- Fails  not_signed_in, account_disabled, guests_cannot
create or replace function chat_private.permanent_caller()
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_caller uuid := chat_private.caller();
begin
  if (select p.is_guest from chat.profiles as p where p.id = v_caller) then
    perform chat_private.fail('guests_cannot');
  end if;
  return v_caller;
end;
$$;

comment on function chat_private.permanent_caller is 'Id of the person calling; refuses guests too.';

-- Fails  guests_cannot
create or replace function chat_private.check_guest_right(caller uuid, action text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if (select p.is_guest from chat.profiles as p where p.id = caller)
    and not (select r.is_allowed from chat_private.guest_rights as r where r.action = check_guest_right.action)
  then
    perform chat_private.fail('guests_cannot');
  end if;
end;
$$;

comment on function chat_private.check_guest_right is 'Refuses guests what the table of their rights does not allow.';

-- For policies: who is asking, or nobody. Never raises, asked once per statement.
create or replace function chat_private.me()
returns uuid
language plpgsql
stable
security definer  -- reads chat.profiles without re-entering its policy
set search_path = ''
as $$
begin
  return (
    select p.id
    from chat.profiles as p
    where p.id = (select auth.uid())
      and p.status = 'active'
  );
end;
$$;

comment on function chat_private.me is 'Id of the person asking, or null for strangers and disabled accounts.';
grant execute on function chat_private.me to authenticated;
