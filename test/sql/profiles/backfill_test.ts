// Installing where people already are: a database of its own, with accounts before the plugin.
import assert from "node:assert/strict";
import { connect, startDatabase } from "../../support/database.ts";

Deno.test("accounts that were there before the plugin have profiles afterwards", async () => {
  await using database = await startDatabase({ installed: false });
  const client = await connect("supabase_admin", database.port);
  try {
    await client.query(`
      set role supabase_auth_admin;
      insert into auth.users (id, email, raw_user_meta_data, is_anonymous, created_at, deleted_at)
      select gen_random_uuid(), v.email, v.metadata::jsonb, v.guest, now(), v.deleted_at
      from (values
        ('early@example.com', '{"username": "early", "nickname": "Early"}', false, null),
        ('same@example.com', '{"username": "EARLY"}', false, null),
        ('plain@example.com', null, false, null),
        (null, '{}', true, null),
        ('gone@example.com', '{"username": "gone"}', false, now())
      ) as v (email, metadata, guest, deleted_at);
      reset role`);

    await database.install();

    const { rows } = await client.query(`
      select u.email, p.status, p.nickname, p.is_guest, i.user_id is not null as has_inbox
      from auth.users as u
      left join chat.profiles as p on p.account_id = u.id
      left join chat_private.inboxes as i on i.user_id = p.id
      order by u.email nulls last`);
    const active = { status: "active", nickname: null, is_guest: false, has_inbox: true };
    assert.deepEqual(rows, [
      { email: "early@example.com", ...active, nickname: "Early" },
      { email: "gone@example.com", status: null, nickname: null, is_guest: null, has_inbox: false },
      { email: "plain@example.com", ...active },
      { email: "same@example.com", ...active },
      { email: null, ...active, is_guest: true },
    ]);
    const names = await client.query(
      "select lower(username) as username from chat.profiles where username is not null",
    );
    assert.deepEqual(names.rows, [{ username: "early" }]);
  } finally {
    await client.end();
  }
});
