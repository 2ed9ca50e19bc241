import assert from "node:assert/strict";
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

Deno.test.beforeAll(async () => {
  database = await startDatabase();
  auth = await database.startAuth();
});

Deno.test.afterAll(async () => {
  await auth[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const admin = () => auth.admin().auth.admin;
const nobody = "00000000-0000-4000-8000-000000000000";

test("the admin endpoints open for the service key only", async () => {
  const { session, user } = await signedUp(auth, "mallory");
  for (const token of [session.access_token, auth.keys.anonKey]) {
    for (
      const [method, path] of [
        ["GET", "/admin/users"],
        ["POST", "/admin/users"],
        ["GET", `/admin/users/${user.id}`],
        ["PUT", `/admin/users/${user.id}`],
        ["DELETE", `/admin/users/${user.id}`],
      ] as const
    ) {
      const { status, body } = await auth.request(method, path, { token });
      assert.deepEqual([status, body["error_code"]], [403, "not_admin"], `${method} ${path}`);
    }
  }
  const { status, body } = await auth.request("GET", "/admin/users");
  assert.deepEqual([status, body["error_code"]], [401, "no_authorization"]);
});

test("an admin creates a user with everything that can be set", async () => {
  const id = crypto.randomUUID();
  const email = newEmail("bob");
  const { data, error } = await admin().createUser({
    id,
    email,
    password: PASSWORD,
    email_confirm: true,
    user_metadata: { name: "Bob" },
    app_metadata: { team: 7 },
    role: "authenticated",
  });
  assert.ifError(error);
  assert.equal(data.user?.id, id);
  assert.deepEqual(data.user?.app_metadata, { provider: "email", providers: ["email"], team: 7 });
  assert.deepEqual(data.user?.user_metadata, { name: "Bob", email_verified: true });
  const signIn = await auth.client().auth.signInWithPassword({ email, password: PASSWORD });
  assert.equal(signIn.data.user?.id, id);
});

test("a user without confirmation or password cannot sign in", async () => {
  const unconfirmed = newEmail("bob");
  await admin().createUser({ email: unconfirmed, password: PASSWORD });
  const signIn = (email: string, password: string) =>
    auth.client().auth.signInWithPassword({ email, password });
  assertRefused(await signIn(unconfirmed, PASSWORD), 400, "email_not_confirmed");

  const withoutPassword = newEmail("bob");
  await admin().createUser({ email: withoutPassword, email_confirm: true });
  assertRefused(await signIn(withoutPassword, PASSWORD), 400, "invalid_credentials");
});

test("an admin cannot create what is taken or makes no sense", async () => {
  const { email, user } = await signedUp(auth, "alice");
  assertRefused(await admin().createUser({ email }), 422, "email_exists");
  assertRefused(
    await admin().createUser({ id: user.id, email: newEmail("bob") }),
    422,
    "email_exists",
  );
  assertRefused(await admin().createUser({}), 400, "validation_failed");
  for (
    const wrong of [
      { id: "not-a-uuid" },
      { ban_duration: "soon" },
      { ban_duration: "1h later" },
      { ban_duration: "99999999999999h" },
      { role: "r".repeat(256) },
      { password: "p".repeat(73) },
    ]
  ) {
    const answer = await admin().createUser({ email: newEmail("bob"), ...wrong });
    assertRefused(answer, 400, "validation_failed");
  }
});

test("the list of users comes in pages, newest first", async () => {
  const { user } = await signedUp(auth, "newest");
  await signedUp(auth, "even-newer");
  const first = await admin().listUsers();
  assert.ifError(first.error);
  assert.equal(first.data.users[1]?.id, user.id);
  assert.equal(first.data.users[1]?.identities?.length, 1);

  const page = await admin().listUsers({ page: 2, perPage: 1 });
  assert.ifError(page.error);
  assert.deepEqual(page.data.users.map(({ id }) => id), [user.id]);
  assert.equal(Object(page.data).nextPage, 3);
  assert.equal(Object(page.data).total, first.data.users.length);

  for (const query of ["page=0", "page=-1", "page=x", "per_page=1.5", "page=99999999999999999"]) {
    const { status } = await auth.request("GET", `/admin/users?${query}`, {
      token: auth.keys.serviceRoleKey,
    });
    assert.equal(status, 400, query);
  }
});

test("an admin changes a user, and a new password ends all sessions", async () => {
  const { client, user } = await signedUp(auth, "alice");
  const email = newEmail("alice");
  const { data, error } = await admin().updateUserById(user.id, {
    email,
    password: "battery staple",
    user_metadata: { name: "Alice" },
    app_metadata: { team: 7, provider: null },
    role: "service_role",
  });
  assert.ifError(error);
  assert.equal(data.user?.email, email);
  assert.equal(data.user?.role, "service_role");
  assert.equal(data.user?.user_metadata["name"], "Alice");
  assert.deepEqual(data.user?.app_metadata, { providers: ["email"], team: 7 });
  assert.equal((await client.auth.getUser()).error?.name, "AuthSessionMissingError");
  const signIn = await auth.client().auth.signInWithPassword({ email, password: "battery staple" });
  assert.ifError(signIn.error);
});

test("an admin cannot give one person another's address", async () => {
  const alice = await signedUp(auth, "alice");
  const bob = await signedUp(auth, "bob");
  const answer = await admin().updateUserById(bob.user.id, { email: alice.email });
  assertRefused(answer, 422, "email_exists");
  assertRefused(await admin().updateUserById(bob.user.id, { password: "x" }), 422, "weak_password");
});

test("a guest becomes permanent only by a confirmed address", async () => {
  const { user } = await guest(auth);
  const email = newEmail("carol");
  const pending = await admin().updateUserById(user.id, { email });
  assert.equal(pending.data.user?.is_anonymous, true);
  const confirmed = await admin().updateUserById(user.id, { email, email_confirm: true });
  assert.equal(confirmed.data.user?.is_anonymous, false);
  assert.equal(confirmed.data.user?.identities?.length, 1);
});

test("a deleted user is gone, with everything that hangs on them", async () => {
  await database.pool.query(
    "create table public.pets (owner uuid references auth.users (id) on delete cascade)",
  );
  const { user, email } = await signedUp(auth, "alice");
  await database.pool.query("insert into public.pets values ($1)", [user.id]);
  const { error } = await admin().deleteUser(user.id);
  assert.ifError(error);
  const { rows } = await database.pool.query(
    `select (select count(*) from public.pets)
       + (select count(*) from auth.users where id = $1)
       + (select count(*) from auth.identities where user_id = $1)
       + (select count(*) from auth.sessions where user_id = $1)
       + (select count(*) from auth.refresh_tokens where user_id = $1::text) as left_over`,
    [user.id],
  );
  assert.deepEqual(rows, [{ left_over: "0" }]);
  assertRefused(await admin().getUserById(user.id), 404, "user_not_found");
  assert.ifError((await auth.client().auth.signUp({ email, password: PASSWORD })).error);
});

test("a softly deleted user keeps the id and nothing that says who it was", async () => {
  const { client, user, email } = await signedUp(auth, "alice");
  assert.ifError((await admin().deleteUser(user.id, true)).error);
  assert.ifError((await admin().deleteUser(user.id, true)).error);
  const { data } = await admin().getUserById(user.id);
  assert.ok(data.user?.deleted_at);
  assert.ok(!JSON.stringify(data.user).includes(email));
  assert.deepEqual(data.user?.user_metadata, {});
  assert.equal((await client.auth.getUser()).error?.name, "AuthSessionMissingError");
  assert.ifError((await auth.client().auth.signUp({ email, password: PASSWORD })).error);
});

test("an unknown user is not found, and an id must be one", async () => {
  const token = auth.keys.serviceRoleKey;
  for (const method of ["GET", "PUT", "DELETE"]) {
    const body = method === "GET" ? undefined : {};
    const unknown = await auth.request(method, `/admin/users/${nobody}`, { token, body });
    assert.deepEqual([unknown.status, unknown.body["error_code"]], [404, "user_not_found"]);
    const wrong = await auth.request(method, "/admin/users/1%27%20or%201=1", { token, body });
    assert.deepEqual([wrong.status, wrong.body["error_code"]], [404, "validation_failed"]);
  }
});

test("auth.uid() and its sisters read who the request speaks for", async () => {
  const claims = { sub: nobody, role: "authenticated", email: "alice@example.com" };
  const ask = async (settings: Record<string, string>) => {
    const client = await database.pool.connect();
    await client.query("begin");
    for (const [name, value] of Object.entries(settings)) {
      await client.query("select set_config($1, $2, true)", [name, value]);
    }
    const { rows } = await client.query(
      "select auth.uid() as sub, auth.role() as role, auth.email() as email, auth.jwt() as jwt",
    );
    await client.query("rollback");
    client.release();
    return rows[0];
  };
  const unknown = { sub: null, role: null, email: null, jwt: null };
  assert.deepEqual(await ask({}), unknown);
  assert.deepEqual(await ask({ "request.jwt.claims": "", "request.jwt.claim.sub": "" }), unknown);
  assert.deepEqual(await ask({ "request.jwt.claims": JSON.stringify(claims) }), {
    ...claims,
    jwt: claims,
  });
  assert.equal((await ask({ "request.jwt.claim.sub": nobody })).sub, nobody);
});

test("the owner of a project works with users and leaves the platform's tables as they are", async () => {
  const code = (sql: string) =>
    database.pool.query(sql).then(() => "done", (error) => String(error.code));
  assert.equal(await code("grant select on auth.users to service_role"), "done");
  assert.equal(await code("revoke select on auth.users from service_role"), "done");
  assert.equal(await code("create view public.people as select id from auth.users"), "done");
  assert.equal(await code("drop view public.people"), "done");
  for (
    const sql of [
      "alter table auth.users add column nickname text",
      "create index on auth.users (role)",
      "create table auth.nicknames ()",
      "drop schema auth cascade",
      "set role anon; select from auth.users",
    ]
  ) {
    assert.equal(await code(sql), "42501", sql);
  }
  const { rows } = await database.pool.query(
    "select relname from pg_class where relnamespace = 'auth'::regnamespace and relkind = 'r' and not relrowsecurity",
  );
  assert.deepEqual(rows, []);
});
