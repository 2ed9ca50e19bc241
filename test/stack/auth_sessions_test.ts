import assert from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";
import {
  assertRefused,
  type AuthServer,
  type Database,
  guest,
  newEmail,
  PASSWORD,
  signedUp,
  startDatabase,
  test,
} from "./auth_support.ts";

let database: Database;
let auth: AuthServer;
/** Forgives nothing: every reuse of a refresh token is late. */
let strict: AuthServer;

Deno.test.beforeAll(async () => {
  database = await startDatabase();
  auth = await database.startAuth();
  strict = await database.startAuth({ refreshReuseInterval: 0 });
});

Deno.test.afterAll(async () => {
  await auth[Symbol.asyncDispose]();
  await strict[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const refreshed = (client: SupabaseClient, refresh_token: string) =>
  client.auth.refreshSession({ refresh_token });

// Clients in one process queue for their session; requests by hand really come at the same time.
const refreshedByHand = (server: AuthServer, refresh_token: string) =>
  server.request("POST", "/token?grant_type=refresh_token", { body: { refresh_token } });

async function rotate(client: SupabaseClient, token: string): Promise<string> {
  const { data, error } = await refreshed(client, token);
  assert.ifError(error);
  assert.ok(data.session);
  return data.session.refresh_token;
}

test("a refresh hands out the next token, and the same one again when the answer got lost", async () => {
  const { client, session } = await signedUp(strict, "alice");
  const second = await rotate(client, session.refresh_token);
  assert.notEqual(second, session.refresh_token);
  assert.equal(await rotate(client, session.refresh_token), second);
});

test("a late reuse is taken for a theft and ends the whole family", async () => {
  const { client, session } = await signedUp(strict, "alice");
  const second = await rotate(client, session.refresh_token);
  const third = await rotate(client, second);
  const stolen = await refreshed(strict.client(), session.refresh_token);
  assertRefused(stolen, 400, "refresh_token_already_used");
  assertRefused(await refreshed(client, third), 400, "refresh_token_already_used");
});

test("inside the reuse interval an old token still leads to the active one", async () => {
  const { client, session } = await signedUp(auth, "alice");
  const second = await rotate(client, session.refresh_token);
  const third = await rotate(client, second);
  assert.equal(await rotate(client, session.refresh_token), third);
});

test("twenty refreshes at once all succeed and leave one active token", async () => {
  const { session, user } = await signedUp(auth, "alice");
  const release = await holdToken(session.refresh_token);
  const refreshes = Array.from(
    { length: 20 },
    () => refreshedByHand(auth, session.refresh_token),
  );
  await untilWaiting(10); // as many as the service has connections
  await release();
  const answers = await Promise.all(refreshes);
  assert.deepEqual(answers.map(({ status }) => status), Array(20).fill(200));
  const tokens = new Set(answers.map(({ body }) => body["refresh_token"]));
  const { rows } = await database.pool.query(
    "select token from auth.refresh_tokens where user_id = $1 and not revoked",
    [user.id],
  );
  assert.deepEqual(rows, [...tokens].map((token) => ({ token })));
  assert.equal(tokens.size, 1);
});

/** Keeps a refresh token from being revoked until the returned function is called. */
async function holdToken(token: string): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  await client.query("begin");
  await client.query("select from auth.refresh_tokens where token = $1 for update", [token]);
  return async () => {
    await client.query("rollback");
    client.release();
  };
}

async function untilWaiting(count: number): Promise<void> {
  const waiting =
    "select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'";
  while ((await database.pool.query(waiting)).rows[0].count < count);
}

test("one person on many devices at once gets in nobody's way", async () => {
  const logged: string[] = [];
  await using busy = await database.startAuth({ log: (line) => logged.push(line) });
  const { client, email, session, user } = await signedUp(busy, "alice");
  const signIn = () => busy.client().auth.signInWithPassword({ email, password: PASSWORD });
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, round) => [
      signIn(),
      refreshedByHand(busy, session.refresh_token),
      client.auth.updateUser({ data: { [`round ${round}`]: round } }),
      busy.admin().auth.admin.updateUserById(user.id, { app_metadata: { [round]: round } }),
    ]).flat(),
  );
  for (const answer of answers) {
    assert.ok("status" in answer ? answer.status === 200 : answer.error === null);
  }
  const { data } = await client.auth.getUser();
  assert.equal(
    Object.keys(Object(data.user?.user_metadata)).filter((k) => k.startsWith("round")).length,
    10,
  );
  assert.equal(data.user?.app_metadata["9"], 9);
  assert.deepEqual(logged, []);
});

test("an unknown refresh token, and one of an ended session, are not found", async () => {
  assertRefused(await refreshed(auth.client(), "nonsense"), 400, "refresh_token_not_found");
  const { client, session } = await signedUp(auth, "alice");
  await client.auth.signOut();
  assertRefused(
    await refreshed(client, session.refresh_token),
    400,
    "refresh_token_not_found",
  );
});

test("a token of an ended session proves nothing here any more", async () => {
  const { client, session } = await signedUp(auth, "alice");
  await client.auth.signOut();
  const { status, body } = await auth.request("GET", "/user", { token: session.access_token });
  assert.equal(status, 403);
  assert.equal(body["error_code"], "session_not_found");
});

test("a token of a deleted person proves nothing here any more", async () => {
  const { session, user } = await signedUp(auth, "alice");
  await database.pool.query("delete from auth.users where id = $1", [user.id]);
  const { status, body } = await auth.request("GET", "/user", { token: session.access_token });
  assert.equal(status, 403);
  assert.equal(body["error_code"], "user_not_found");
  assertRefused(
    await refreshed(auth.client(), session.refresh_token),
    400,
    "refresh_token_not_found",
  );
});

test("a banned person neither signs in nor refreshes, until the ban is lifted", async () => {
  const { client, email, session, user } = await signedUp(auth, "mallory");
  const ban = (duration: string) =>
    auth.admin().auth.admin.updateUserById(user.id, { ban_duration: duration });
  const signIn = () => auth.client().auth.signInWithPassword({ email, password: PASSWORD });

  const banned = await ban("1h30m");
  const until = Date.parse(String(Object(banned.data.user).banned_until));
  assert.ok(Math.abs(until - Date.now() - 5_400_000) < 60_000);
  assertRefused(await signIn(), 400, "user_banned");
  assertRefused(await refreshed(client, session.refresh_token), 400, "user_banned");
  assertRefused(await client.auth.getUser(session.access_token), 403, "user_banned");

  assert.equal(Object((await ban("none")).data.user).banned_until, undefined);
  assert.ifError((await signIn()).error);
});

test("without automatic confirmation an admin has to confirm, and sign-up tells no secrets", async () => {
  await using slow = await database.startAuth({ autoconfirm: false });
  const email = newEmail("alice");
  const signUp = () => slow.client().auth.signUp({ email, password: PASSWORD });
  const signIn = () => slow.client().auth.signInWithPassword({ email, password: PASSWORD });

  const first = await signUp();
  assert.equal(first.data.session, null);
  assert.ok(first.data.user?.confirmation_sent_at);
  assertRefused(await signIn(), 400, "email_not_confirmed");

  const id = String(first.data.user?.id);
  await slow.admin().auth.admin.updateUserById(id, { email_confirm: true });
  assert.equal((await signIn()).data.user?.id, id);

  const second = await signUp();
  assert.ifError(second.error);
  assert.notEqual(second.data.user?.id, id);
  assert.deepEqual(second.data.user?.identities, []);
  assert.equal(second.data.user?.last_sign_in_at, undefined);
});

test("a guest's address stays pending where nothing is confirmed automatically", async () => {
  await using slow = await database.startAuth({ autoconfirm: false });
  const { client } = await guest(slow);
  const { data } = await client.auth.updateUser({ email: newEmail("carol"), password: PASSWORD });
  assert.equal(data.user?.is_anonymous, true);
  assert.ok(data.user?.new_email);
});

test("closed sign-ups stay closed, for guests too", async () => {
  await using closed = await database.startAuth({ signupEnabled: false });
  const byEmail = await closed.client().auth.signUp({ email: newEmail("eve"), password: PASSWORD });
  assertRefused(byEmail, 422, "signup_disabled");
  assertRefused(await closed.client().auth.signInAnonymously(), 422, "signup_disabled");

  await using named = await database.startAuth({ anonymousSignIns: false });
  const visitor = await named.client().auth.signInAnonymously();
  assertRefused(visitor, 422, "anonymous_provider_disabled");
});

test("stricter rules for passwords are a hint at the next sign-in", async () => {
  const { email } = await signedUp(auth, "alice");
  await using stricter = await database.startAuth({ minPasswordLength: 20 });
  const { data, error } = await stricter.client().auth.signInWithPassword({
    email,
    password: PASSWORD,
  });
  assert.ifError(error);
  assert.deepEqual(data.weakPassword?.reasons, ["length"]);
});

test("a trigger that raises breaks the sign-up, and nothing of it is left", async () => {
  await database.pool.query(`
    create function public.refuse() returns trigger language plpgsql as $$
    begin
      if new.email like 'refused%' then
        raise exception 'not you';
      end if;
      return new;
    end $$;
    create trigger refuse after insert on auth.users
      for each row execute function public.refuse();
  `);
  try {
    const email = newEmail("refused");
    const { status, body } = await auth.request("POST", "/signup", {
      body: { email, password: PASSWORD },
    });
    assert.equal(status, 500);
    assert.equal(body["error_code"], "unexpected_failure");
    assert.equal(body["msg"], "Database error saving new user");
    const { rows } = await database.pool.query("select from auth.users where email = $1", [email]);
    assert.deepEqual(rows, []);
  } finally {
    await database.pool.query("drop trigger refuse on auth.users; drop function public.refuse()");
  }
});

test("a trigger sees a new user before role and confirmation, and its changes are kept", async () => {
  await database.pool.query(`
    create table public.seen (email text, role text, confirmed_at timestamptz, speaker text);
    create function public.look() returns trigger
    language plpgsql security definer set search_path = '' as $$
    begin
      insert into public.seen values (new.email, new.role, new.confirmed_at, session_user);
      update auth.users set raw_app_meta_data = raw_app_meta_data || '{"seen": true}'
      where id = new.id;
      return new;
    end $$;
    create trigger look after insert on auth.users for each row execute function public.look();
  `);
  try {
    const { email, user } = await signedUp(auth, "alice");
    assert.equal(user.app_metadata["seen"], true);
    const { rows } = await database.pool.query("select * from public.seen");
    assert.deepEqual(rows, [
      { email, role: "", confirmed_at: null, speaker: "supabase_auth_admin" },
    ]);
  } finally {
    await database.pool.query(
      "drop trigger look on auth.users; drop function public.look(); drop table public.seen",
    );
  }
});
