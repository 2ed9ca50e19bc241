// supabase/seed.sql: three people to try things with.
import assert from "node:assert/strict";
import bcrypt from "bcryptjs";
import { asOwner } from "./session.ts";

const ALICE = "a11ce000-0000-4000-8000-000000000001";
const BOB = "b0b00000-0000-4000-8000-000000000002";
const CAROL = "ca401000-0000-4000-8000-000000000003";
const SEED = await Deno.readTextFile(new URL("../../supabase/seed.sql", import.meta.url));

Deno.test("the seed makes people who know each other, once, and who can sign in", async () => {
  await asOwner(async (owner) => {
    await owner.query(SEED);
    const sown = async () =>
      (await owner.query(
        `select
           (select count(*)::int from auth.users where id = any ($1)) as people,
           (select count(*)::int from chat.friendships where user_id = any ($1)) as friendships,
           (select array_agg(body ->> 'text' order by seq)
            from chat.messages where kind = 'text' and sender_id = any ($1)) as texts`,
        [[ALICE, BOB, CAROL]],
      )).rows[0];
    const first = await sown();
    assert.equal(first.people, 3);
    assert.equal(first.friendships, 2);
    assert.deepEqual(first.texts.toSorted(), [
      "Hello, Alice!",
      "Hello, Bob! I made a group.",
      "Where do we eat?",
    ]);

    await owner.query(SEED);
    assert.deepEqual(await sown(), first);

    const { rows: [alice] } = await owner.query(
      "select encrypted_password from auth.users where id = $1",
      [ALICE],
    );
    assert.ok(await bcrypt.compare("password", alice.encrypted_password));
  });
});
