-- Three people who know each other, to look at in the dashboard and to sign in as: alice@example.com, bob@example.com
-- and carol@example.com, password `password`. For development only: `supabase db reset` runs it, `db push` does not.
insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
  created_at, updated_at, confirmation_token, recovery_token, email_change, email_change_token_new
)
select
  '00000000-0000-0000-0000-000000000000', p.id, 'authenticated', 'authenticated', p.name || '@example.com',
  extensions.crypt('password', extensions.gen_salt('bf')), now(), '{"provider": "email", "providers": ["email"]}',
  jsonb_build_object('username', p.name, 'nickname', initcap(p.name)), now(), now(), '', '', '', ''
from (values
  ('a11ce000-0000-4000-8000-000000000001'::uuid, 'alice'),
  ('b0b00000-0000-4000-8000-000000000002'::uuid, 'bob'),
  ('ca401000-0000-4000-8000-000000000003'::uuid, 'carol')
) as p (id, name)
on conflict (id) do nothing;

insert into auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at)
select u.id::text, u.id, jsonb_build_object('sub', u.id, 'email', u.email), 'email', now(), now()
from auth.users as u
where u.email in ('alice@example.com', 'bob@example.com', 'carol@example.com')
on conflict do nothing;

-- What they do, they do through the verbs, each as themselves.
do $$
declare
  v_alice constant uuid := 'a11ce000-0000-4000-8000-000000000001';
  v_bob constant uuid := 'b0b00000-0000-4000-8000-000000000002';
  v_carol constant uuid := 'ca401000-0000-4000-8000-000000000003';
  v_chat uuid;
  v_group uuid;
begin
  if exists (select from chat.friendships as f where f.user_id = v_alice) then
    return;  -- sown already
  end if;

  perform set_config('request.jwt.claims', jsonb_build_object('sub', v_alice)::text, true);
  perform chat.request_friend(v_bob, 'It''s Alice');
  perform set_config('request.jwt.claims', jsonb_build_object('sub', v_bob)::text, true);
  perform chat.answer_friend_request((chat.list_friend_requests() -> 0 ->> 'id')::uuid, 'accept');
  v_chat := (chat.open_direct(v_alice) ->> 'id')::uuid;
  perform chat.send_message(v_chat, 'text', '{"text": "Hello, Alice!"}');

  perform set_config('request.jwt.claims', jsonb_build_object('sub', v_alice)::text, true);
  perform chat.send_message(v_chat, 'text', '{"text": "Hello, Bob! I made a group."}');
  v_group := (chat.create_group('Lunch', array[v_bob, v_carol]) ->> 'id')::uuid;
  perform chat.send_message(v_group, 'text', '{"text": "Where do we eat?"}');
end;
$$;
