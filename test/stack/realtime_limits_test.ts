// Limits, clients that misbehave, and the end of the service.
import assert from "node:assert/strict";
import {
  eventsOf,
  eventually,
  handshake,
  joinedRaw,
  listen,
  startBench,
  subscribe,
  TOPIC,
} from "./realtime_support.ts";

Deno.test("realtime keeps its limits", async (t) => {
  await using bench = await startBench();
  const { keys } = bench;

  await t.step("too many messages close the channels that hear them", async () => {
    await using served = await bench.serve({ limits: { maxEventsPerSecond: 100, rateTick: 50 } });
    const listener = await subscribe(served.client(), "room");
    const { channel } = await subscribe(served.client(), "room");
    await eventually(async () => {
      for (let n = 0; n < 20; n++) {
        await channel.send({ type: "broadcast", event: "flood", payload: {} });
      }
      return listener.systems.items.length > 0;
    });
    assert.equal(listener.systems.items[0]?.message, "Too many messages per second");
    await assert.rejects(channel.httpSend("one more", {}), /^Error: Too many requests$/);
    await listener.statuses.until(({ status }) => status === "CLOSED");
  });

  await t.step("too many joins close the socket, too many presence calls the channel", async () => {
    await using served = await bench.serve({
      limits: { maxJoinsPerSecond: 50, rateTick: 20, maxPresenceCalls: 1 },
    });
    const tracking = await subscribe(served.client(), "room");
    await tracking.channel.track({ n: 1 });
    void tracking.channel.track({ n: 2 }, { timeout: 10 });
    await tracking.systems.until(({ message }) =>
      message === "Client presence rate limit exceeded"
    );
    const raw = await served.raw("2.0.0");
    let ref = 1;
    await eventually(() => {
      for (let n = 0; n < 5; n++) raw.send(["1", `${ref++}`, TOPIC, "phx_join", {}]);
      return Promise.resolve(
        raw.frames.items.some((frame) => JSON.stringify(frame).includes("ClientJoinRate")),
      );
    });
    assert.equal((await raw.closed).code, 1001);
  });

  await t.step("payloads and frames have a size", async () => {
    await using served = await bench.serve({
      limits: { maxPayloadBytes: 1000, maxFrameBytes: 5000, maxHttpBodyBytes: 5000 },
    });
    const { channel } = await subscribe(served.client(), "room", { broadcast: { ack: true } });
    const big = (size: number) => ({ text: "x".repeat(size) });
    const send = { type: "broadcast", event: "big", payload: big(2000) } as const;
    assert.equal(await channel.send(send), "error");
    await assert.rejects(channel.httpSend("big", big(2000)), /Payload size exceeds/);
    const body = JSON.stringify({ messages: [{ topic: "t", event: "e", payload: big(6000) }] });
    const headers = { apikey: keys.publishableKey, "content-type": "application/json" };
    const url = `${served.origin}/realtime/v1/api/broadcast`;
    assert.equal((await post(url, headers, body)).status, 413);
    assert.equal((await post(url, headers, "{")).status, 400);
    assert.equal((await post(url, headers, '{"messages":[{}]}')).status, 422);
    assert.equal((await post(`${url}/%ff/events/e`, headers, "{}")).status, 400);
    const raw = await joinedRaw(served);
    raw.send(["1", "2", TOPIC, "broadcast", big(6000)]);
    assert.equal((await raw.closed).code, 1009);
  });

  await t.step("JSON nested too deeply does no harm", async () => {
    await using served = await bench.serve();
    const older = await subscribe(served.client(undefined, { vsn: "1.0.0" }), "room");
    const deep = '{"1":'.repeat(50_000) + "1" + "}".repeat(50_000);
    const headers = { apikey: keys.publishableKey, "content-type": "application/json" };
    const url = `${served.origin}/realtime/v1/api/broadcast`;
    const message = `{"topic":"room","event":"deep","payload":${deep}}`;
    assert.equal((await post(url, headers, `{"messages":[${message}]}`)).status, 422);
    assert.equal((await post(`${url}/room/events/deep`, headers, deep)).status, 202);
    const raw = await joinedRaw(served);
    raw.send(`["1","2","${TOPIC}","broadcast",${deep}]`);
    raw.send(["1", "3", TOPIC, "broadcast", { type: "broadcast", event: "flat", payload: {} }]);
    await older.messages.until(({ event }) => event === "flat");
    assert.deepEqual(eventsOf(older), ["flat"]);
    raw.close();
  });

  await t.step("a socket that says nothing is closed", async () => {
    await using served = await bench.serve({ idleTimeout: 50 });
    const raw = await joinedRaw(served);
    assert.equal((await raw.closed).code, 1000);
  });

  await t.step("a client that does not read is sent away before memory fills", async () => {
    await using served = await bench.serve({ limits: { maxBufferedBytes: 3_000_000 } });
    const url = `${served.origin}/realtime/v1/websocket?vsn=2.0.0&apikey=${keys.publishableKey}`;
    const connection = await Deno.connect({ port: Number(new URL(url).port) });
    await connection.write(new TextEncoder().encode(handshake(url)));
    await connection.read(new Uint8Array(1000));
    await connection.write(maskedText(JSON.stringify(["1", "1", TOPIC, "phx_join", {
      config: { presence: { enabled: true, key: "slow" } },
    }])));
    const watcher = await listen(served.client(), "room");
    const { channel } = await subscribe(served.client(), "room 2");
    await eventually(async () => {
      await watcher.channel.send({ type: "broadcast", event: "big", payload: "x".repeat(900_000) });
      return served.logged.some((line) => line.includes("reads too slowly"));
    });
    connection.close();
    assert.equal(await channel.unsubscribe(), "ok");
  });

  await t.step("a service that ends says so and closes with 1012", async () => {
    await using served = await bench.serve();
    const raw = await joinedRaw(served);
    await served.endService();
    assert.equal((await raw.closed).code, 1012);
    assert.deepEqual(raw.frames.items.at(-1)?.[4], {
      extension: "system",
      status: "ok",
      message: "Server requested disconnect",
      channel: "room",
    });
  });
});

async function post(url: string, headers: Record<string, string>, body: string) {
  const response = await fetch(url, { method: "POST", headers, body });
  await response.body?.cancel();
  return response;
}

/** A frame as a client must send it; the mask is zero, so the text stays readable. */
function maskedText(text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  const length = payload.length < 126
    ? [payload.length]
    : [126, payload.length >> 8, payload.length & 255];
  const [first = 0, ...more] = length;
  return Uint8Array.from([0x81, 0x80 | first, ...more, 0, 0, 0, 0, ...payload]);
}
