// What is thrown at the socket of one client is not felt by another.
import assert from "node:assert/strict";
import { PUBLISHABLE_KEY } from "../../stack/keys.ts";
import { type Cast, story } from "../support/api.ts";
import { within } from "./inbox.ts";

const SOCKET = `/realtime/v1/websocket?apikey=${PUBLISHABLE_KEY}&vsn=2.0.0`;

story("messages that make no sense are borne, and others go on hearing", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const bobHears = await bob.listens();
  const messages = [
    "",
    "{",
    "null",
    "[]",
    "[1,2,3,4,5]",
    "{}",
    `[null,null,null,null,null]`,
    `["1","1","realtime:${bob.topic}","phx_join"]`,
    `["1","1","realtime:${bob.topic}","phx_join",[]]`,
    `["1","1","realtime:${bob.topic}","phx_join",{"config":{"private":"yes","broadcast":7}}]`,
    `["1","1","realtime:${bob.topic}","phx_join",{"config":{"private":true},"access_token":{}}]`,
    `["1","1","realtime:${bob.topic}","phx_join",{"config":${"[".repeat(9_999)}${
      "]".repeat(9_999)
    }}]`,
    `["1","1","realtime:${bob.topic}","access_token",{"access_token":"${bob.token}"}]`,
    `["1","1","realtime:${bob.topic}","broadcast",{"event":"message_created","payload":{}}]`,
    `["1","1","phoenix","heartbeat",null]`,
    `["1","1","realtime:\\u0000","phx_join",{"config":{"private":true}}]`,
    new Uint8Array(0),
    ...Array.from({ length: 8 }, (_, kind) => new Uint8Array([kind, 255, 255, 255, 255, 255, 9])),
    new Uint8Array(100_000).fill(3),
    new Uint8Array([0xff, 0xfe]),
  ];

  for (const message of messages) await throwAt(cast, message);

  const sent = await alice.says(conversation, "still here");
  assert.deepEqual(await bobHears.next("message_created"), sent);
  assert.deepEqual(await bob.rest(bobHears), []);
});

story("bytes that are no frames close their own connection", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const bobHears = await bob.listens();
  const upgrade = [
    `GET ${SOCKET} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "",
  ].join("\r\n");
  const frames = [
    [0x81, 0x05, 0x68, 0x65, 0x6c, 0x6c, 0x6f], // not masked
    [0xf1, 0x80, 0, 0, 0, 0], // reserved bits
    [0x83, 0x80, 0, 0, 0, 0], // an opcode that nobody knows
    [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], // nine exabytes to come
    [0x89, 0xfe, 0xff, 0xff, 0, 0, 0, 0], // a ping that is too long
    [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], // a text that is not UTF-8
  ];
  for (const frame of frames) {
    await speak(cast, [new TextEncoder().encode(upgrade), new Uint8Array(frame)]);
  }
  for (
    const text of [
      "\x16\x03\x01\x02\x00\x01\x00",
      "GET /\r\n\r\n",
      "GET / HTTP/9\r\n\r\n",
      `GET /${"a".repeat(200_000)}`,
    ]
  ) {
    await speak(cast, [new TextEncoder().encode(text)]);
  }

  const sent = await alice.says(conversation, "still here");
  assert.deepEqual(await bobHears.next("message_created"), sent);
});

/** Sends one message on a socket of its own; returns when a heartbeat after it is answered, or the socket is closed. */
async function throwAt(cast: Cast, message: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const socket = new WebSocket(cast.place.apiUrl.replace("http", "ws") + SOCKET);
  const [answered, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  socket.onclose = () => closed.resolve();
  socket.onmessage = ({ data }) => String(data).includes(`"last"`) && answered.resolve();
  socket.onopen = () => {
    socket.send(message);
    socket.send(`[null,"last","phoenix","heartbeat",{}]`);
  };
  await within(
    Promise.race([answered.promise, closed.promise]),
    () => `no answer after ${message}`,
  );
  socket.close();
  await within(closed.promise, () => "the socket did not close");
}

/** Writes bytes to the port; what comes back does not matter, only that it ends when we end. */
async function speak(cast: Cast, parts: Uint8Array<ArrayBuffer>[]): Promise<void> {
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(cast.place.apiUrl).port),
  });
  try {
    for (const part of parts) {
      await connection.write(part);
      if (part !== parts.at(-1)) await connection.read(new Uint8Array(4096));
    }
    await connection.closeWrite();
    while (await connection.read(new Uint8Array(4096)) !== null);
  } catch (error) {
    // The server may hang up at any moment.
    assert.match(String(error), /ConnectionReset|BrokenPipe|NotConnected/);
  }
}
