import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import { isJson, jsonSize } from "./frames.ts";
import { type Fanout, roomOf, textFanout, userFanout } from "./hub.ts";
import { type Caller, writeRights } from "./policies.ts";
import { Refusal } from "./refusal.ts";
import type { Server } from "./server.ts";
import { tokenOfApiKey, verifyToken } from "./tokens.ts";

type Env = { Variables: { caller: Caller } };

/** The endpoints that send a broadcast without a channel, below `/api`. Rights are asked at every call. */
export function httpRoutes(server: Server): Hono<Env> {
  const app = new Hono<Env>();
  const maxSize = server.limits.maxHttpBodyBytes;
  const tooBig = () => Response.json({ message: "Request Entity Too Large" }, { status: 413 });
  app.use(cors());
  app.get("/ping", (context) => context.json({ message: "Success" }));
  app.use(authenticated(server));
  app.get("/tenants/:id/health", (context) => {
    const isAdmin = context.get("caller").claims.role === "service_role";
    return isAdmin
      ? context.json({ data: health(server) })
      : context.json({ message: "Unauthorized" }, 403);
  });
  app.use(rateLimited(server), bodyLimit({ maxSize, onError: tooBig }));
  app.post("/broadcast", (context) => sendBatch(server, context));
  app.post("/broadcast/:topic/events/:event", (context) => sendSingle(server, context));
  return app;
}

function authenticated(server: Server) {
  return createMiddleware<Env>(async (context, next) => {
    const bearer = /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
    const token = bearer ?? context.req.header("apikey") ?? "";
    try {
      const claims = await verifyToken(server.keys, tokenOfApiKey(server.keys, token));
      context.set("caller", { claims, headers: policyHeaders(context.req.raw.headers) });
    } catch {
      return context.json({ message: "Unauthorized" }, 401);
    }
    await next();
  });
}

/** Of a request's headers, what policies may ask about. */
export function policyHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-")));
}

function rateLimited(server: Server) {
  return createMiddleware(async (context, next) => {
    const { events } = server;
    const limit = Number.isFinite(events.limit) ? events.limit : Number.MAX_SAFE_INTEGER;
    context.header("x-rate-rolling", events.perSecond().toFixed(2));
    context.header("x-rate-limit", String(limit));
    context.header("x-rate-limit-remaining", String(Math.max(0, limit - events.perSecond())));
    if (events.isOver()) return context.json({ message: "Too many requests" }, 429);
    await next();
  });
}

function health(server: Server) {
  const connected = server.isReplicationConnected();
  return {
    healthy: connected || server.users.size === 0,
    db_connected: connected,
    replication_connected: connected,
    connected_cluster: server.users.size,
  };
}

const batch = z.object({
  messages: z.array(z.object({
    topic: z.string().min(1),
    event: z.string().min(1),
    payload: z.record(z.string(), z.unknown()),
    private: z.boolean().nullish(),
  })).min(1),
});
type BatchMessage = z.infer<typeof batch>["messages"][number];

async function sendBatch(server: Server, context: Context<Env>): Promise<Response> {
  const body: unknown = await context.req.json().catch(() => {
    throw new HTTPException(400, { message: "Bad Request" });
  });
  const parsed = batch.safeParse(body);
  if (!parsed.success) {
    return context.json({ errors: z.flattenError(parsed.error).fieldErrors }, 422);
  }
  const { messages } = parsed.data;
  const { events, limits } = server;
  if (messages.some(({ payload }) => jsonSize(payload) > limits.maxPayloadBytes)) {
    return context.json({ errors: { messages: ["Payload size exceeds tenant limit"] } }, 422);
  }
  if (events.perSecond() + messages.length > events.limit) {
    const message = "Too many messages to broadcast, please reduce the batch size";
    return context.json({ errors: message }, 429);
  }
  for (const message of await permitted(server, context.get("caller"), messages)) {
    const { topic, event, payload } = message;
    const fanout = textFanout(topic, "broadcast", { payload, event, type: "broadcast" });
    send(server, topic, message.private === true, fanout);
  }
  return context.body(null, 202);
}

/** Messages that the caller may not send are left out, and nobody is told. */
async function permitted(
  server: Server,
  caller: Caller,
  messages: BatchMessage[],
): Promise<BatchMessage[]> {
  const allowed = new Map<string, boolean>();
  for (const { topic } of messages.filter((message) => message.private)) {
    if (!allowed.has(topic)) allowed.set(topic, await mayWrite(server, caller, topic));
  }
  return messages.filter((message) => !message.private || allowed.get(message.topic));
}

async function mayWrite(server: Server, caller: Caller, topic: string): Promise<boolean> {
  try {
    await server.connect();
    return (await writeRights(server.log, server.database, caller, topic)).broadcast;
  } catch (error) {
    server.log(`realtime: batch broadcast: ${error}`);
    return false;
  }
}

async function sendSingle(server: Server, context: Context<Env>): Promise<Response> {
  const [topic, event] = namesOf(context.req.raw);
  const isPrivate = context.req.query("private") === "true";
  const type = context.req.header("content-type")?.split(";")[0]?.trim();
  if (type !== "application/json" && type !== "application/octet-stream") {
    return context.json({ error: "Unsupported media type" }, 415);
  }
  const bytes = new Uint8Array(await context.req.arrayBuffer());
  const json = type === "application/json";
  if (json && !isJson(bytes)) return context.json({ error: "Bad Request" }, 400);
  if (bytes.length > server.limits.maxPayloadBytes) {
    return context.json({ error: "Payload size exceeds tenant limit" }, 422);
  }
  if (isPrivate) await writeOrThrow(server, context.get("caller"), topic);
  const fanout = userFanout(topic, { event, json, bytes });
  // Every client of today would have to drop it, so the sender hears of it.
  if (fanout.encode("2.0.0") === null) return context.json({ error: "Name is too long" }, 422);
  send(server, topic, isPrivate, fanout);
  return context.body(null, 202);
}

/** Read from the URL itself: a topic may contain an encoded slash or percent sign. */
function namesOf(request: Request): [topic: string, event: string] {
  const segments = new URL(request.url).pathname.split("/");
  try {
    const [topic, , event] = segments.slice(-3).map(decodeURIComponent);
    if (topic && event) return [topic, event];
  } catch {
    // Not valid percent-encoding: as bad as an empty name.
  }
  throw new HTTPException(400, { message: "Bad Request" });
}

/** Refusals that are the project's own doing; the others are a failure of ours. */
const UNPROCESSABLE = new Map([
  ["Unauthorized", "RLS policy error"],
  ["MissingPartition", "Missing messages partition"],
]);

async function writeOrThrow(server: Server, caller: Caller, topic: string): Promise<void> {
  try {
    await server.connect();
    const { broadcast } = await writeRights(server.log, server.database, caller, topic);
    if (!broadcast) throw new HTTPException(403, { message: "Unauthorized" });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const message = UNPROCESSABLE.get(error.code);
    throw new HTTPException(message ? 422 : 500, { message: message ?? error.message });
  }
}

function send(server: Server, topic: string, isPrivate: boolean, fanout: Fanout): void {
  server.events.add(1);
  server.hub.send(roomOf(topic, isPrivate), fanout);
}
