// Private channels and broadcasts from the database, by real policies and real replication.
import assert from "node:assert/strict";
import {
  type Bench,
  eventsOf,
  eventually,
  listen,
  startBench,
  subscribe,
  WITH_DATABASE,
} from "./realtime_support.ts";

const SEND = "select realtime.send($1, $2, $3)";

Deno.test("realtime lets in whom the policies let in", async (t) => {
  await using bench = await startBench();
  const { tokenOf } = bench;

  await t.step("a reader may join a private channel", async () => {
    await using served = await bench.serve();
    const client = served.client(await tokenOf({ reads: ["room"] }));
    const { first } = await listen(client, "room", { private: true });
    assert.equal(first.status, "SUBSCRIBED");
  });

  await t.step("an outsider is refused, and so is one who may only write", async () => {
    await using served = await bench.serve();
    const client = served.client(await tokenOf({ reads: ["other"], writes: ["room"] }));
    const { first } = await listen(client, "room", { private: true });
    assert.deepEqual(first, {
      status: "CHANNEL_ERROR",
      message: "Unauthorized: You do not have permissions to read from this Channel topic: room",
    });
  });

  await t.step("a policy that fails looks like a missing right", async () => {
    await using served = await bench.serve();
    const { first } = await listen(served.client(await tokenOf({})), "broken", { private: true });
    assert.match(first.message ?? "", /^Unauthorized: You do not have permissions/);
    assert.ok(served.logged.some((line) => line.includes("RlsPolicyError: division by zero")));
  });

  await t.step("a refused join holds up its own socket and nobody else's", async () => {
    await using served = await bench.serve({ joinErrorDelay: 800 });
    const denied = served.client(await tokenOf({}));
    const [order, open] = [[] as string[], await subscribe(denied, "open")];
    const refused = listen(denied, "room", { private: true }).then(() => order.push("refused"));
    const other = await subscribe(served.client(), "open");
    await other.channel.send({ type: "broadcast", event: "hello", payload: {} });
    order.push("other sent");
    const heard = open.messages.until(({ event }) => event === "hello").then(() =>
      order.push("heard")
    );
    await Promise.all([refused, heard]);
    assert.equal(order[0], "other sent");
    assert.equal(order.length, 3);
  });

  await t.step("an expired token is refused by name", async () => {
    await using served = await bench.serve();
    const token = await tokenOf({ reads: ["room"], lasts: -60 });
    const { first } = await listen(served.client(token), "room", { private: true });
    assert.match(first.message ?? "", /^InvalidJWTToken: Token has expired 6\d seconds ago$/);
  });

  await t.step("a channel closes when its token ends", async () => {
    await using served = await bench.serve();
    const token = await tokenOf({ reads: ["room"], lasts: 2 });
    const { systems, statuses } = await subscribe(served.client(token), "room", { private: true });
    await systems.until(({ message }) => /^Token has expired \d+ seconds ago$/.test(message));
    await statuses.until(({ status }) => status === "CLOSED");
  });

  await t.step("a token without the right closes the channel", async () => {
    await using served = await bench.serve();
    let token = await tokenOf({ reads: ["room"] });
    const client = served.client(undefined, { accessToken: () => Promise.resolve(token) });
    const { systems, statuses } = await subscribe(client, "room", { private: true });
    token = await tokenOf({});
    await client.setAuth();
    const { status } = await systems.until(({ message }) =>
      message === "You do not have permissions to read from this Channel topic: room"
    );
    assert.equal(status, "error");
    await statuses.until(({ status }) => status === "CLOSED");
  });

  await t.step("a token with the same right changes nothing", async () => {
    await using served = await bench.serve();
    let token = await tokenOf({ reads: ["room"] });
    const client = served.client(undefined, { accessToken: () => Promise.resolve(token) });
    const { channel, messages } = await subscribe(client, "room", {
      private: true,
      broadcast: { ack: true, self: true },
    });
    token = await tokenOf({ reads: ["room"], writes: ["room"] });
    await client.setAuth();
    assert.equal(await channel.send({ type: "broadcast", event: "hi", payload: {} }), "ok");
    await messages.until(({ event }) => event === "hi");
  });

  await t.step("whoever may not write is not answered, and nobody hears him", async () => {
    await using served = await bench.serve();
    const config = { private: true, broadcast: { ack: true } };
    const listener = await subscribe(
      served.client(await tokenOf({ reads: ["room"] })),
      "room",
      config,
    );
    const reader = await subscribe(
      served.client(await tokenOf({ reads: ["room"] })),
      "room",
      config,
    );
    const writer = await subscribe(
      served.client(await tokenOf({ reads: ["room"], writes: ["room"] })),
      "room",
      config,
    );
    const denied = { type: "broadcast", event: "denied", payload: {} } as const;
    assert.equal(await reader.channel.send(denied, { timeout: 300 }), "timed out");
    const allowed = { type: "broadcast", event: "allowed", payload: {} } as const;
    assert.equal(await writer.channel.send(allowed), "ok");
    await listener.messages.until(({ event }) => event === "allowed");
    assert.deepEqual(eventsOf(listener), ["allowed"]);
  });

  await t.step("httpSend obeys the write policy at every call", async () => {
    await using served = await bench.serve();
    const listener = await subscribe(served.client(await tokenOf({ reads: ["a/b%"] })), "a/b%", {
      private: true,
    });
    const writer = served.client(await tokenOf({ writes: ["a/b%"] }));
    await writer.setAuth();
    const channel = writer.channel("a/b%", { config: { private: true } });
    assert.deepEqual(await channel.httpSend("one", { a: 1 }), { success: true });
    const message = await listener.messages.until(({ event }) => event === "one");
    assert.deepEqual(message.payload, { a: 1 });
    const outsider = served.client(await tokenOf({}));
    await outsider.setAuth();
    await assert.rejects(
      outsider.channel("a/b%", { config: { private: true } }).httpSend("two", {}),
      /^Error: Unauthorized$/,
    );
  });

  await t.step("a batch leaves out what is not allowed, without a word", async () => {
    await using served = await bench.serve();
    const listener = await subscribe(served.client(await tokenOf({ reads: ["room"] })), "room", {
      private: true,
    });
    const post = async (token: string, event: string) => {
      const response = await fetch(`${served.origin}/realtime/v1/api/broadcast`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ messages: [{ topic: "room", event, payload: {}, private: true }] }),
      });
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await post(await tokenOf({}), "denied"), 202);
    assert.equal(await post(await tokenOf({ writes: ["room"] }), "allowed"), 202);
    assert.equal(await post("nonsense", "never"), 401);
    await listener.messages.until(({ event }) => event === "allowed");
    assert.deepEqual(eventsOf(listener), ["allowed"]);
  });
});

Deno.test("realtime broadcasts from the database", async (t) => {
  await using bench = await startBench();
  const reader = async () => await bench.tokenOf({ reads: ["room"] });

  await t.step("what was sent before the first join is lost", async () => {
    await using served = await bench.serve();
    await eventually(() => hasPartitions(bench));
    await bench.sql(SEND, [{}, "too early", "room"]);
    const listener = await subscribe(served.client(await reader()), "room", WITH_DATABASE);
    await bench.sql(SEND, [{ a: 1 }, "in time", "room"]);
    const message = await listener.messages.until(({ event }) => event === "in time");
    assert.equal(message.payload.id, message.meta?.id);
    assert.deepEqual(eventsOf(listener), ["in time"]);
  });

  await t.step("messages come after commit, in order, and not after a rollback", async () => {
    await using served = await bench.serve();
    const listener = await subscribe(served.client(await reader()), "room", WITH_DATABASE);
    await bench.sql(`
      begin;
      select realtime.send('{}', 'rolled back', 'room');
      rollback;
      begin;
      select realtime.send('{}', 'one', 'room');
      select realtime.send('[]', 'not an object', 'room');
      insert into realtime.messages (topic, extension, event, payload, private)
      select 'room', 'broadcast', n::text, '{}', true from generate_series(2, 3) as n;
      insert into realtime.messages (topic, extension, event, private)
      values ('room', 'broadcast', 'no payload', true);
      commit;
    `);
    await bench.sql("select realtime.send_binary('\\x00ff', 'bytes', 'room')");
    await bench.sql(SEND, [{}, "last", "room"]);
    await listener.messages.until(({ event }) => event === "last");
    assert.deepEqual(eventsOf(listener), ["one", "2", "3", "bytes", "last"]);
    const bytes = listener.messages.items.find(({ event }) => event === "bytes");
    assert.ok(bytes?.payload instanceof ArrayBuffer);
    assert.deepEqual([...new Uint8Array(bytes.payload)], [0, 255]);
    assert.ok(served.logged.some((line) => line.endsWith("payload_missing")));
  });

  await t.step("a public channel of the same name does not hear private messages", async () => {
    await using served = await bench.serve();
    const listener = await subscribe(served.client(), "room", {
      broadcast: { replication_ready: true },
    });
    await bench.sql(SEND, [{}, "private", "room"]);
    await bench.sql("select realtime.send('{}', 'public', 'room', false)");
    await listener.messages.until(({ event }) => event === "public");
    assert.deepEqual(eventsOf(listener), ["public"]);
  });

  await t.step("while replication is down messages are lost; later ones arrive", async () => {
    await using served = await bench.serve({ replicationRetry: 400 });
    const listener = await subscribe(served.client(await reader()), "room", WITH_DATABASE);
    await bench.asSuperuser(
      "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walsender'",
    );
    await eventually(async () => (await slots(bench)) === 0);
    await bench.sql(SEND, [{}, "lost", "room"]);
    await eventually(async () => (await slots(bench)) === 1);
    await bench.sql(SEND, [{}, "found", "room"]);
    await listener.messages.until(({ event }) => event === "found");
    assert.deepEqual(eventsOf(listener), ["found"]);
    assert.deepEqual(listener.statuses.items.map(({ status }) => status), ["SUBSCRIBED"]);
  });

  await t.step("a private channel may replay what was stored, 25 at most", async () => {
    await using served = await bench.serve();
    const since = Date.now();
    await bench.sql(`
      insert into realtime.messages (topic, extension, event, payload, private, inserted_at)
      select 'room', 'broadcast', 'old ' || n, '{}', true, now() + n * interval '1 millisecond'
      from generate_series(1, 30) as n
    `);
    const config = (limit: number) => ({
      private: true,
      broadcast: { replay: { since, limit }, replication_ready: true },
    });
    const few = await subscribe(served.client(await reader()), "room", config(2));
    await few.messages.until(({ event }) => event === "old 30");
    assert.deepEqual(eventsOf(few), ["old 29", "old 30"]);
    assert.equal(few.messages.items[0]?.meta?.replayed, true);
    const many = await subscribe(served.client(await reader()), "room", config(100));
    await bench.sql(SEND, [{}, "live", "room"]);
    await many.messages.until(({ event }) => event === "live");
    assert.equal(many.messages.items.length, 26);
  });

  await t.step(
    "when Postgres restarts, joins fail meanwhile and everything comes back",
    async () => {
      await using served = await bench.serve({ replicationRetry: 100 });
      const listener = await subscribe(served.client(await reader()), "room", WITH_DATABASE);
      await bench.stopDatabase();
      const refused = await listen(served.client(await reader()), "room", { private: true });
      assert.equal(
        refused.first.message,
        "UnableToConnectToProject: Realtime was unable to connect to the project database",
      );
      await bench.startDatabase();
      const late = await subscribe(served.client(await reader()), "room", WITH_DATABASE);
      await bench.sql(SEND, [{}, "after", "room"]);
      await late.messages.until(({ event }) => event === "after");
      await listener.messages.until(({ event }) => event === "after");
    },
  );
});

async function slots(bench: Bench): Promise<number> {
  return (await bench.sql("select from pg_replication_slots where active")).rowCount ?? 0;
}

async function hasPartitions(bench: Bench): Promise<boolean> {
  const found = await bench.sql(
    "select from pg_inherits where inhparent = 'realtime.messages'::regclass",
  );
  return found.rowCount === 5;
}
