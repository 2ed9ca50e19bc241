create or replace function chat.get_settings()
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select to_jsonb(s) - 'id'
    from chat_private.settings as s
  );
end;
$$;

-- Changes the settings that are named and leaves the others.
--
-- Who    service_role; the dashboard edits the table itself
-- Says   nothing
-- Fails  setting_invalid
create or replace function chat.set_settings(changes jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_settings chat_private.settings;
begin
  select s.* into strict v_settings from chat_private.settings as s;
  if jsonb_typeof(changes) is distinct from 'object'
    or exists (select from jsonb_object_keys(changes) as k where not (to_jsonb(v_settings) - 'id') ? k)
  then
    perform chat_private.fail('setting_invalid');
  end if;

  begin
    v_settings := jsonb_populate_record(v_settings, changes);
    update chat_private.settings as s
    set revoke_window = v_settings.revoke_window,
        friend_request_cooldown = v_settings.friend_request_cooldown,
        withdrawn_request_cooldown = v_settings.withdrawn_request_cooldown,
        text_max_length = v_settings.text_max_length,
        custom_max_bytes = v_settings.custom_max_bytes,
        group_max_members = v_settings.group_max_members,
        groups_owned_max = v_settings.groups_owned_max,
        revoked_text_comes_back = v_settings.revoked_text_comes_back,
        group_link_url = v_settings.group_link_url,
        who_may_write = v_settings.who_may_write,
        notice_language = v_settings.notice_language,
        friend_request_redirect_url = v_settings.friend_request_redirect_url,
        uploads_per_day = v_settings.uploads_per_day,
        upload_bytes_per_day = v_settings.upload_bytes_per_day,
        guest_uploads_per_day = v_settings.guest_uploads_per_day,
        guest_upload_bytes_per_day = v_settings.guest_upload_bytes_per_day,
        guest_file_max_bytes = v_settings.guest_file_max_bytes;
  exception
    -- A value of the wrong type, or one that a check of the table refuses.
    when data_exception or integrity_constraint_violation then
      perform chat_private.fail('setting_invalid');
  end;
  return chat.get_settings();
end;
$$;

comment on function chat.get_settings is 'All settings and their values, for service_role.';
comment on function chat.set_settings is 'Changes settings by name, for service_role; answers all of them.';
grant execute on function chat.get_settings, chat.set_settings to service_role;
grant execute on function chat_private.fail, chat_private.refusals to service_role;
