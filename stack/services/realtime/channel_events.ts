import {
  announce,
  armTokenTimer,
  type Channel,
  closeChannel,
  crashChannel,
  shutDownChannel,
} from "./channel.ts";
import { jsonSize, type Push } from "./frames.ts";
import { textFanout, userFanout } from "./hub.ts";
import { type Caller, readRights, type Rights, writeRights } from "./policies.ts";
import { Refusal, unauthorized } from "./refusal.ts";
import { reply } from "./reply.ts";
import type { Server } from "./server.ts";
import { verifyToken } from "./tokens.ts";

/** Queues what the client pushed behind what the channel is still busy with. */
export function handlePush(server: Server, channel: Channel, push: Push): Promise<void> {
  channel.work = channel.work
    .then(() => channel.ended.signal.aborted ? undefined : dispatch(server, channel, push))
    .catch((error: unknown) => crashChannel(server, channel, error));
  return channel.work;
}

function dispatch(server: Server, channel: Channel, push: Push): Promise<void> | void {
  switch (push.event) {
    case "phx_leave":
      reply(channel.socket, push, "ok");
      return closeChannel(server, channel);
    case "access_token":
      return takeToken(server, channel, field(push.payload, "access_token"));
    case "broadcast":
      return broadcast(server, channel, push);
    case "presence":
      return presence(server, channel, push);
    default:
      server.events.add(1);
  }
}

async function broadcast(server: Server, channel: Channel, push: Push): Promise<void> {
  const { config, name, socket } = channel;
  // A denied write is never answered: with `ack` the client times out, without it nobody notices.
  if (!(await mayWrite(server, channel, "broadcast"))) return;
  const size = push.userBroadcast?.bytes.length ?? jsonSize(push.payload);
  if (size > server.limits.maxPayloadBytes) {
    if (config.ack) reply(socket, push, "error", "payload_size_exceeded");
    return;
  }
  server.events.add(1);
  const message = push.userBroadcast
    ? userFanout(name, push.userBroadcast)
    : textFanout(name, "broadcast", push.payload);
  server.hub.send(channel.room, message, config.self ? undefined : channel);
  if (config.ack) reply(socket, push, "ok");
}

async function presence(server: Server, channel: Channel, push: Push): Promise<void> {
  if (countPresenceCall(server, channel)) {
    return shutDownChannel(server, channel, "Client presence rate limit exceeded");
  }
  const event = field(push.payload, "event");
  switch (typeof event === "string" ? event.toLowerCase() : undefined) {
    case "track":
      return await track(server, channel, push);
    case "untrack":
      reply(channel.socket, push, "ok");
      return announce(server, channel, server.presences.untrack(channel.room, channel));
    case undefined:
      return reply(channel.socket, push, "ok");
    default:
      return reply(channel.socket, push, "error");
  }
}

async function track(server: Server, channel: Channel, push: Push): Promise<void> {
  const { socket, room } = channel;
  const allowed = await mayWrite(server, channel, "presence") &&
    await enablePresence(server, channel);
  if (!allowed) return reply(socket, push, "error");
  const payload = field(push.payload, "payload") ?? {};
  if (!isRecord(payload)) {
    return reply(socket, push, "error", { reason: "Presence track payload must be a map" });
  }
  if (jsonSize(payload) > server.limits.maxPayloadBytes) {
    return shutDownChannel(server, channel, "Track message size exceeded");
  }
  if (server.presenceEvents.isOver()) {
    return shutDownChannel(server, channel, "Too many presence messages per second");
  }
  // The socket may have gone while the policies were asked, and nobody would untrack it.
  if (channel.ended.signal.aborted) return;
  server.presenceEvents.add(1);
  reply(socket, push, "ok");
  const { presenceKey } = channel.config;
  announce(server, channel, server.presences.track(room, channel, presenceKey, payload));
}

/** Whoever tracks without having asked for presence sees the others from here on, if he may. */
async function enablePresence(server: Server, channel: Channel): Promise<boolean> {
  if (channel.presenceEnabled) return true;
  const { rights } = channel;
  if (rights) {
    const asked = () =>
      readRights(server.log, server.database, callerOf(channel), channel.name, true);
    const read = await unlessRefused(server, asked);
    if (!read) return false;
    channel.rights = { ...rights, read: { ...rights.read, presence: read.presence } };
  }
  channel.presenceEnabled = true;
  return true;
}

function countPresenceCall(server: Server, channel: Channel): boolean {
  const { maxPresenceCalls, presenceWindow } = server.limits;
  const now = Date.now();
  if (now > channel.presenceCalls.windowEnd) {
    channel.presenceCalls = { count: 0, windowEnd: now + presenceWindow };
  }
  channel.presenceCalls.count++;
  return channel.presenceCalls.count > maxPresenceCalls;
}

async function mayWrite(server: Server, channel: Channel, what: keyof Rights): Promise<boolean> {
  const { rights, name } = channel;
  if (!rights) return true;
  const asked = () => writeRights(server.log, server.database, callerOf(channel), name);
  rights.write ??= await unlessRefused(server, asked);
  return rights.write?.[what] ?? false;
}

async function unlessRefused<T>(server: Server, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    server.log(`realtime: ${error.reason}`);
    return null;
  }
}

function callerOf(channel: Channel): Caller {
  return { claims: channel.claims, headers: channel.socket.headers };
}

/** A new token is asked everything anew; the same one, none, or an API key changes nothing. */
async function takeToken(server: Server, channel: Channel, token: unknown): Promise<void> {
  if (typeof token !== "string" || token === channel.token || token.startsWith("sb_")) return;
  channel.token = token;
  try {
    channel.claims = await verifyToken(server.keys, token);
    await server.connect();
    if (channel.rights) channel.rights = { read: await readAgain(server, channel), write: null };
    if (!channel.ended.signal.aborted) armTokenTimer(server, channel);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    shutDownChannel(server, channel, error.message);
  }
}

async function readAgain(server: Server, channel: Channel): Promise<Rights> {
  const { name, rights, presenceEnabled } = channel;
  const caller = callerOf(channel);
  const read = await readRights(server.log, server.database, caller, name, presenceEnabled);
  if (!read.broadcast && !read.presence) throw unauthorized(name);
  const lost = (rights?.read.broadcast && !read.broadcast) ||
    (rights?.read.presence && !read.presence);
  if (lost) {
    throw new Refusal(
      "Unauthorized",
      `You no longer have permission to read from this Channel topic: ${name}`,
    );
  }
  return read;
}

function field(payload: unknown, name: string): unknown {
  return isRecord(payload) ? payload[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
