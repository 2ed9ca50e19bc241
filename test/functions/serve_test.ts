import assert from "node:assert/strict";
import { z } from "zod";
import type { Call } from "../../functions/_shared/call.ts";
import { Refusal } from "../../functions/_shared/refusal.ts";
import { serve, type ServeOptions } from "../../functions/_shared/serve.ts";
import { unwrap } from "../../functions/_shared/unwrap.ts";
import { type Answer, ENVIRONMENT, refusal, type Script, scripted } from "./call_by.ts";

Deno.env.set("SUPABASE_URL", ENVIRONMENT.url);
Deno.env.set("SUPABASE_ANON_KEY", "the anon key");
Deno.env.set("SUPABASE_SERVICE_ROLE_KEY", "the service key");
Deno.env.set("SUPABASE_PUBLISHABLE_KEYS", JSON.stringify({ default: ENVIRONMENT.publishableKey }));
Deno.env.set("SUPABASE_SECRET_KEYS", JSON.stringify({ default: "" }));

const Body = z.strictObject({ word: z.string().max(5) });
type Body = z.infer<typeof Body>;

const echo = ({ body }: Call<Body>) => Promise.resolve({ said: body.word });
const askVersion = async ({ asCaller }: Call<Body>) => unwrap(await asCaller.rpc("version"));

function post(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request("http://f.example/f", { method: "POST", body, headers });
}

async function assertRefused(response: Response, status: number, code: string): Promise<string> {
  const body = await response.json();
  assert.deepEqual(Object.keys(body), ["code", "message"]);
  assert.equal(body.code, code);
  assert.equal(response.status, status);
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
  return body.message;
}

/** A function that asks the database, which answers this. */
async function asking(answer: Answer, headers: Record<string, string> = {}): Promise<Response> {
  const { fetch } = scripted({ "rpc/version": answer });
  return await serve(Body, askVersion, { fetch })(post(`{"word":"hi"}`, headers));
}

Deno.test("serve() answers what the handler returns, to any page", async () => {
  const response = await serve(Body, echo)(post(`{"word":"hi"}`));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
  assert.deepEqual(await response.json(), { said: "hi" });
});

Deno.test("serve() passes on a handler's own response", async () => {
  const respond = () =>
    Promise.resolve(new Response("<svg/>", { headers: { "content-type": "image/svg+xml" } }));
  const response = await serve(Body, respond)(post(`{"word":"hi"}`));
  assert.equal(response.headers.get("content-type"), "image/svg+xml");
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
});

Deno.test("serve() answers preflights without a handler, a token or a body", async () => {
  const never = () => Promise.reject(new Error("asked"));
  const response = await serve(Body, never, { methods: ["GET", "POST"] })(
    new Request("http://f.example/f", { method: "OPTIONS" }),
  );
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("access-control-allow-methods"), "GET, POST, OPTIONS");
  assert.match(response.headers.get("access-control-allow-headers") ?? "", /authorization.*apikey/);
});

Deno.test("serve() takes POST, and GET with a query only where it is told so", async () => {
  const url = "http://f.example/f?word=hi";
  const refused = await serve(Body, echo)(new Request(url));
  assert.equal(refused.headers.get("allow"), "POST, OPTIONS");
  await assertRefused(refused, 405, "method_not_allowed");
  const options: ServeOptions = { methods: ["GET"] };
  assert.deepEqual(await (await serve(Body, echo, options)(new Request(url))).json(), {
    said: "hi",
  });
  const deleted = await serve(Body, echo)(new Request(url, { method: "DELETE" }));
  await assertRefused(deleted, 405, "method_not_allowed");
});

Deno.test("serve() refuses a body that does not fit, and says where", async () => {
  for (
    const body of ["{", "[]", "null", `"word"`, `{"word":1}`, `{"word":"longer"}`, "\xff", null]
  ) {
    await assertRefused(await serve(Body, echo)(post(body)), 400, "request_invalid");
  }
  const message = await assertRefused(
    await serve(Body, echo)(post(`{"word":"longer"}`)),
    400,
    "request_invalid",
  );
  assert.match(message, /^word: /);
});

Deno.test("serve() never echoes more of a bad request than a line", async () => {
  const body = JSON.stringify({ ["k".repeat(10_000)]: 1, word: "hi" });
  const message = await assertRefused(await serve(Body, echo)(post(body)), 400, "request_invalid");
  assert.ok(message.length <= 200);
});

Deno.test("serve() stops reading a body that is too big", async () => {
  let pulled = 0;
  const endless = new ReadableStream({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(16 * 1024));
    },
  });
  await assertRefused(await serve(Body, echo)(post(endless)), 413, "request_too_large");
  assert.ok(pulled < 10);
});

Deno.test("serve() tells a refusal of the handler in its own words", async () => {
  const refuse = () => Promise.reject(new Refusal("conversation_not_found"));
  const response = await serve(Body, refuse)(post(`{"word":"hi"}`));
  const message = await assertRefused(response, 404, "conversation_not_found");
  assert.equal(message, "There is no such conversation, or you are not in it.");
});

Deno.test("serve() keeps everything else to itself", async () => {
  const fail = () => Promise.reject(new Error("password=hunter2"));
  const response = await serve(Body, fail)(post(`{"word":"hi"}`));
  const message = await assertRefused(response, 500, "internal");
  assert.ok(!message.includes("hunter2"));
});

Deno.test("a refusal of the database keeps its code, its status and its sentence", async () => {
  const response = await asking(refusal(409, "revoke_window_over"));
  assert.equal(await assertRefused(response, 409, "revoke_window_over"), "A sentence.");
});

Deno.test("a refusal of the database keeps the time to wait", async () => {
  const response = await asking({
    ...refusal(429, "friend_request_too_soon"),
    headers: { "retry-after": "30" },
  });
  assert.equal(response.headers.get("retry-after"), "30");
  await assertRefused(response, 429, "friend_request_too_soon");
});

Deno.test("a token that is missing, expired or forged is answered with not_signed_in", async () => {
  for (const code of ["PGRST301", "PGRST303", "42501", undefined]) {
    const response = await asking({ status: 401, body: { code, message: "JWT expired" } });
    await assertRefused(response, 401, "not_signed_in");
  }
});

Deno.test("other errors of the database are ours, and their text stays here", async () => {
  for (
    const answer of [
      { status: 400, body: { code: "23514", message: "secret constraint" } },
      { status: 403, body: { code: "42501", message: "secret table" } },
      { status: 404, body: { code: "PGRST202", message: "secret function" } },
      { status: 503, body: { message: "secret upstream" } },
    ]
  ) {
    const message = await assertRefused(await asking(answer), 500, "internal");
    assert.ok(!message.includes("secret"));
  }
});

Deno.test("a caller's key and token go to the database as they came", async () => {
  const seen: (string | null)[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const { headers } = new Request(input, init);
    seen.push(headers.get("apikey"), headers.get("authorization"));
    return Promise.resolve(Response.json("1"));
  };
  const ask = serve(Body, askVersion, { fetch });
  const body = `{"word":"hi"}`;
  await ask(post(body, { apikey: "a key", authorization: "Bearer a token" }));
  await ask(post(body, { apikey: "sb_secret_mine" }));
  await ask(post(body, { authorization: "Bearer a token" }));
  await ask(post(body));
  await ask(post(body, { apikey: "" }));
  assert.deepEqual(
    seen,
    [
      ["a key", "Bearer a token"],
      ["sb_secret_mine", "Bearer sb_secret_mine"],
      [ENVIRONMENT.publishableKey, "Bearer a token"],
      [ENVIRONMENT.publishableKey, `Bearer ${ENVIRONMENT.publishableKey}`],
      [ENVIRONMENT.publishableKey, `Bearer ${ENVIRONMENT.publishableKey}`],
    ].flat(),
  );
});

Deno.test("no request of a function waits for ever", async () => {
  const signals: unknown[] = [];
  const fetch: typeof globalThis.fetch = (_input, init) => {
    signals.push(init?.signal);
    return Promise.resolve(Response.json("1"));
  };
  const askAll = async ({ asCaller, asService }: Call<Body>) => {
    await asCaller.rpc("version");
    await asService().rpc("version");
    await asService().storage.from("chat-images").remove(["a"]);
  };
  await serve(Body, askAll, { fetch })(post(`{"word":"hi"}`));
  assert.equal(signals.length, 3);
  assert.ok(signals.every((signal) => signal instanceof AbortSignal));
});

Deno.test("a project without new keys is served with its old ones", async () => {
  const answers: Script = { "rpc/version": { body: "1" } };
  const { fetch, sent } = scripted(answers);
  const asService = async ({ asService }: Call<Body>) => unwrap(await asService().rpc("version"));
  await serve(Body, asService, { fetch })(post(`{"word":"hi"}`));
  assert.equal(sent[0]?.bearer, "the service key");
});
