import { setTimeout as delay } from "node:timers/promises";
import { policyHeaders } from "./http.ts";
import type { Version } from "./frames.ts";
import { Refusal } from "./refusal.ts";
import type { Server } from "./server.ts";
import { openSocket, type Visitor } from "./socket.ts";
import { tokenOfApiKey, verifyToken } from "./tokens.ts";

/** Seconds after which Deno asks a silent peer for a sign of life, and drops it when none comes. */
const PING_AFTER = 30;

/** Makes a request a websocket, or answers why not. */
export async function upgrade(server: Server, request: Request): Promise<Response> {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return Response.json({ error: "Upgrade required" }, { status: 426 });
  }
  if (server.ending.aborted) return Response.json({ error: "Restarting" }, { status: 503 });
  try {
    const visitor = await welcomed(server, request);
    return handShake(server, request, visitor);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { connectErrorDelay } = server.times;
    await delay(connectErrorDelay, undefined, { signal: server.ending }).catch(() => {});
    return Response.json({ error: error.message }, { status: STATUS.get(error.code) ?? 401 });
  }
}

function handShake(server: Server, request: Request, visitor: Visitor): Response {
  try {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: PING_AFTER });
    openSocket(server, socket, visitor);
    return response;
  } catch {
    return Response.json({ error: "Not a valid websocket handshake" }, { status: 400 });
  }
}

const STATUS = new Map([["TooMany", 429], ["Version", 403]]);

async function welcomed(server: Server, request: Request): Promise<Visitor> {
  const { searchParams } = new URL(request.url);
  const version = versionOf(searchParams.get("vsn"));
  const apiKey = request.headers.get("x-api-key") ?? searchParams.get("apikey");
  if (!apiKey) throw new Refusal("Missing", "API key is missing");
  const token = tokenOfApiKey(server.keys, apiKey);
  await verifyToken(server.keys, token).catch((error: unknown) => {
    const expired = error instanceof Refusal && error.message.startsWith("Token has expired");
    throw expired ? new Refusal("InvalidJWTToken", "Token has expired") : error;
  });
  if (server.users.size >= server.limits.maxConcurrentUsers) {
    throw new Refusal("TooMany", "Too many connected users");
  }
  if (server.joins.isOver()) throw new Refusal("TooMany", "Too many joins per second");
  return { version, token, headers: policyHeaders(request.headers) };
}

function versionOf(vsn: string | null): Version {
  if (vsn === "2.0.0") return "2.0.0";
  if (vsn === "1.0.0" || vsn === null) return "1.0.0";
  throw new Refusal("Version", "The requested protocol version is not supported");
}
