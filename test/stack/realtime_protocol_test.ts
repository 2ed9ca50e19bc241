// The wire: both serializers, replies and refs, presence, and frames that are none.
import assert from "node:assert/strict";
import {
  eventsOf,
  eventually,
  handshake,
  joinedRaw,
  startBench,
  subscribe,
  TOPIC,
} from "./realtime_support.ts";

Deno.test("realtime speaks the protocol of realtime-js", async (t) => {
  await using bench = await startBench();
  const { keys } = bench;

  await t.step("a join, a heartbeat and a leave are answered with their refs", async () => {
    await using served = await bench.serve();
    const raw = await served.raw("2.0.0");
    raw.send(["1", "1", TOPIC, "phx_join", { config: {} }]);
    raw.send([null, "2", "phoenix", "heartbeat", {}]);
    raw.send(["1", "3", TOPIC, "phx_leave", {}]);
    await raw.frames.until(([, , , event]) => event === "phx_close");
    assert.deepEqual(raw.frames.items, [
      ["1", "1", TOPIC, "phx_reply", { status: "ok", response: { postgres_changes: [] } }],
      [null, "2", "phoenix", "phx_reply", { status: "ok", response: {} }],
      ["1", "3", TOPIC, "phx_reply", { status: "ok", response: {} }],
      ["1", "1", TOPIC, "phx_close", {}],
    ]);
    raw.close();
  });

  await t.step("joining a topic again closes the older instance", async () => {
    await using served = await bench.serve();
    const raw = await joinedRaw(served);
    raw.send(["2", "2", TOPIC, "phx_join", { config: {} }]);
    await raw.frames.until(([, ref]) => ref === "2");
    assert.deepEqual(raw.frames.items[1], ["1", "1", TOPIC, "phx_close", {}]);
    raw.close();
  });

  await t.step("malformed frames are ignored, and pushes to nowhere are refused", async () => {
    await using served = await bench.serve();
    const raw = await joinedRaw(served);
    const frames = ["", "{", "[]", "null", '["1",1,{},[],2]', new Uint8Array(), bytes("04")];
    for (const frame of frames) raw.send(frame);
    // A header that promises more than there is, and JSON that is none.
    raw.send(bytes("03 ff ff ff ff ff 01 31"));
    raw.send(userPush("realtime:room", "broken", "{"));
    raw.send(["1", "7", "realtime:nowhere", "broadcast", {}]);
    raw.send(["1", "8", "nowhere", "phx_join", {}]);
    raw.send(["1", "9", TOPIC, "unheard of", null]);
    raw.send(["1", "10", TOPIC, "presence", "nonsense"]);
    await raw.frames.until(([, ref]) => ref === "10");
    const unmatched = { status: "error", response: { reason: "unmatched topic" } };
    assert.deepEqual(raw.frames.items.slice(1, 3).map((frame) => frame[4]), [unmatched, unmatched]);
    raw.close();
  });

  await t.step("joins are refused in the words of the real service", async () => {
    await using served = await bench.serve({ limits: { maxChannelsPerClient: 1 } });
    const raw = await served.raw("2.0.0");
    const reasonOf = async (ref: string, topic: string, payload: unknown) => {
      raw.send([ref, ref, topic, "phx_join", payload]);
      const frame = await raw.frames.until(([, itsRef]) => itsRef === ref);
      return (frame[4] as { response: { reason?: string } }).response.reason;
    };
    const expiresAsWord = await keys.sign({ role: "authenticated" });
    const foreign = keys.anonKey.slice(0, -4) + "AAAA";
    const replay = { config: { broadcast: { replay: { since: 0 } } } };
    assert.deepEqual([
      await reasonOf("1", "realtime:", {}),
      await reasonOf("2", TOPIC, { access_token: "nonsense" }),
      await reasonOf("3", TOPIC, { access_token: foreign }),
      await reasonOf("4", TOPIC, { access_token: expiresAsWord }),
      await reasonOf("5", TOPIC, replay),
      await reasonOf("6", TOPIC, { access_token: keys.publishableKey }),
      await reasonOf("7", "realtime:second", {}),
    ], [
      "TopicNameRequired: You must provide a topic name",
      "MalformedJWT: The token provided is not a valid JWT",
      "JwtSignatureError: Failed to validate JWT signature",
      "InvalidJWTToken: Fields `role` and `exp` are required in JWT",
      "UnableToReplayMessages: Replay is not allowed for public channels",
      undefined,
      "ChannelRateLimitReached: Too many channels",
    ]);
    raw.close();
  });

  await t.step("a socket without a good key is refused before it opens", async () => {
    await using served = await bench.serve();
    const answerTo = async (query: string) => {
      const url = `${served.origin}/realtime/v1/websocket?vsn=2.0.0&${query}`;
      const connection = await Deno.connect({ port: Number(new URL(url).port) });
      await connection.write(new TextEncoder().encode(handshake(url)));
      const answer = await readAnswer(connection);
      return [answer.slice(9, 12), /\{.*\}/.exec(answer)?.[0]];
    };
    assert.deepEqual(await answerTo(""), ["401", '{"error":"API key is missing"}']);
    assert.deepEqual(await answerTo("apikey=sb_secret_nonsense"), [
      "401",
      '{"error":"The token provided is not a valid JWT"}',
    ]);
    const plain = await fetch(`${served.origin}/realtime/v1/websocket`);
    assert.equal(plain.status, 426);
    await plain.body?.cancel();
  });

  await t.step("self and ack are as the channel asked for", async () => {
    await using served = await bench.serve();
    const deaf = await subscribe(served.client(), "room", { broadcast: { ack: true } });
    const both = await subscribe(served.client(), "room", { broadcast: { self: true } });
    const send = { type: "broadcast", payload: { a: "ä" } } as const;
    assert.equal(await deaf.channel.send({ ...send, event: "one" }), "ok");
    assert.equal(await both.channel.send({ ...send, event: "two" }), "ok");
    await Promise.all(
      [deaf, both].map((side) => side.messages.until(({ event }) => event === "two")),
    );
    assert.deepEqual([eventsOf(deaf), eventsOf(both)], [["two"], ["one", "two"]]);
    assert.deepEqual(both.messages.items[0]?.payload, { a: "ä" });
  });

  await t.step("both serializers hear each other; raw bytes reach the newer one only", async () => {
    await using served = await bench.serve();
    const older = await subscribe(served.client(undefined, { vsn: "1.0.0" }), "room");
    const newer = await subscribe(served.client(), "room");
    const send = { type: "broadcast", payload: { n: 1 } } as const;
    await newer.channel.send({ ...send, event: "bytes", payload: new Uint8Array([1, 2]).buffer });
    await newer.channel.send({ ...send, event: "from newer" });
    await older.messages.until(({ event }) => event === "from newer");
    await older.channel.send({ ...send, event: "from older" });
    const heard = await newer.messages.until(({ event }) => event === "from older");
    assert.deepEqual(heard.payload, { n: 1 });
    assert.deepEqual(eventsOf(older), ["from newer"]);
    const third = await subscribe(served.client(), "room");
    await newer.channel.send({ ...send, event: "bytes", payload: new Uint8Array([1, 2]).buffer });
    const { payload } = await third.messages.until(({ event }) => event === "bytes");
    assert.ok(payload instanceof ArrayBuffer && payload.byteLength === 2);
  });

  await t.step("presence shows who is there, and tells who comes and goes", async () => {
    await using served = await bench.serve();
    const raw = await served.raw("2.0.0");
    const config = { presence: { key: "bob", enabled: true } };
    raw.send(["1", "1", TOPIC, "phx_join", { config }]);
    await raw.frames.until(([, , , event]) => event === "presence_state");
    assert.deepEqual(raw.frames.items[1], ["1", null, TOPIC, "presence_state", {}]);
    const alice = await subscribe(served.client(), "room", { presence: { key: "alice" } });
    const diff = (part: "joins" | "leaves", name: string) =>
      raw.frames.until(([, , , event, payload]) =>
        event === "presence_diff" &&
        (payload as Diff)[part].alice?.metas[0]?.name === name
      );
    assert.equal(await alice.channel.track({ name: "A" }), "ok");
    const [, , , , first] = await diff("joins", "A") as [0, 0, 0, 0, Diff];
    assert.equal(await alice.channel.track({ name: "B" }), "ok");
    const [, , , , second] = await diff("joins", "B") as [0, 0, 0, 0, Diff];
    const [was, is] = [first, second].map(({ joins }) => joins.alice?.metas[0]);
    assert.equal(is?.phx_ref_prev, was?.phx_ref);
    assert.deepEqual(second.leaves.alice?.metas[0], was);
    await alice.channel.unsubscribe();
    await diff("leaves", "B");
    raw.close();
  });

  await t.step("presence goes with the socket, and its payload must be an object", async () => {
    await using served = await bench.serve();
    const client = served.client();
    const seen: string[][] = [];
    const channel = client.channel("room");
    const synced = Promise.withResolvers<void>();
    channel.on("presence", { event: "sync" }, () => {
      seen.push(Object.keys(channel.presenceState()));
      if (seen.at(-2)?.length === 1 && seen.at(-1)?.length === 0) synced.resolve();
    });
    channel.subscribe();
    const raw = await joinedRaw(served, { presence: { key: "gone soon" } });
    raw.send(["1", "2", TOPIC, "presence", { event: "track", payload: 5 }]);
    raw.send(["1", "3", TOPIC, "presence", { event: "TRACK", payload: { a: 1 } }]);
    const [, , , , refused] = await raw.frames.until(([, ref]) => ref === "2");
    assert.deepEqual(refused, {
      status: "error",
      response: { reason: "Presence track payload must be a map" },
    });
    await raw.frames.until(([, ref]) => ref === "3");
    await eventually(() => Promise.resolve(seen.at(-1)?.length === 1));
    raw.close();
    await synced.promise;
  });
});

type Diff = Record<"joins" | "leaves", Record<string, { metas: Record<string, string>[] }>>;

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex.replaceAll(" ", ""));
}

function userPush(topic: string, event: string, payload: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(`11${topic}${event}${payload}`);
  return Uint8Array.from([3, 1, 1, topic.length, event.length, 0, 1, ...text]);
}

async function readAnswer(connection: Deno.TcpConn): Promise<string> {
  let answer = "";
  const buffer = new Uint8Array(4096);
  while (!answer.includes("}")) {
    const count = await connection.read(buffer);
    if (count === null) break;
    answer += new TextDecoder().decode(buffer.subarray(0, count));
  }
  connection.close();
  return answer;
}
