// The adapter of `WebSocket` and that of browsers do the same, against a real server.
import assert from "node:assert/strict";
import { type SocketConstructor, uniWebSocket } from "../../client/adapters/uni_websocket.ts";
import { fakeUni } from "./fake_uni.ts";

const KINDS: Record<string, () => SocketConstructor> = {
  // realtime-js takes the one as well as the other.
  "the browser's": () => WebSocket as unknown as SocketConstructor,
  "uni's": () => uniWebSocket(fakeUni()),
};

/** Says everything again; on "bye" it closes. */
function answer(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) =>
    data === "bye" ? socket.close(4001, "enough") : socket.send(data);
  return response;
}

function contract(
  name: string,
  check: (Socket: SocketConstructor, url: string) => Promise<void>,
): void {
  for (const [kind, create] of Object.entries(KINDS)) {
    Deno.test(`${kind} WebSocket: ${name}`, async () => {
      const server = Deno.serve({ port: 0, onListen: () => {} }, answer);
      await check(create(), `ws://127.0.0.1:${server.addr.port}/socket`);
      await server.shutdown();
    });
  }
}

type Socket = InstanceType<SocketConstructor>;
// deno-lint-ignore no-explicit-any -- events of all kinds, looked into by assertions
type Told = any;

/** Everything that a socket tells, in its order. */
function hear(socket: Socket) {
  const heard: Told[] = [];
  let wake = () => {};
  const take = (event: Told) => {
    heard.push(event);
    wake();
  };
  socket.binaryType = "arraybuffer";
  socket.onopen =
    socket.onmessage =
    socket.onerror =
    socket.onclose =
      take;
  return {
    heard,
    types: () => heard.map(({ type }) => type),
    next: async (type: string): Promise<Told> => {
      for (;;) {
        const event = heard.find((one) => one.type === type && !one.isTaken);
        if (event) return Object.assign(event, { isTaken: true });
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
  };
}

contract("it opens, talks and closes", async (Socket, url) => {
  const socket = new Socket(url);
  const ears = hear(socket);
  assert.deepEqual([socket.readyState, socket.url], [socket.CONNECTING, url]);
  await ears.next("open");
  assert.equal(socket.readyState, socket.OPEN);
  socket.send("文😀");
  assert.equal((await ears.next("message")).data, "文😀");
  for (const data of [new Uint8Array([1, 2]), new Uint8Array([0, 1, 2, 0]).subarray(1, 3)]) {
    socket.send(data);
    assert.deepEqual(new Uint8Array((await ears.next("message")).data), new Uint8Array([1, 2]));
  }
  socket.send(new Uint8Array([7]).buffer);
  assert.deepEqual(new Uint8Array((await ears.next("message")).data), new Uint8Array([7]));
  socket.close(3001, "done");
  assert.equal(socket.readyState, socket.CLOSING);
  socket.close();
  const { code, wasClean } = await ears.next("close");
  assert.deepEqual([code, wasClean, socket.readyState], [3001, true, socket.CLOSED]);
  socket.send("into the void");
  assert.equal(ears.types().filter((type) => type === "close").length, 1);
});

contract("the server's code and reason arrive", async (Socket, url) => {
  const socket = new Socket(new URL(url));
  const ears = hear(socket);
  await ears.next("open");
  socket.send("bye");
  const { code, reason, wasClean } = await ears.next("close");
  assert.deepEqual([code, reason, wasClean], [4001, "enough", true]);
});

contract("nothing is sent before it is open", async (Socket, url) => {
  const socket = new Socket(url);
  const ears = hear(socket);
  assert.throws(() => socket.send("early"), { name: "InvalidStateError" });
  await ears.next("open");
  socket.close();
  await ears.next("close");
  assert.deepEqual(ears.types(), ["open", "close"]);
});

contract("without a server there is an error, and then one end", async (Socket) => {
  const socket = new Socket("ws://127.0.0.1:1/");
  const ears = hear(socket);
  assert.equal((await ears.next("close")).wasClean, false);
  assert.deepEqual([ears.types(), socket.readyState], [["error", "close"], socket.CLOSED]);
});

contract("it may be closed before it is open", async (Socket, url) => {
  const socket = new Socket(url);
  const ears = hear(socket);
  socket.close();
  assert.equal((await ears.next("close")).wasClean, false);
  assert.ok(!ears.types().includes("open"));
});

contract("codes that are not for apps are refused", async (Socket, url) => {
  const socket = new Socket(url);
  const ears = hear(socket);
  assert.throws(() => socket.close(1001));
  await ears.next("open");
  socket.close(1000);
  await ears.next("close");
});

contract("listeners can be added and taken away", async (Socket, url) => {
  const socket = new Socket(url);
  const ears = hear(socket);
  const heard: string[] = [];
  const gone = () => heard.push("gone");
  socket.addEventListener("message", gone);
  socket.addEventListener("message", ({ data }: Told) => heard.push(data));
  socket.removeEventListener("message", gone);
  await ears.next("open");
  socket.send("one");
  await ears.next("message");
  socket.close();
  await ears.next("close");
  assert.deepEqual(heard, ["one"]);
});

Deno.test("uni's WebSocket: one too many for the platform is an end like others", async () => {
  const server = Deno.serve({ port: 0, onListen: () => {} }, answer);
  const Socket = uniWebSocket(fakeUni());
  const url = `ws://127.0.0.1:${server.addr.port}`;
  const all = Array.from({ length: 6 }, () => {
    const socket = new Socket(url);
    return { socket, ...hear(socket) };
  });
  const last = all.pop()!;
  assert.equal((await last.next("close")).code, 1006);
  assert.deepEqual(last.types(), ["error", "close"]);
  for (const { socket, next } of all) {
    await next("open");
    socket.close();
    await next("close");
  }
  await server.shutdown();
});
