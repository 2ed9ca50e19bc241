-- What kind of host a film may be read from: http or oss; null for hosts that are not on the list.
--
-- Who    service_role: the function chat-video-cover
-- Says   nothing
create or replace function chat_private.find_video_host(host text)
returns text
language plpgsql
stable
security definer  -- one table of settings, read through one question
set search_path = ''
as $$
begin
  return (select h.provider from chat_private.video_hosts as h where h.host = find_video_host.host);
end;
$$;

create or replace function chat.find_video_host(host text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return chat_private.find_video_host(find_video_host.host);
end;
$$;

comment on function chat_private.find_video_host is 'Does the work of chat.find_video_host.';
comment on function chat.find_video_host is 'For service_role: the provider of a host that films may be read from; null for others.';
grant execute on function chat.find_video_host, chat_private.find_video_host to service_role;
