import assert from "node:assert/strict";
import { SignJWT } from "jose";
import {
  type Answer,
  type AuthServer,
  type Database,
  newEmail,
  PASSWORD,
  signedUp,
  startDatabase,
  test,
} from "./auth_support.ts";

let database: Database;
let auth: AuthServer;
const logged: string[] = [];

Deno.test.beforeAll(async () => {
  database = await startDatabase();
  auth = await database.startAuth({ log: (line) => logged.push(line) });
});

Deno.test.afterAll(async () => {
  await auth[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function assertAnswer({ status, body }: Answer, expected: [status: number, code: string]): void {
  assert.deepEqual([status, body["error_code"]], expected, JSON.stringify(body));
}

test("bodies that are no JSON object of the right shape are 400, on every endpoint", async () => {
  const { session, user } = await signedUp(auth, "mallory");
  const admin = auth.keys.serviceRoleKey;
  const endpoints = [
    ["POST", "/signup", ""],
    ["POST", "/token?grant_type=password", ""],
    ["POST", "/token?grant_type=refresh_token", ""],
    ["PUT", "/user", session.access_token],
    ["POST", "/admin/users", admin],
    ["PUT", `/admin/users/${user.id}`, admin],
  ] as const;
  const bodies = [
    "",
    "{",
    "[]",
    "null",
    "7",
    '"text"',
    '{"email":7,"refresh_token":7}',
    '{"email":{"$ne":null},"refresh_token":[]}',
    '{"email":["a@b.cd"],"refresh_token":true}',
    '{"a":"\\u0000"}',
    '{"\\u0000":1}',
    '{"email":"a\\u0000@example.com","password":"secret\\u0000","data":{"a":["\\u0000"]}}',
    '{"user_metadata":{"a":"\\ud800"},"data":{"a":"\\ud800"},"refresh_token":"\\ud800"}',
    `{"data":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    "\xff\xfe",
  ];
  for (const [method, path, token] of endpoints) {
    for (const body of bodies) {
      const answer = await auth.request(method, path, { token, body });
      assertAnswer(answer, [400, "bad_json"]);
    }
  }
});

test("a body of more than a megabyte is refused, whether it says so or not", async () => {
  const big = JSON.stringify({ email: newEmail("a"), password: "x".repeat(1024 * 1024) });
  assert.equal((await auth.request("POST", "/signup", { body: big })).status, 413);

  const chunk = new TextEncoder().encode("x".repeat(64 * 1024));
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => sent++ < 1000 ? controller.enqueue(chunk) : controller.close(),
  });
  const response = await fetch(`${auth.url}/auth/v1/signup`, { method: "POST", body: endless })
    .catch(() => null); // the server may hang up while we are still sending
  assert.ok(response === null || response.status === 413);
  await response?.body?.cancel();
  assert.ok(sent < 1000);
});

test("texts that look like SQL are texts", async () => {
  const email = `o'reilly"--${crypto.randomUUID()}@example.com`;
  const strange = "'; drop table auth.users; --";
  const data = { [strange]: strange, "__proto__x": { "constructor": 1 }, "$1": "$2" };
  const signUp = await auth.request("POST", "/signup", {
    body: { email, password: strange, data },
  });
  assertAnswer(signUp, [400, "validation_failed"]); // a quotation mark has no place in an address

  const allowed = email.replace('"', "");
  const { data: answer, error } = await auth.client().auth.signUp({
    email: allowed,
    password: strange,
    options: { data },
  });
  assert.ifError(error);
  assert.equal(answer.user?.user_metadata[strange], strange);
  const injected = await auth.request("POST", "/token?grant_type=password", {
    body: { email: `${allowed}' or '1'='1`, password: strange },
  });
  assertAnswer(injected, [400, "invalid_credentials"]);
});

test("what is no e-mail address does not sign up", async () => {
  for (const email of ["a", "a@", "@b.cd", "a b@c.de", "a@b..cd", "a@b.cd\n", "é@example.com"]) {
    const answer = await auth.request("POST", "/signup", { body: { email, password: PASSWORD } });
    assertAnswer(answer, [400, "validation_failed"]);
  }
  const long = { email: `a@${"b".repeat(255)}.com`, password: PASSWORD };
  assertAnswer(await auth.request("POST", "/signup", { body: long }), [400, "validation_failed"]);
});

test("forged, expired and crippled tokens are no tokens", async () => {
  const { session, user } = await signedUp(auth, "alice");
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: user.id, role: "service_role", aud: "authenticated", iat: now };
  const base64 = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
  const [header, payload, signature] = session.access_token.split(".");
  const forged = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("another-secret-of-at-least-32-characters"));
  // The classic: the public key, used as if it were the shared secret.
  const confused = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(JSON.stringify(auth.keys.publicJwks.keys[0])));
  const tokens = [
    forged,
    confused,
    await auth.keys.sign({ ...claims, exp: now - 1 }),
    `${base64({ alg: "none" })}.${base64(claims)}.`,
    `${base64({ alg: "none" })}.${base64(claims)}.${signature}`,
    `${base64({ alg: "HS256" })}.${payload}.${signature}`,
    `${header}.${base64({ ...claims, exp: now + 60 })}.${signature}`,
    `${header}.${payload}.`,
    "a.b.c",
    "....",
    "nonsense",
    auth.keys.publishableKey,
  ];
  for (const token of tokens) {
    for (const path of ["/user", "/admin/users"]) {
      assertAnswer(await auth.request("GET", path, { token }), [403, "bad_jwt"]);
    }
  }
});

test("a good signature is not enough: the claims must name a user and their own session", async () => {
  const alice = await signedUp(auth, "alice");
  const bob = await signedUp(auth, "bob");
  const ask = async (claims: Record<string, unknown>) =>
    auth.request("GET", "/user", { token: await auth.keys.sign(claims) });
  const bobsSession =
    JSON.parse(atob(String(bob.session.access_token.split(".")[1])))["session_id"];

  assertAnswer(await ask({ sub: alice.user.id, session_id: bobsSession }), [
    403,
    "session_not_found",
  ]);
  assertAnswer(await ask({ sub: alice.user.id, session_id: 7 }), [403, "bad_jwt"]);
  assertAnswer(await ask({ sub: "' or true --" }), [400, "bad_jwt"]);
  assertAnswer(await ask({ sub: crypto.randomUUID() }), [403, "user_not_found"]);
  assertAnswer(await ask({ role: "authenticated" }), [403, "bad_jwt"]);
  assertAnswer(await auth.request("GET", "/user", { token: auth.keys.anonKey }), [403, "bad_jwt"]);
  assertAnswer(await auth.request("GET", "/user"), [401, "no_authorization"]);
  const basic = await auth.request("GET", "/user", { headers: { authorization: "Basic YTpi" } });
  assertAnswer(basic, [401, "no_authorization"]);
});

test("unknown paths, methods, grants and scopes are refused in the service's own shape", async () => {
  const { session } = await signedUp(auth, "alice");
  assert.equal((await auth.request("GET", "/nothing")).status, 404);
  assert.equal((await auth.request("GET", "/admin/users/%E0%A4%A/x")).status, 404);
  assert.equal((await auth.request("PATCH", "/user")).status, 404);
  assertAnswer(await auth.request("POST", "/token", { body: {} }), [400, "invalid_credentials"]);
  assertAnswer(
    await auth.request("POST", "/logout?scope=everyone", { token: session.access_token }),
    [400, "validation_failed"],
  );
});

test("the answer's shape follows the API version that the client speaks", async () => {
  const refused = (version?: string) =>
    auth.request("POST", "/token?grant_type=password", {
      body: { email: "a@example.com", password: "x" },
      headers: version === undefined ? {} : { "x-supabase-api-version": version },
    });
  const old = {
    code: 400,
    error_code: "invalid_credentials",
    msg: "Invalid login credentials",
  };
  for (const version of [undefined, "", "2023-12-31", "latest", "2024-13-45"]) {
    const { body, headers } = await refused(version);
    assert.deepEqual(body, old);
    assert.equal(headers.get("x-supabase-api-version"), null);
    assert.equal(headers.get("x-sb-error-code"), "invalid_credentials");
  }
  for (const version of ["2024-01-01", "2099-01-01"]) {
    const { body, headers } = await refused(version);
    assert.deepEqual(body, { code: "invalid_credentials", message: old.msg });
    assert.equal(headers.get("x-supabase-api-version"), "2024-01-01");
    assert.equal(headers.get("x-sb-error-code"), "invalid_credentials");
  }
});

// Last in the file: it looks back on all of the above.
test("nothing of this was a failure of the service's own", () => {
  assert.deepEqual(logged, []);
  return Promise.resolve();
});
