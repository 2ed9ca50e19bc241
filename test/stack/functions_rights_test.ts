import assert from "node:assert/strict";
import { EVALUATE, evaluate, SAY, startProject } from "./functions_support.ts";

Deno.test("a function is told of the stack, and of nothing else", async () => {
  await using project = await startProject({ "run/index.ts": EVALUATE });
  const { keys } = project;
  const told = (name: string) => evaluate(project, `return Deno.env.get("${name}")`);
  assert.deepEqual(await told("SUPABASE_URL"), { value: project.url });
  assert.deepEqual(await told("SUPABASE_SERVICE_ROLE_KEY"), { value: keys.serviceRoleKey });
  assert.deepEqual(await told("SUPABASE_SECRET_KEYS"), {
    value: JSON.stringify({ default: keys.secretKey }),
  });
  assert.deepEqual(await told("SUPABASE_JWKS"), { value: JSON.stringify(keys.publicJwks) });
  assert.deepEqual(await told("DENO_REGION"), { value: "local" });
  assert.deepEqual(await told("HOME"), { value: null });
  assert.deepEqual(await told("PATH"), { value: null });
});

Deno.test("a function reads its own folder and _shared, and no other file", async () => {
  await using project = await startProject({
    "run/index.ts": EVALUATE,
    "run/words.txt": "mine",
    "_shared/words.txt": "ours",
    "other/words.txt": "theirs",
  });
  const read = (path: string) => evaluate(project, `return await Deno.readTextFile("${path}")`);
  const below = `${project.folder}/functions`;
  assert.deepEqual(await read(`${below}/run/words.txt`), { value: "mine" });
  assert.deepEqual(await read(`${below}/_shared/words.txt`), { value: "ours" });
  assert.deepEqual(await read(`${below}/other/words.txt`), { error: "NotCapable" });
  assert.deepEqual(await read(`${project.folder}/supabase/config.toml`), { error: "NotCapable" });
  assert.deepEqual(await read("/etc/passwd"), { error: "NotCapable" });
});

Deno.test("a function neither writes, nor runs programs, nor asks about the machine", async () => {
  await using project = await startProject({ "run/index.ts": EVALUATE });
  for (
    const code of [
      `await Deno.writeTextFile("${project.folder}/functions/run/x", "")`,
      `await new Deno.Command("true").output()`,
      `Deno.dlopen("libc.so.6", {})`,
      `Deno.hostname()`,
    ]
  ) assert.deepEqual(await evaluate(project, code), { error: "NotCapable" }, code);
});

Deno.test("a function reaches the stack, and other hosts only when they are named", async () => {
  using named = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connect = ({ addr }: Deno.TcpListener) =>
    `(await Deno.connect({ hostname: "127.0.0.1", port: ${addr.port} })).close()`;
  await using project = await startProject({ "run/index.ts": EVALUATE, "ok/index.ts": SAY("ok") }, {
    reaches: { run: [`127.0.0.1:${named.addr.port}`] },
  });
  const ok = `return await (await fetch("${project.url}/functions/v1/ok")).text()`;
  assert.deepEqual(await evaluate(project, ok), { value: "ok" });
  assert.deepEqual(await evaluate(project, connect(named)), { value: null });
  assert.deepEqual(await evaluate(project, connect(other)), { error: "NotCapable" });
});

Deno.test("what a function writes is logged under its name", async () => {
  await using project = await startProject({
    "wordy/index.ts":
      `Deno.serve(() => { console.log("one"); console.error("two"); return new Response(); });`,
  });
  await (await project.call("wordy")).body?.cancel();
  assert.equal(await project.untilLogged(/one/), "[wordy] one");
  assert.equal(await project.untilLogged(/two/), "[wordy] two");
});
