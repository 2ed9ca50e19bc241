-- Fails  page_size_invalid
create or replace function chat_private.checked_page_size(page_size integer, largest integer)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  if page_size is null or page_size not between 1 and largest then
    perform chat_private.fail('page_size_invalid');
  end if;
  return page_size;
end;
$$;

comment on function chat_private.checked_page_size is 'The page size a caller asked for, refused when it is out of range.';
