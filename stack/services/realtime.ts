import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Keys } from "../keys.ts";
import type { Log, Service } from "../service.ts";
import type { Channel } from "./realtime/channel.ts";
import { forwardRow } from "./realtime/database_broadcast.ts";
import { httpRoutes } from "./realtime/http.ts";
import { createHub } from "./realtime/hub.ts";
import { createRateCounter, DEFAULT_LIMITS, type RealtimeLimits } from "./realtime/limits.ts";
import { createPresences } from "./realtime/presence.ts";
import type { Server, Times } from "./realtime/server.ts";
import { dismissSocket } from "./realtime/socket.ts";
import { createTenant, type Tenant } from "./realtime/tenant.ts";
import { upgrade } from "./realtime/upgrade.ts";

export interface RealtimeOptions extends Partial<Times> {
  /** Connects as supabase_admin, who may replicate. */
  readonly databaseUrl: string;
  readonly keys: Keys;
  readonly log: Log;
  readonly limits?: Partial<RealtimeLimits>;
  /** How long replication stays away after it broke; the real one waits 5 s to 5 min. */
  readonly replicationRetry?: number;
}

const DEFAULT_TIMES: Times = {
  joinErrorDelay: 5_000,
  connectErrorDelay: 2_000,
  tokenRecheckInterval: 300_000,
  idleTimeout: 60_000,
};

/** A stand-in for Supabase Realtime, below `/realtime/v1` and `/socket`. */
// deno-lint-ignore require-await
export async function startRealtime(options: RealtimeOptions): Promise<Service> {
  const log = oneLine(options.log);
  const tenant: Tenant = createTenant({
    databaseUrl: options.databaseUrl,
    replicationRetry: options.replicationRetry ?? 1_000,
    log,
    onRow: (row) => forwardRow(server, row),
  });
  const ending = new AbortController();
  const server = createServer({ ...options, log }, tenant, ending.signal);
  const app = createApp(server);
  return {
    name: "realtime",
    fetch: (request) => app.fetch(request),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      for (const socket of server.sockets) dismissSocket(socket);
      await tenant[Symbol.asyncDispose]();
    },
  };
}

function createServer(options: RealtimeOptions, tenant: Tenant, ending: AbortSignal): Server {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const counter = (perSecond: number) => createRateCounter(perSecond, limits.rateTick);
  return {
    keys: options.keys,
    log: options.log,
    limits,
    times: { ...DEFAULT_TIMES, ...options },
    database: tenant.database,
    hub: createHub(),
    presences: createPresences<Channel>(),
    events: counter(limits.maxEventsPerSecond),
    joins: counter(limits.maxJoinsPerSecond),
    presenceEvents: counter(limits.maxPresenceEventsPerSecond),
    sockets: new Set(),
    users: new Set(),
    ending,
    connect: tenant.connect,
    isReplicationConnected: tenant.isReplicationConnected,
  };
}

/** What a client chose, a topic for one, must not write lines of its own, nor long ones. */
function oneLine(log: Log): Log {
  // deno-lint-ignore no-control-regex
  return (line) => log(line.slice(0, 1000).replaceAll(/[\x00-\x1f\x7f]+/g, " "));
}

function createApp(server: Server): Hono {
  const app = new Hono();
  for (const base of ["/realtime/v1", "/socket"]) {
    app.get(`${base}/websocket`, (context) => upgrade(server, context.req.raw));
    app.route(`${base}/api`, httpRoutes(server));
  }
  app.notFound((context) => context.json({ message: "Not Found" }, 404));
  app.onError((error, context) => {
    if (error instanceof HTTPException) {
      return context.json({ message: error.message }, error.status);
    }
    server.log(`realtime: ${context.req.method} failed: ${error.stack}`);
    return context.json({ message: "Internal Server Error" }, 500);
  });
  return app;
}
