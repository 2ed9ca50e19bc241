import assert from "node:assert/strict";
import { decodeJwt, decodeProtectedHeader } from "jose";
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

test("alice signs up and is signed in, with the claims of the real service", async () => {
  const email = newEmail("Alice");
  const { data, error } = await auth.client().auth.signUp({
    email,
    password: PASSWORD,
    options: { data: { name: "Alice" } },
  });
  assert.ifError(error);
  const { user, session } = data;
  assert.ok(user && session);

  const address = email.toLowerCase();
  assert.deepEqual(user.user_metadata, {
    name: "Alice",
    sub: user.id,
    email: address,
    email_verified: true,
    phone_verified: false,
  });
  assert.deepEqual(user.identities?.map(({ id, provider }) => ({ id, provider })), [
    { id: user.id, provider: "email" },
  ]);
  const { iat, exp, session_id, amr, ...claims } = decodeJwt(session.access_token);
  assert.deepEqual(claims, {
    iss: "http://127.0.0.1:54321/auth/v1",
    sub: user.id,
    aud: "authenticated",
    email: address,
    phone: "",
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: user.user_metadata,
    role: "authenticated",
    aal: "aal1",
    is_anonymous: false,
  });
  assert.ok(Number.isInteger(iat));
  assert.equal(exp, Number(iat) + 3600);
  assert.equal(session.expires_at, exp);
  assert.match(String(session_id), /^[0-9a-f-]{36}$/);
  assert.deepEqual(Object.keys(Object(amr)[0]), ["method", "timestamp"]);
  assert.equal(Object(amr)[0].method, "password");
  assert.equal(decodeProtectedHeader(session.access_token).alg, "ES256");
});

test("the public keys are enough to check a token", async () => {
  const alice = await signedUp(auth, "alice");
  const { data, error } = await alice.client.auth.getClaims();
  assert.ifError(error);
  assert.equal(data?.claims.sub, alice.user.id);

  const { body, headers } = await auth.request("GET", "/.well-known/jwks.json");
  assert.equal(headers.get("cache-control"), "public, max-age=600");
  assert.ok(!JSON.stringify(body).includes('"d"') && !JSON.stringify(body).includes('"oct"'));
});

test("a guest is authenticated, and known as a guest", async () => {
  const visitor = await guest(auth);
  const claims = decodeJwt(visitor.session.access_token);
  assert.equal(claims["role"], "authenticated");
  assert.equal(claims["is_anonymous"], true);
  assert.equal(claims["email"], "");
  assert.equal(claims["phone"], "");
  assert.deepEqual(claims["app_metadata"], {});
  assert.equal(Object(claims["amr"])[0].method, "anonymous");
  assert.deepEqual(visitor.user.identities, []);
});

test("a guest becomes permanent with address and password, and the next token says so", async () => {
  const { client, user } = await guest(auth);
  const email = newEmail("carol");
  const { data, error } = await client.auth.updateUser({ email, password: PASSWORD });
  assert.ifError(error);
  assert.equal(data.user?.id, user.id);
  assert.equal(data.user?.is_anonymous, false);
  assert.ok(data.user?.email_confirmed_at);
  assert.equal(data.user?.identities?.length, 1);

  const isGuest = async () => (await client.auth.getClaims()).data?.claims.is_anonymous;
  assert.equal(await isGuest(), true);
  assert.ifError((await client.auth.refreshSession()).error);
  assert.equal(await isGuest(), false);

  const again = await auth.client().auth.signInWithPassword({ email, password: PASSWORD });
  assert.equal(again.data.user?.id, user.id);
});

test("a guest cannot take a password without an address, nor somebody's address", async () => {
  const alice = await signedUp(auth, "alice");
  const { client } = await guest(auth);
  assertRefused(await client.auth.updateUser({ password: PASSWORD }), 422, "validation_failed");
  assertRefused(await client.auth.updateUser({ email: alice.email }), 422, "email_exists");
});

test("an address signs up once, even when two devices ask at the same moment", async () => {
  const alice = await signedUp(auth, "alice");
  const twice = await auth.client().auth.signUp({ email: alice.email, password: "another one" });
  assertRefused(twice, 422, "user_already_exists");

  const email = newEmail("bob");
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => auth.client().auth.signUp({ email, password: PASSWORD })),
  );
  assert.equal(answers.filter(({ error }) => error === null).length, 1);
  assert.deepEqual(new Set(answers.map(({ error }) => error?.code)).size, 2);
});

test("a wrong password and an unknown person get the same answer", async () => {
  const { email } = await signedUp(auth, "alice");
  const wrong = await auth.client().auth.signInWithPassword({ email, password: "wrong" });
  const unknown = await auth.client().auth.signInWithPassword({
    email: newEmail("nobody"),
    password: PASSWORD,
  });
  assertRefused(wrong, 400, "invalid_credentials");
  assertRefused(unknown, 400, "invalid_credentials");
  assert.equal(wrong.error?.message, unknown.error?.message);
});

test("the address is not case sensitive, the password is", async () => {
  const { email } = await signedUp(auth, "alice");
  const signIn = (address: string, password: string) =>
    auth.client().auth.signInWithPassword({ email: address, password });
  assert.ifError((await signIn(email.toUpperCase(), PASSWORD)).error);
  assertRefused(await signIn(email, PASSWORD.toUpperCase()), 400, "invalid_credentials");
});

test("passwords that are too short or too long are refused", async () => {
  const signUp = (password: string) =>
    auth.client().auth.signUp({ email: newEmail("alice"), password });
  assertRefused(await signUp("12345"), 422, "weak_password");
  assertRefused(await signUp("é".repeat(37)), 400, "validation_failed");
});

test("the longest password is compared to its end", async () => {
  const email = newEmail("alice");
  const password = "é".repeat(36);
  assert.ifError((await auth.client().auth.signUp({ email, password })).error);
  const signIn = (password: string) => auth.client().auth.signInWithPassword({ email, password });
  assert.ifError((await signIn(password)).error);
  assertRefused(await signIn(`${password}!`), 400, "invalid_credentials");
});

test("changing the metadata merges, and null takes a key away", async () => {
  const { client } = await signedUp(auth, "alice");
  await client.auth.updateUser({ data: { mood: "fine", color: "red" } });
  const { data } = await client.auth.updateUser({ data: { mood: null, size: { a: [1, null] } } });
  const { mood, color, size } = Object(data.user?.user_metadata);
  assert.deepEqual({ mood, color, size }, {
    mood: undefined,
    color: "red",
    size: { a: [1, null] },
  });
});

test("a permanent user's new address waits for a mail that never comes", async () => {
  const { client, email } = await signedUp(auth, "alice");
  const wanted = newEmail("alice");
  const { data } = await client.auth.updateUser({ email: wanted });
  assert.equal(data.user?.email, email);
  assert.equal(data.user?.new_email, wanted);
});

test("a new password ends the other sessions and must be new", async () => {
  const { client, email } = await signedUp(auth, "alice");
  const phone = auth.client();
  await phone.auth.signInWithPassword({ email, password: PASSWORD });
  assertRefused(await client.auth.updateUser({ password: PASSWORD }), 422, "same_password");
  assertRefused(await client.auth.updateUser({ password: "short" }), 422, "weak_password");

  assert.ifError((await client.auth.updateUser({ password: "battery staple" })).error);
  assert.ifError((await client.auth.getUser()).error);
  assert.equal((await phone.auth.getUser()).error?.name, "AuthSessionMissingError");
  const back = await auth.client().auth.signInWithPassword({ email, password: "battery staple" });
  assert.ifError(back.error);
});

test("nobody gives themselves app_metadata", async () => {
  const { session } = await signedUp(auth, "mallory");
  const { status, body } = await auth.request("PUT", "/user", {
    token: session.access_token,
    body: { app_metadata: { role: "admin" } },
  });
  assert.equal(status, 403);
  assert.equal(body["error_code"], "not_admin");
});

test("signing out ends this session, the others, or all of them", async () => {
  const { client: laptop, email } = await signedUp(auth, "alice");
  const devices = [laptop, auth.client(), auth.client(), auth.client()] as const;
  for (const device of devices.slice(1)) {
    assert.ifError((await device.auth.signInWithPassword({ email, password: PASSWORD })).error);
  }
  const alive = () =>
    Promise.all(devices.map(async (device) => (await device.auth.getUser()).data.user !== null));

  assert.ifError((await devices[1].auth.signOut({ scope: "local" })).error);
  assert.deepEqual(await alive(), [true, false, true, true]);
  assert.ifError((await devices[2].auth.signOut({ scope: "others" })).error);
  assert.deepEqual(await alive(), [false, false, true, false]);
  assert.ifError((await devices[2].auth.signOut()).error);
  assert.deepEqual(await alive(), [false, false, false, false]);
});

test("whoever has no address must sign up as a guest, and phones are refused", async () => {
  const byPhone = await auth.client().auth.signUp({ phone: "+15550100", password: PASSWORD });
  assertRefused(byPhone, 400, "phone_provider_disabled");
  const signIn = await auth.client().auth.signInWithPassword({ phone: "+1555", password: "x" });
  assertRefused(signIn, 422, "phone_provider_disabled");
});

test("everything that needs a mail is refused in words", async () => {
  const client = auth.client();
  const email = newEmail("alice");
  assertRefused(await client.auth.signInWithOtp({ email }), 422, "email_provider_disabled");
  assertRefused(await client.auth.resetPasswordForEmail(email), 422, "email_provider_disabled");
  assertRefused(
    await client.auth.resend({ type: "signup", email }),
    422,
    "email_provider_disabled",
  );
  assertRefused(
    await client.auth.verifyOtp({ email, token: "123456", type: "email" }),
    422,
    "email_provider_disabled",
  );
  const { status } = await auth.request("GET", "/authorize?provider=github");
  assert.equal(status, 400);
});

test("the service says what it can do", async () => {
  const settings = await auth.request("GET", "/settings");
  assert.equal(Object(settings.body["external"]).anonymous_users, true);
  assert.equal(settings.body["mailer_autoconfirm"], true);
  assert.equal((await auth.request("GET", "/health")).body["name"], "GoTrue");
});
