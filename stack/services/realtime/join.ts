import {
  announceReplication,
  armTokenTimer,
  type Channel,
  deliver,
  endChannel,
  push,
  pushSystem,
} from "./channel.ts";
import { encodeUserBroadcast, type Push, type UserBroadcast } from "./frames.ts";
import { roomOf } from "./hub.ts";
import { type JoinConfig, parseJoin } from "./join_config.ts";
import { readRights } from "./policies.ts";
import { Refusal, unauthorized } from "./refusal.ts";
import { refuse, replayMessages } from "./replay.ts";
import type { Server } from "./server.ts";
import type { Socket } from "./socket.ts";
import { type Claims, verifyToken } from "./tokens.ts";

const PREFIX = "realtime:";
export const TOO_MANY_JOINS = "ClientJoinRateLimitReached";

export interface Joined {
  readonly channel: Channel;
  readonly response: { postgres_changes: Record<string, unknown>[] };
  /** Sends what belongs right after the reply: replayed messages, presence, word of replication. */
  welcome(): void;
}

export function isChannelTopic(topic: string): boolean {
  return topic.startsWith(PREFIX);
}

/** Lets a client into a channel; the order of the checks is that of the real service. @throws Refusal */
export async function joinChannel(server: Server, socket: Socket, join: Push): Promise<Joined> {
  const name = join.topic.slice(PREFIX.length);
  const config = parseJoin(join.payload);
  checkLimits(server, socket, name);
  const token = config.token ?? socket.token;
  const claims = await verifyToken(server.keys, token);
  await server.connect();
  const rights = await readRightsOrRefuse(server, socket, claims, name, config);
  const replayed = await replayOf(server, name, config);
  const channel: Channel = {
    socket,
    joinRef: join.ref,
    topic: join.topic,
    name,
    room: roomOf(name, config.private),
    config,
    ended: new AbortController(),
    replayed: new Set(replayed.map((message) => message.meta?.id ?? "")),
    token,
    claims,
    rights: rights && { read: rights, write: null },
    presenceEnabled: config.presenceEnabled,
    presenceCalls: { count: 0, windowEnd: 0 },
    tokenTimer: undefined,
    work: Promise.resolve(),
    deliver: (message) => deliver(server, channel, message),
  };
  enter(server, channel);
  return {
    channel,
    response: {
      postgres_changes: config.postgresChanges.map((change, index) => ({
        ...change,
        id: index + 1,
      })),
    },
    welcome: () => welcome(server, channel, replayed),
  };
}

function checkLimits(server: Server, socket: Socket, name: string): void {
  const { limits, users } = server;
  if (server.ending.aborted) {
    throw new Refusal("RealtimeRestarting", "Realtime is restarting, please standby");
  }
  if (name === "") throw new Refusal("TopicNameRequired", "You must provide a topic name");
  if (!users.has(socket) && users.size >= limits.maxConcurrentUsers) {
    throw new Refusal("ConnectionRateLimitReached", "Too many connected users");
  }
  if (server.joins.isOver()) throw new Refusal(TOO_MANY_JOINS, "Too many joins per second");
  server.joins.add(1);
  if (socket.channels.size >= limits.maxChannelsPerClient) {
    throw new Refusal("ChannelRateLimitReached", "Too many channels");
  }
}

async function readRightsOrRefuse(
  server: Server,
  socket: Socket,
  claims: Claims,
  name: string,
  config: JoinConfig,
) {
  if (!config.private) return null;
  const caller = { claims, headers: socket.headers };
  const { log, database } = server;
  const rights = await readRights(log, database, caller, name, config.presenceEnabled);
  if (!rights.broadcast && !rights.presence) throw unauthorized(name);
  return rights;
}

async function replayOf(server: Server, name: string, config: JoinConfig) {
  if (config.replay === undefined || config.replay === null) return [];
  if (!config.private) refuse("Replay is not allowed for public channels");
  return await replayMessages(server.database, name, config.replay);
}

function enter(server: Server, channel: Channel): void {
  const { socket } = channel;
  server.users.add(socket);
  socket.channels.set(channel.topic, channel);
  server.hub.enter(channel.room, channel);
  armTokenTimer(server, channel);
  // The client may have gone while the policies were asked; nobody would end this channel then.
  if (socket.gone.aborted) {
    endChannel(server, channel);
    server.users.delete(socket);
  }
}

function welcome(server: Server, channel: Channel, replayed: UserBroadcast[]): void {
  for (const message of replayed) pushReplayed(channel, message);
  if (channel.config.replicationReady) void announceReplication(server, channel);
  if (channel.presenceEnabled && (channel.rights?.read.presence ?? true)) {
    push(channel, "presence_state", server.presences.state(channel.room));
  }
  if (channel.config.postgresChanges.length > 0) {
    const message = "Changes of tables are not streamed by this stack";
    pushSystem(channel, "error", message, "postgres_changes");
  }
}

function pushReplayed(channel: Channel, message: UserBroadcast): void {
  const { event, json, bytes, meta } = message;
  if (json) {
    const payload: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return push(channel, "broadcast", { event, payload, type: "broadcast", meta });
  }
  const frame = encodeUserBroadcast(channel.socket.version, channel.topic, message);
  if (frame !== null) channel.socket.send(frame);
}
