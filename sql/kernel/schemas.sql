create schema chat;
create schema chat_private;

comment on schema chat is 'The door: tables readable under row level security, and the verbs that change them. Exposed over HTTP.';
comment on schema chat_private is 'The room behind the door: what does the work with its owner''s rights. Never exposed over HTTP.';

grant usage on schema chat, chat_private to authenticated, service_role;
