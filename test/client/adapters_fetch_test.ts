// The adapter of `fetch` and that of browsers do the same, against a real server.
import assert from "node:assert/strict";
import { uniFetch } from "../../client/adapters/uni_fetch.ts";
import { fakeUni } from "./fake_uni.ts";

const KINDS: Record<string, () => typeof fetch> = {
  "the browser's": () => fetch,
  "uni's": () => uniFetch(fakeUni()),
};

type Echo = { method: string; path: string; headers: Record<string, string>; body: number[] };

/** Tells what it got; some paths have answers of their own. */
async function answer(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  switch (pathname) {
    case "/missing":
      return Response.json({ code: "x" }, { status: 404, headers: { "x-note": "a, b" } });
    case "/nothing":
      return new Response(null, { status: 204 });
    case "/bytes":
      return new Response(new Uint8Array([0, 255, 128, 10]));
    case "/slow":
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      return new Response();
  }
  const headers = Object.fromEntries(request.headers);
  const body = [...await request.bytes()];
  return Response.json({ method: request.method, path: pathname + search, headers, body });
}

/** The same test for each kind of fetch. */
function contract(name: string, check: (send: typeof fetch, url: string) => Promise<void>): void {
  for (const [kind, create] of Object.entries(KINDS)) {
    Deno.test(`${kind} fetch: ${name}`, async () => {
      await using server = Deno.serve({ port: 0, onListen: () => {} }, answer);
      await check(create(), `http://127.0.0.1:${server.addr.port}`);
    });
  }
}

contract("methods, queries and headers arrive", async (send, url) => {
  for (const method of ["GET", "POST", "PUT", "DELETE", "post"]) {
    const answered = await send(`${url}/a%20b?c=%E6%96%87`, {
      method,
      headers: { authorization: "Bearer t", "X-Client": "chat" },
    });
    const echo: Echo = await answered.json();
    assert.deepEqual([echo.method, echo.path], [method.toUpperCase(), "/a%20b?c=%E6%96%87"]);
    assert.deepEqual([echo.headers["authorization"], echo.headers["x-client"]], [
      "Bearer t",
      "chat",
    ]);
  }
  const head = await send(new URL(url), { method: "HEAD", headers: [["x", "y"]] });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
});

contract("texts and bytes go as they are", async (send, url) => {
  const bytes = new Uint8Array([9, 0, 255, 9]);
  const bodies: [BodyInit, number[]][] = [
    ['{"文":"😀"}', [...new TextEncoder().encode('{"文":"😀"}')]],
    ["", []],
    [bytes.buffer, [9, 0, 255, 9]],
    [bytes.subarray(1, 3), [0, 255]],
    [new URLSearchParams({ a: "1 2" }), [..."a=1+2"].map((letter) => letter.charCodeAt(0))],
  ];
  for (const [body, expected] of bodies) {
    const echo: Echo = await (await send(url, { method: "POST", body })).json();
    assert.deepEqual(echo.body, expected);
  }
});

contract("a type is sent along, and one's own counts", async (send, url) => {
  const typeOf = async (init: RequestInit) => {
    const echo: Echo = await (await send(url, { method: "POST", ...init })).json();
    return echo.headers["content-type"];
  };
  const headers = { "Content-Type": "application/json" };
  assert.equal(await typeOf({ body: "{}", headers }), "application/json");
  assert.match(await typeOf({ body: "x" }) ?? "", /^text\/plain/);
  assert.match(
    await typeOf({ body: new URLSearchParams("a=1") }) ?? "",
    /^application\/x-www-form/,
  );
});

contract("refusals are answers", async (send, url) => {
  const answered = await send(`${url}/missing`);
  assert.deepEqual([answered.ok, answered.status], [false, 404]);
  assert.deepEqual([answered.headers.get("X-Note"), answered.headers.get("none")], ["a, b", null]);
  assert.deepEqual(await answered.json(), { code: "x" });
  const nothing = await send(`${url}/nothing`, { method: "POST" });
  assert.deepEqual([nothing.ok, nothing.status, await nothing.text()], [true, 204, ""]);
});

contract("a body can be had as text, bytes and blob, and once", async (send, url) => {
  const expected = [0, 255, 128, 10];
  const answered = await send(`${url}/bytes`);
  const copy = answered.clone();
  assert.deepEqual([...new Uint8Array(await answered.arrayBuffer())], expected);
  assert.equal(answered.bodyUsed, true);
  await assert.rejects(answered.text(), TypeError);
  assert.deepEqual([...await (await copy.blob()).bytes()], expected);
  assert.deepEqual([...await (await send(`${url}/bytes`)).bytes()], expected);
  const missing = await send(`${url}/missing`);
  assert.equal(await missing.text(), '{"code":"x"}');
  await assert.rejects((await send(`${url}/bytes`)).json(), SyntaxError);
});

contract("without a server it is a TypeError", async (send) => {
  await assert.rejects(send("http://127.0.0.1:1/"), TypeError);
});

contract("what is aborted ends, before, meanwhile, and not afterwards", async (send, url) => {
  const isAbort = (error: unknown) => (error as Error).name === "AbortError";
  await assert.rejects(send(url, { signal: AbortSignal.abort() }), isAbort);
  const ending = new AbortController();
  const answered = send(`${url}/slow`, { signal: ending.signal });
  ending.abort();
  await assert.rejects(answered, isAbort);
  const late = new AbortController();
  const done = await send(`${url}/bytes`, { signal: late.signal });
  await done.bytes();
  late.abort();
});

contract("many at once are all answered", async (send, url) => {
  const all = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => await (await send(`${url}/${i}`)).json()),
  );
  assert.deepEqual(all.map(({ path }: Echo) => path), all.map((_, i) => `/${i}`));
});

Deno.test("uni's fetch: what cannot be sent is refused before anything is sent", async () => {
  const api = fakeUni();
  const send = uniFetch(api);
  await assert.rejects(
    send("http://127.0.0.1:1", { method: "POST", body: new FormData() }),
    /texts and bytes/,
  );
  await assert.rejects(send(new Request("http://127.0.0.1:1")), /no Request/);
  assert.equal(api.mostAtOnce(), 0);
});

Deno.test("uni's fetch: what the platform has parsed or decoded is no trouble", async () => {
  for (const data of [{ 文: 1 }, '{"文":1}']) {
    const send = uniFetch({
      request: ({ success }) => {
        queueMicrotask(() => success({ statusCode: 200, data }));
        return { abort: () => {} };
      },
    });
    assert.deepEqual(await (await send("http://x")).json(), { 文: 1 });
  }
});
