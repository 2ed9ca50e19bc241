import assert from "node:assert/strict";
import { assertFailure, EVALUATE, evaluate, SAY, startProject } from "./functions_support.ts";

Deno.test("a change of a file below functions/ is there with the next call", async () => {
  await using project = await startProject({
    "say/index.ts": `
      import { word } from "../_shared/word.ts";
      Deno.serve(() => new Response(word));
    `,
    "_shared/word.ts": `export const word = "before";`,
  });
  const say = async () => await (await project.call("say")).text();
  assert.equal(await say(), "before");
  await project.write("functions/_shared/word.ts", `export const word = "after!";`);
  assert.equal(await say(), "after!");
});

Deno.test("a call that is under way ends well when the function changes meanwhile", async () => {
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  await using gate = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    asked.resolve();
    await go.promise;
    return new Response("old");
  });
  const host = `127.0.0.1:${gate.addr.port}`;
  await using project = await startProject({
    "slow/index.ts": `Deno.serve(() => fetch("http://${host}"));`,
  }, { reaches: { slow: [host] } });

  const old = project.call("slow");
  await asked.promise;
  await project.write("functions/slow/index.ts", SAY("new"));
  assert.equal(await (await project.call("slow")).text(), "new");
  go.resolve();
  assert.equal(await (await old).text(), "old");
  await project.untilLogged(/\[slow\] ended/);
});

Deno.test("a function that crashes in a call says so, and is there again for the next one", async () => {
  await using project = await startProject({
    "frail/index.ts": `
      Deno.serve((request) => {
        if (request.method === "POST") {
          queueMicrotask(() => { throw new Error("oh no"); });
          return new Promise(() => {});
        }
        return new Response("well");
      });
    `,
  });
  await assertFailure(await project.call("frail", { method: "POST" }), 500, "WORKER_ERROR");
  assert.equal(await (await project.call("frail")).text(), "well");
});

Deno.test("a function that throws answers 500 and goes on", async () => {
  await using project = await startProject({
    "frail/index.ts": `Deno.serve(() => { throw new Error("secret words"); });`,
  });
  for (let round = 0; round < 2; round += 1) {
    const response = await project.call("frail");
    assert.equal(response.status, 500);
    assert.equal(response.headers.get("sb-error-code"), "EDGE_FUNCTION_ERROR");
    assert.ok(!(await response.text()).includes("secret"));
  }
  await project.untilLogged(/\[frail\] .*secret words/);
});

Deno.test("a function that does not load answers a boot error, until it is mended", async () => {
  await using project = await startProject({ "frail/index.ts": `import "./nowhere.ts";` });
  await assertFailure(await project.call("frail"), 503, "BOOT_ERROR");
  await assertFailure(await project.call("frail"), 503, "BOOT_ERROR");
  await project.write("functions/frail/index.ts", SAY("well"));
  assert.equal(await (await project.call("frail")).text(), "well");
});

Deno.test("a function that fills its memory is ended, and is there again", async () => {
  await using project = await startProject({ "run/index.ts": EVALUATE }, { memoryLimit: 32 });
  const hoard = "const all = []; while (true) all.push(new Array(1e5).fill({}).map(() => ({})));";
  const response = await project.call("run", { method: "POST", body: hoard });
  await assertFailure(response, 546, "WORKER_RESOURCE_LIMIT");
  assert.deepEqual(await evaluate(project, "return 1"), { value: 1 });
});

Deno.test("a function that never answers is ended at the limit, even in a loop that ignores signals", async () => {
  await using project = await startProject({ "run/index.ts": EVALUATE }, { wallLimit: 1_000 });
  for (const code of ["await new Promise(() => {})", "while (true);"]) {
    assert.deepEqual(await evaluate(project, "return 1"), { value: 1 });
    const deaf = `Deno.addSignalListener("SIGTERM", () => {}); ${code}`;
    const stuck = await project.call("run", { method: "POST", body: deaf });
    await assertFailure(stuck, 504, "IDLE_TIMEOUT");
    await project.untilLogged(/ended with code/);
    project.lines.length = 0;
  }
});

Deno.test("a stack with a stuck function stops at once", async () => {
  const project = await startProject({
    "stuck/index.ts": `Deno.serve(() => { console.log("stuck"); while (true); });`,
  });
  const answer = project.call("stuck");
  await project.untilLogged(/\[stuck\] stuck/);
  await project[Symbol.asyncDispose]();
  await (await answer).body?.cancel();
});
