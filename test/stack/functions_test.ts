import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { PROJECT } from "../../stack/folder.ts";
import { assertFailure, SAY, startProject } from "./functions_support.ts";

const ECHO = `
  Deno.serve(async (request) => Response.json({
    method: request.method,
    path: new URL(request.url).pathname + new URL(request.url).search,
    authorization: request.headers.get("authorization"),
    apikey: request.headers.get("apikey"),
    body: await request.text(),
  }, { status: 201, headers: { "x-mine": "yes" } }));
`;

Deno.test("a function is called with its own path, and its answer comes back as it is", async () => {
  await using project = await startProject({ "echo/index.ts": ECHO });
  const response = await project.call("echo/below?x=1", {
    method: "PUT",
    body: "hello",
    headers: { apikey: "anything", authorization: "Bearer mine" },
  });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("x-mine"), "yes");
  assert.deepEqual(await response.json(), {
    method: "PUT",
    path: "/echo/below?x=1",
    authorization: "Bearer mine",
    apikey: "anything",
    body: "hello",
  });
});

Deno.test("supabase-js invokes a function, and a new-style key is no bearer", async () => {
  await using project = await startProject({ "echo/index.ts": ECHO });
  const { publishableKey } = project.keys;
  const { data, error } = await createClient(project.url, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  }).functions.invoke("echo", { body: { a: 1 } });
  assert.equal(error, null);
  assert.deepEqual(JSON.parse(data.body), { a: 1 });
  assert.equal(data.apikey, publishableKey);
  assert.equal(data.authorization, null);
});

Deno.test("a function that nobody has configured is not found", async () => {
  await using project = await startProject({ "echo/index.ts": ECHO }, {
    config: `
      [functions.echo]
      enabled = false
      entrypoint = "../functions/echo/index.ts"
    `,
  });
  for (const name of ["echo", "nobody", "", "__proto__", "..%2f..%2fetc"]) {
    await assertFailure(await project.call(name), 404, "NOT_FOUND");
  }
});

Deno.test("preflights reach the function, also where tokens are checked", async () => {
  await using project = await startProject({
    "open/index.ts": `
      Deno.serve(() => new Response(null, { status: 204, headers: { "x-preflight": "mine" } }));
    `,
  }, { config: `functions.open.entrypoint = "../functions/open/index.ts"` });
  const response = await project.call("open", { method: "OPTIONS" });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("x-preflight"), "mine");
});

Deno.test("verify_jwt, the default, lets in tokens and keys of both kinds", async () => {
  await using project = await startProject({ "open/index.ts": SAY("in") }, {
    config: `functions.open.entrypoint = "../functions/open/index.ts"`,
  });
  const { keys } = project;
  const token = await keys.sign({ role: "authenticated", sub: crypto.randomUUID() });
  for (
    const headers of [
      { authorization: `Bearer ${token}` },
      { authorization: `bearer ${keys.anonKey}` },
      { apikey: keys.publishableKey },
      { apikey: keys.secretKey, authorization: `Bearer ${keys.secretKey}` },
    ]
  ) {
    const response = await project.call("open", { headers });
    assert.equal(await response.text(), "in");
  }
});

Deno.test("verify_jwt refuses what this project did not sign", async () => {
  await using project = await startProject({ "open/index.ts": SAY("in") }, {
    config: `functions.open.entrypoint = "../functions/open/index.ts"`,
  });
  const header = (alg: string) => btoa(JSON.stringify({ alg })).replaceAll("=", "");
  const expired = await project.keys.sign({ role: "authenticated", exp: 1 });
  const cases: [Record<string, string>, string][] = [
    [{}, "UNAUTHORIZED_NO_AUTH_HEADER"],
    [{ apikey: "sb_publishable_nobodys" }, "UNAUTHORIZED_NO_AUTH_HEADER"],
    [{ authorization: "Basic abc" }, "UNAUTHORIZED_INVALID_JWT_FORMAT"],
    [{ authorization: "Bearer sb_publishable_nobodys" }, "UNAUTHORIZED_INVALID_JWT_FORMAT"],
    [{ authorization: "Bearer nonsense" }, "UNAUTHORIZED_INVALID_JWT_FORMAT"],
    [{ authorization: `Bearer ${expired}` }, "UNAUTHORIZED_ASYMMETRIC_JWT"],
    [{ authorization: `Bearer ${header("HS256")}.e30.AAAA` }, "UNAUTHORIZED_LEGACY_JWT"],
    [
      { authorization: `Bearer ${header("none")}.e30.` },
      "UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM",
    ],
  ];
  for (const [headers, code] of cases) {
    await assertFailure(await project.call("open", { headers }), 401, code);
  }
});

Deno.test("an answer flows while it is being made", async () => {
  await using project = await startProject({
    "flow/index.ts": `
      let next;
      Deno.serve((request) => {
        if (request.method === "POST") return next(), new Response();
        return new Response(new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode("first"));
            next = () => (controller.enqueue(new TextEncoder().encode("second")), controller.close());
          },
        }), { headers: { "content-type": "application/octet-stream" } });
      });
    `,
  });
  const response = await project.call("flow");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await reader?.read())?.value, "first");
  await (await project.call("flow", { method: "POST" })).body?.cancel();
  assert.equal((await reader?.read())?.value, "second");
  assert.equal((await reader?.read())?.done, true);
});

Deno.test("an answer that a function has packed can be read", async () => {
  await using project = await startProject({
    "pack/index.ts": `
      Deno.serve(() => {
        const packed = new Blob(["words ".repeat(1000)]).stream().pipeThrough(new CompressionStream("gzip"));
        return new Response(packed, { headers: { "content-encoding": "gzip" } });
      });
    `,
  });
  assert.equal(await (await project.call("pack")).text(), "words ".repeat(1000));
});

Deno.test("a body that is too big is refused, whether its length is told or not", async () => {
  await using project = await startProject({
    "count/index.ts": `
      Deno.serve(async (request) => {
        let bytes = 0;
        for await (const chunk of request.body) bytes += chunk.byteLength;
        return Response.json(bytes);
      });
    `,
  });
  const megabyte = new Uint8Array(1024 * 1024);
  const stream = (megabytes: number) =>
    ReadableStream.from(Array.from({ length: megabytes }, () => megabyte));
  const fits = await project.call("count", { method: "POST", body: stream(32) });
  assert.equal(await fits.json(), 32 * megabyte.byteLength);
  const told = await project.call("count", { method: "POST", body: new Uint8Array(33 * 2 ** 20) });
  await assertFailure(told, 413, "REQUEST_TOO_LARGE");
  const untold = await project.call("count", { method: "POST", body: stream(33) });
  await assertFailure(untold, 413, "REQUEST_TOO_LARGE");
});

Deno.test("calls at the same time share one process", async () => {
  await using project = await startProject({
    "id/index.ts": `Deno.serve(() => new Response(Deno.env.get("SB_EXECUTION_ID")));`,
  });
  const ids = await Promise.all(
    Array.from({ length: 20 }, async () => await (await project.call("id")).text()),
  );
  assert.equal(new Set(ids).size, 1);
});

Deno.test("the plugin's own functions load with the rights that they get", async () => {
  await using project = await startProject({}, { projectFolder: PROJECT });
  const revoke = await project.call("chat-revoke", { method: "POST", body: `{"id":"x"}` });
  assert.deepEqual(await revoke.json(), { code: "request_invalid", message: "id: Invalid UUID" });
  const qrcode = await project.call("chat-group-qrcode?conversation_id=x");
  assert.equal((await qrcode.json()).code, "request_invalid");
});
