// How a stack lives and dies: `npm start` as a process of its own, on a checkout of its own.
import assert from "node:assert/strict";
import { eventually, type Inbox } from "../api/inbox.ts";
import { Cast, type Person, type Place } from "../support/api.ts";
import { callVerb } from "../api/calling.ts";
import { ANY_PORTS, createCheckout, parseStatus, type Running } from "./life_support.ts";
import { assertGone, killAll, programsOf } from "./programs.ts";

const checkout = await createCheckout();
Deno.test.afterAll(async () => await checkout[Symbol.asyncDispose]());
const { run } = checkout;

Deno.test("people, messages and tokens survive a restart", async () => {
  const said = await during(async (running, cast) => {
    const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
    const message = await alice.says(conversation_id, "Remember me");
    assert.equal(await running.stop(), 0);
    return { message, token: bob.token, conversation_id };
  });

  await during(async (_running, cast) => {
    const bob = cast.client(undefined, said.token);
    const { conversation_id } = said;
    const messages = await callVerb(bob, "list_messages", { conversation_id, after_seq: 1 });
    assert.deepEqual(messages, [said.message]);
  });
});

Deno.test("only one stack has a folder, and it can be asked about", async () => {
  await during(async (running) => {
    const { API_URL } = running.status;
    const second = await run("start", ...ANY_PORTS);
    assert.deepEqual([second.code, second.stdout], [1, ""]);
    assert.match(second.stderr, new RegExp(`The stack is running already: ${API_URL}`));

    const status = await run("status");
    assert.equal(status.code, 0);
    assert.deepEqual(parseStatus(status.stdout), running.status);
    const reset = await run("reset");
    assert.deepEqual([reset.code, /Stop it first/.test(reset.stderr)], [1, true]);
  });
  assert.equal((await run("status")).code, 1);
});

Deno.test("a port that is taken is named", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(taken.addr.port);
  for (const option of ["--api-port", "--database-port"]) {
    const { code, stderr } = await run("start", ...ANY_PORTS, option, port);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`Port ${port} is taken`));
  }
});

Deno.test("Ctrl-C ends everything", async () => {
  await during(async (running) => {
    const programs = await programsOf(running.pid);
    assert.ok(programs.some(({ name }) => name === "postgres"));
    assert.ok(programs.some(({ name }) => name === "postgrest"));

    assert.equal(await running.stop(), 0);

    await assertGone(programs);
  });
});

Deno.test("a stack that is killed leaves nothing behind, and starts again", async () => {
  const sent = await during(async (running, cast) => {
    const [alice, , conversation] = await cast.friends("alice", "bob");
    const { id } = await alice.says(conversation, "acknowledged");
    const programs = await programsOf(running.pid);

    Deno.kill(running.pid, "SIGKILL");

    await assertGone(programs);
    return id;
  });

  await during(async (_running, cast) => {
    assert.equal((await cast.sql("select from chat.messages where id = $1", [sent])).length, 1);
    await cast.friends("carol", "dave");
  });
});

Deno.test("PostgREST comes back when it is killed", async () => {
  await during(async (running, cast) => {
    const alice = await cast.signUp("alice");

    await killAll(running.pid, "postgrest");

    await eventually(() => isServed(alice), "REST did not come back");
  });
});

Deno.test("Postgres comes back when it is killed, with all that was acknowledged", async () => {
  await during(async (running, cast) => {
    const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
    const bobHears = await bob.listens();
    const sent = [];
    for (let i = 0; i < 5; i++) sent.push(await alice.says(conversation_id, `message ${i}`));
    for (const message of sent) assert.deepEqual(await bobHears.next("message_created"), message);

    await killAll(running.pid, "postgres");

    await eventually(() => isServed(alice), "REST did not come back", 30_000);
    const messages = await bob.verb("list_messages", { conversation_id, after_seq: 1 });
    assert.deepEqual(messages, sent);
    await hearsAgain(alice, conversation_id, bobHears);
    await using newcomers = new Cast(running.place);
    const [, dave, other] = await newcomers.friends("carol", "dave");
    const daveHears = await dave.listens();
    await hearsAgain(dave, other, daveHears);
  });
});

Deno.test("the gateway knows its keys and its services, and only this machine reaches it", async () => {
  await during(async (running, cast) => {
    const { PUBLISHABLE_KEY, SECRET_KEY, ANON_KEY, SERVICE_ROLE_KEY } = running.status;
    const settings = (apikey?: string) => {
      return cast.http("/auth/v1/settings", { headers: apikey ? { apikey } : {} });
    };
    assert.equal((await settings()).status, 401);
    assert.equal((await settings("sb_publishable_nonsense")).status, 401);
    for (const key of [PUBLISHABLE_KEY, SECRET_KEY, ANON_KEY, SERVICE_ROLE_KEY]) {
      assert.equal((await settings(key)).status, 200);
      const isServer = key === SECRET_KEY || key === SERVICE_ROLE_KEY;
      const { error } = await cast.client(key).rpc("get_settings");
      assert.equal(error?.code, isServer ? undefined : "42501");
    }
    assert.equal((await cast.http("/nowhere/v1/", { headers: {} })).status, 404);

    const preflight = await cast.http("/rest/v1/rpc/sync", {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example.com",
        "access-control-request-method": "POST",
        "access-control-request-headers": "apikey,authorization,content-profile",
      },
    });
    assert.ok(preflight.status === 200 || preflight.status === 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
    assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /POST/);
    assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /content-profile|\*/);
    await assertLocal(running.place);
  });
});

/** A stack for as long as the play takes, and people who use it. */
async function during<Result>(
  play: (running: Running, cast: Cast) => Promise<Result>,
): Promise<Result> {
  await using running = await checkout.start();
  await using cast = new Cast(running.place);
  return await play(running, cast);
}

async function isServed(person: Person): Promise<boolean> {
  return await person.verb("get_profile").then(() => true, () => false);
}

/** Says things until one is heard: channels are not told when pushes flow again. */
async function hearsAgain(person: Person, conversation: string, inbox: Inbox): Promise<void> {
  let heard = false;
  const hearing = inbox.next("message_created").then(() => heard = true);
  await eventually(async () => {
    await person.says(conversation, "Do you hear me?");
    return heard;
  }, "pushes did not come back");
  await hearing;
}

/** None of the machine's other addresses answers. */
async function assertLocal({ apiUrl, databasePort }: Place): Promise<void> {
  const others = Deno.networkInterfaces()
    .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."));
  for (const { address: hostname } of others) {
    for (const port of [Number(new URL(apiUrl).port), databasePort]) {
      await assert.rejects(
        async () => (await Deno.connect({ hostname, port })).close(),
        Deno.errors.ConnectionRefused,
      );
    }
  }
}
