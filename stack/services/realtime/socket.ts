import { setTimeout as delay } from "node:timers/promises";
import { type Channel, closeChannel, endChannel, pushSystem } from "./channel.ts";
import { handlePush } from "./channel_events.ts";
import { decodeFrame, type Frame, type Push, type Version } from "./frames.ts";
import { isChannelTopic, joinChannel, TOO_MANY_JOINS } from "./join.ts";
import { Refusal } from "./refusal.ts";
import { reply } from "./reply.ts";
import type { Server } from "./server.ts";

/** A client's connection. */
export interface Socket {
  readonly version: Version;
  /** Of the API key it connected with: counts where a join brings none. */
  readonly token: string;
  readonly headers: Record<string, string>;
  /** By topic, with prefix. */
  readonly channels: Map<string, Channel>;
  /** Aborted when the connection has ended. */
  readonly gone: AbortSignal;
  send(frame: Frame): void;
  close(code: number, reason: string): void;
}

export type Visitor = Pick<Socket, "version" | "token" | "headers">;

interface Connection extends Socket {
  readonly webSocket: WebSocket;
  readonly goneController: AbortController;
  /** Frames are handled one after the other, and a join is waited for. */
  inbox: Promise<void>;
  /** Input not yet handled, in bytes. */
  waiting: number;
  /** Output that waits for the end of a join; null when no join is going on. */
  held: Frame[] | null;
  heldBytes: number;
  idleTimer: ReturnType<typeof setTimeout> | undefined;
}

/** Code 1001, "going away"; 1012, "restarting"; the others as RFC 6455 has them. */
export const CLOSE = { normal: 1000, away: 1001, tooBig: 1009, restart: 1012, tryLater: 1013 };

/** What a queued frame costs beside its bytes, so that many tiny ones count too. */
const FRAME_OVERHEAD = 500;

export function openSocket(server: Server, webSocket: WebSocket, visitor: Visitor): void {
  const goneController = new AbortController();
  const connection: Connection = {
    ...visitor,
    webSocket,
    goneController,
    channels: new Map(),
    gone: goneController.signal,
    inbox: Promise.resolve(),
    waiting: 0,
    held: null,
    heldBytes: 0,
    idleTimer: undefined,
    send: (frame) => send(server, connection, frame),
    close: (code, reason) => close(server, connection, code, reason),
  };
  server.sockets.add(connection);
  webSocket.binaryType = "arraybuffer";
  webSocket.onmessage = ({ data }) => receive(server, connection, data);
  webSocket.onclose = () => leave(server, connection);
  // The close event follows and does what there is to do.
  webSocket.onerror = () => {};
  armIdleTimer(server, connection);
}

function receive(server: Server, connection: Connection, data: string | ArrayBuffer): void {
  if (connection.gone.aborted) return;
  armIdleTimer(server, connection);
  const size = sizeOf(data);
  if (size > server.limits.maxFrameBytes) return connection.close(CLOSE.tooBig, "frame too big");
  connection.waiting += size + FRAME_OVERHEAD;
  if (connection.waiting > server.limits.maxBufferedBytes) {
    return connection.close(CLOSE.tooBig, "too much unhandled input");
  }
  const push = decodeFrame(
    connection.version,
    typeof data === "string" ? data : new Uint8Array(data),
  );
  if (push === null) server.log("realtime: malformed frame ignored");
  connection.inbox = connection.inbox.then(async () => {
    const work = push && !connection.gone.aborted ? handle(server, connection, push) : undefined;
    const finished = Promise.resolve(work)
      .catch((error: unknown) => server.log(`realtime: ${error}`))
      .finally(() => {
        connection.waiting -= size + FRAME_OVERHEAD;
      });
    // Only a join keeps the socket waiting; a channel that is busy keeps just itself.
    if (push?.event === "phx_join") await finished;
  });
}

async function handle(server: Server, connection: Connection, push: Push): Promise<void> {
  if (push.topic === "phoenix" && push.event === "heartbeat") return reply(connection, push, "ok");
  const channel = connection.channels.get(push.topic);
  if (push.event === "phx_join" && isChannelTopic(push.topic)) {
    if (channel) closeChannel(server, channel);
    return await join(server, connection, push);
  }
  if (channel) return await handlePush(server, channel, push);
  if (push.event === "phx_leave") return reply(connection, push, "ok");
  reply(connection, push, "error", { reason: "unmatched topic" });
}

/** While a join is decided nothing else leaves the socket; a refusal makes it wait even longer. */
async function join(server: Server, connection: Connection, push: Push): Promise<void> {
  connection.held = [];
  try {
    const joined = await joinChannel(server, connection, push);
    answerJoin(connection, () => reply(connection, push, "ok", joined.response));
    joined.welcome();
  } catch (error) {
    const reason = error instanceof Refusal ? error.reason : "Unknown Error on Channel";
    server.log(`realtime: join refused: ${error instanceof Refusal ? reason : error}`);
    const wait = { signal: AbortSignal.any([connection.gone, server.ending]) };
    await delay(server.times.joinErrorDelay, undefined, wait).catch(() => {});
    answerJoin(connection, () => reply(connection, push, "error", { reason }));
    if (error instanceof Refusal && error.code === TOO_MANY_JOINS) {
      connection.close(CLOSE.away, error.message);
    }
  }
}

/** The answer goes first, then what was held back for it. */
function answerJoin(connection: Connection, answer: () => void): void {
  const held = connection.held ?? [];
  connection.held = null;
  connection.heldBytes = 0;
  answer();
  for (const frame of held) connection.send(frame);
}

function send(server: Server, connection: Connection, frame: Frame): void {
  const { webSocket, held } = connection;
  if (connection.gone.aborted || webSocket.readyState !== WebSocket.OPEN) return;
  if (held) {
    held.push(frame);
    connection.heldBytes += sizeOf(frame) + FRAME_OVERHEAD;
  } else {
    webSocket.send(frame);
  }
  if (connection.heldBytes + webSocket.bufferedAmount > server.limits.maxBufferedBytes) {
    connection.close(CLOSE.tryLater, "reads too slowly");
  }
}

function close(server: Server, connection: Connection, code: number, reason: string): void {
  if (!connection.gone.aborted) server.log(`realtime: socket closed: ${reason}`);
  leave(server, connection);
  if (connection.webSocket.readyState <= WebSocket.OPEN) connection.webSocket.close(code, reason);
}

function leave(server: Server, connection: Connection): void {
  if (connection.gone.aborted) return;
  connection.goneController.abort();
  clearTimeout(connection.idleTimer);
  connection.held = null;
  for (const channel of [...connection.channels.values()]) endChannel(server, channel);
  server.users.delete(connection);
  server.sockets.delete(connection);
}

function armIdleTimer(server: Server, connection: Connection): void {
  clearTimeout(connection.idleTimer);
  const timeOut = () => connection.close(CLOSE.normal, "idle");
  connection.idleTimer = setTimeout(timeOut, server.times.idleTimeout);
}

/** Tells every channel and sends the client away; it will come back when there is a server again. */
export function dismissSocket(socket: Socket): void {
  for (const channel of socket.channels.values()) {
    pushSystem(channel, "ok", "Server requested disconnect");
  }
  socket.close(CLOSE.restart, "server restarts");
}

function sizeOf(data: string | ArrayBufferLike | Uint8Array): number {
  return typeof data === "string" ? new TextEncoder().encode(data).length : data.byteLength;
}
