import { setTimeout as delay } from "node:timers/promises";
import { encodeMessage, type Ref } from "./frames.ts";
import { type Fanout, type Subscriber, textFanout } from "./hub.ts";
import type { JoinConfig } from "./join_config.ts";
import type { Rights } from "./policies.ts";
import type { PresenceDiff } from "./presence.ts";
import { Refusal } from "./refusal.ts";
import type { Server } from "./server.ts";
import type { Socket } from "./socket.ts";
import { type Claims, verifyToken } from "./tokens.ts";

/** One joined channel of one socket. What its policies said stays valid until its token changes. */
export interface Channel extends Subscriber {
  readonly socket: Socket;
  readonly joinRef: Ref;
  /** With the prefix `realtime:`. */
  readonly topic: string;
  readonly name: string;
  readonly room: string;
  readonly config: JoinConfig;
  /** Aborted when the channel ends, for whatever reason. */
  readonly ended: AbortController;
  /** Ids of stored messages that were replayed, which a live copy must not repeat. */
  readonly replayed: ReadonlySet<string>;
  token: string;
  claims: Claims;
  /** Null in a public channel, where nobody is asked. `write` is asked for at the first write. */
  rights: { read: Rights; write: Rights | null } | null;
  presenceEnabled: boolean;
  presenceCalls: { count: number; windowEnd: number };
  tokenTimer: ReturnType<typeof setTimeout> | undefined;
  /** What the client pushed is worked off one by one. */
  work: Promise<void>;
}

const READY_DEADLINE = 60_000;
const READY_INTERVAL = 100;

export function push(channel: Channel, event: string, payload: unknown, ref: Ref = null): void {
  const { socket, joinRef, topic } = channel;
  socket.send(encodeMessage(socket.version, { joinRef, ref, topic, event, payload }));
}

export function pushSystem(
  channel: Channel,
  status: "ok" | "error",
  message: string,
  extension = "system",
): void {
  push(channel, "system", { extension, status, message, channel: channel.name });
}

/** Takes the channel out of everything; the client is told separately, if at all. */
export function endChannel(server: Server, channel: Channel): void {
  if (channel.ended.signal.aborted) return;
  channel.ended.abort();
  clearTimeout(channel.tokenTimer);
  if (channel.socket.channels.get(channel.topic) === channel) {
    channel.socket.channels.delete(channel.topic);
  }
  server.hub.leave(channel.room, channel);
  announce(server, channel, server.presences.untrack(channel.room, channel));
}

/** Ends it gracefully. The client heeds this only with its own join's ref, and does not join again. */
export function closeChannel(server: Server, channel: Channel): void {
  if (channel.ended.signal.aborted) return;
  push(channel, "phx_close", {}, channel.joinRef);
  endChannel(server, channel);
}

export function shutDownChannel(server: Server, channel: Channel, message: string): void {
  if (channel.ended.signal.aborted) return;
  pushSystem(channel, "error", message);
  closeChannel(server, channel);
}

/** Something of ours failed: the client may join again. */
export function crashChannel(server: Server, channel: Channel, error: unknown): void {
  server.log(`realtime: channel crashed: ${error instanceof Error ? error.stack : error}`);
  if (channel.ended.signal.aborted) return;
  push(channel, "phx_error", { reason: "channel_crash" }, channel.joinRef);
  endChannel(server, channel);
}

export function announce(server: Server, channel: Channel, diff: PresenceDiff | null): void {
  if (diff) server.hub.send(channel.room, textFanout(channel.name, "presence_diff", diff));
}

export function deliver(server: Server, channel: Channel, message: Fanout): void {
  const { socket, rights } = channel;
  const isPresence = message.event === "presence_diff";
  if (isPresence && !channel.presenceEnabled) return;
  if (rights && !(isPresence ? rights.read.presence : rights.read.broadcast)) return;
  if (message.id !== null && channel.replayed.has(message.id)) return;
  const frame = message.encode(socket.version);
  if (frame !== null) socket.send(frame);
  if (isPresence) return server.presenceEvents.add(1);
  server.events.add(1);
  if (server.events.isOver()) shutDownChannel(server, channel, "Too many messages per second");
}

/** Looks at the token again when it ends, and now and then before. */
export function armTokenTimer(server: Server, channel: Channel): void {
  clearTimeout(channel.tokenTimer);
  const untilExpiry = Math.max(0, channel.claims.exp * 1000 - Date.now());
  const wait = Math.min(untilExpiry, server.times.tokenRecheckInterval);
  channel.tokenTimer = setTimeout(async () => {
    const token = channel.token;
    try {
      await verifyToken(server.keys, token);
    } catch (error) {
      // A token that came meanwhile has been looked at by itself.
      if (token !== channel.token) return;
      return error instanceof Refusal
        ? shutDownChannel(server, channel, error.message)
        : crashChannel(server, channel, error);
    }
    if (!channel.ended.signal.aborted) armTokenTimer(server, channel);
  }, wait);
}

/** A channel may ask to be told when database broadcasts flow, which is later than its join. */
export async function announceReplication(server: Server, channel: Channel): Promise<void> {
  const { signal } = channel.ended;
  const deadline = Date.now() + READY_DEADLINE;
  while (!server.isReplicationConnected()) {
    if (Date.now() > deadline) {
      const message = "Replication connection was not established in time";
      return shutDownChannel(server, channel, message);
    }
    await delay(READY_INTERVAL, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
  }
  pushSystem(channel, "ok", "Replication connection established");
}
