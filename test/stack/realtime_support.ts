// What the tests of Realtime share: a database with policies, served services, clients, and waiting for events.
import assert from "node:assert/strict";
import { join } from "node:path";
import { RealtimeClient } from "@supabase/supabase-js";
import pg from "pg";
import { createPlatform } from "../../stack/database/platform.ts";
import { databaseUrl, startPostgres } from "../../stack/database/postgres.ts";
import { createKeys, createSigningKey, type Keys } from "../../stack/keys.ts";
import { type RealtimeOptions, startRealtime } from "../../stack/services/realtime.ts";

/** The token itself says what its bearer may do, so that a test needs no tables. */
const POLICIES = `
  create policy "readers read" on realtime.messages for select to authenticated using (
    case realtime.topic()
      when 'broken' then 1 / (length(topic) - 6) = 1
      else (current_setting('request.jwt.claims')::jsonb -> 'reads') ? topic
    end
  );
  create policy "writers write" on realtime.messages for insert to authenticated with check (
    (current_setting('request.jwt.claims')::jsonb -> 'writes') ? topic
  );
`;

const PATIENCE = 10_000;

export type Rights = { reads?: string[]; writes?: string[]; lasts?: number };

export interface Bench extends AsyncDisposable {
  readonly keys: Keys;
  /** Statements as the owner of the project. */
  sql(statement: string, values?: unknown[]): Promise<pg.QueryResult>;
  asSuperuser(statement: string): Promise<pg.QueryResult>;
  /** A user's access token. */
  tokenOf(rights: Rights): Promise<string>;
  serve(options?: Partial<RealtimeOptions>): Promise<Served>;
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
}

export interface Served extends AsyncDisposable {
  readonly origin: string;
  readonly logged: string[];
  /** A client of supabase-js; it goes with the service. */
  client(token?: string, options?: Record<string, unknown>): RealtimeClient;
  raw(version: "1.0.0" | "2.0.0"): Promise<RawSocket>;
  endService(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const folder = await Deno.makeTempDir({ prefix: "supabase-chat-test-" });
  await Deno.chmod(folder, 0o755);
  const port = freePort();
  const start = () =>
    startPostgres({ folder: join(folder, "data"), port, durable: false, log: () => {} });
  let postgres = await start();
  const url = databaseUrl("supabase_admin", port);
  await createPlatform({ url, autoExposeNewTables: true });
  const keys = await createKeys(await createSigningKey());
  const as = async (role: string, statement: string, values?: unknown[]) => {
    const client = new pg.Client(databaseUrl(role, port));
    await client.connect();
    return await client.query(statement, values).finally(() => client.end());
  };
  await as("postgres", POLICIES);
  return {
    keys,
    sql: (statement, values) => as("postgres", statement, values),
    asSuperuser: (statement) => as("supabase_admin", statement),
    tokenOf: ({ reads = [], writes = [], lasts = 3600 }) =>
      keys.sign({
        sub: crypto.randomUUID(),
        role: "authenticated",
        exp: Math.floor(Date.now() / 1000) + lasts,
        reads,
        writes,
      }),
    serve: (options) => serve({ databaseUrl: url, keys, ...options }),
    stopDatabase: async () => await postgres[Symbol.asyncDispose](),
    startDatabase: async () => {
      postgres = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await postgres[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function serve(
  options: Pick<RealtimeOptions, "databaseUrl" | "keys"> & Partial<RealtimeOptions>,
): Promise<Served> {
  const logged: string[] = [];
  const service = await startRealtime({
    log: (line) => logged.push(line),
    joinErrorDelay: 20,
    connectErrorDelay: 20,
    ...options,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => service.fetch(request),
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const clients: RealtimeClient[] = [];
  return {
    origin,
    logged,
    client: (token, more) => {
      const client = new RealtimeClient(`${origin}/realtime/v1`, {
        params: { apikey: options.keys.publishableKey },
        ...(token && { accessToken: () => Promise.resolve(token) }),
        ...more,
      });
      clients.push(client);
      return client;
    },
    raw: (version) => openRaw(`${origin}/realtime/v1`, options.keys.publishableKey, version),
    endService: async () => await service[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) await client.disconnect();
      await service[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

/** Things that arrive; a test waits for the one it needs. */
export class Inbox<Item> {
  readonly items: Item[] = [];
  readonly #waiting = new Set<() => void>();

  add(item: Item): void {
    this.items.push(item);
    for (const look of this.#waiting) look();
  }

  async until(match: (item: Item) => boolean): Promise<Item> {
    const found = Promise.withResolvers<Item>();
    const look = () => {
      const item = this.items.find(match);
      if (item !== undefined) found.resolve(item);
    };
    const giveUp = () => found.reject(new Error(`only came: ${JSON.stringify(this.items)}`));
    const timer = setTimeout(giveUp, PATIENCE);
    this.#waiting.add(look);
    look();
    return await found.promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(look);
    });
  }
}

export type Message = {
  event: string;
  payload: Record<string, unknown>;
  meta?: { id: string; replayed?: boolean };
};
export type Status = { status: string; message: string | undefined };
export type Listening = Awaited<ReturnType<typeof listen>>;

/** Subscribes and collects what comes; resolves with the first status. */
export async function listen(
  client: RealtimeClient,
  topic: string,
  config: Record<string, unknown> = {},
) {
  if (client.accessToken) await client.setAuth();
  const channel = client.channel(topic, { config });
  const messages = new Inbox<Message>();
  const systems = new Inbox<{ status: string; message: string }>();
  const statuses = new Inbox<Status>();
  channel.on("broadcast", { event: "*" }, (message) => messages.add({ payload: {}, ...message }));
  channel.on("system", {}, (system) => systems.add(system));
  channel.subscribe((status, error) => statuses.add({ status, message: error?.message }));
  const first = await statuses.until(() => true);
  return { channel, messages, systems, statuses, first };
}

/** The same, for a channel that has to be let in, and that may wait for the database's broadcasts. */
export async function subscribe(
  client: RealtimeClient,
  topic: string,
  config: { broadcast?: Record<string, unknown>; [key: string]: unknown } = {},
): Promise<Listening> {
  const listening = await listen(client, topic, config);
  assert.equal(listening.first.status, "SUBSCRIBED", `${listening.first.message}`);
  if (config.broadcast?.replication_ready) {
    await listening.systems.until(({ message }) =>
      message === "Replication connection established"
    );
  }
  return listening;
}

export const WITH_DATABASE = { private: true, broadcast: { replication_ready: true } };

export function eventsOf({ messages }: Listening): string[] {
  return messages.items.map(({ event }) => event);
}

export interface RawSocket {
  readonly frames: Inbox<unknown[]>;
  readonly texts: Inbox<Record<string, unknown>>;
  readonly closed: Promise<CloseEvent>;
  send(frame: string | Uint8Array<ArrayBuffer> | unknown[]): void;
  close(): void;
}

async function openRaw(base: string, apikey: string, vsn: string): Promise<RawSocket> {
  const webSocket = new WebSocket(
    `${base.replace("http", "ws")}/websocket?apikey=${apikey}&vsn=${vsn}`,
  );
  const frames = new Inbox<unknown[]>();
  const texts = new Inbox<Record<string, unknown>>();
  webSocket.binaryType = "arraybuffer";
  webSocket.onmessage = ({ data }) => {
    if (typeof data !== "string") return frames.add(["binary", new Uint8Array(data)]);
    const json = JSON.parse(data);
    Array.isArray(json) ? frames.add(json) : texts.add(json);
  };
  const closed = new Promise<CloseEvent>((resolve) => webSocket.onclose = resolve);
  await new Promise((resolve) => webSocket.onopen = resolve);
  return {
    frames,
    texts,
    closed,
    send: (frame) => webSocket.send(Array.isArray(frame) ? JSON.stringify(frame) : frame),
    close: () => webSocket.close(),
  };
}

export const TOPIC = "realtime:room";

/** A socket that joined the public channel `room` by hand. */
export async function joinedRaw(served: Served, config = {}): Promise<RawSocket> {
  const raw = await served.raw("2.0.0");
  raw.send(["1", "1", TOPIC, "phx_join", { config }]);
  await raw.frames.until(([, ref]) => ref === "1");
  return raw;
}

/** For what the database knows and nobody announces. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, "it never came true");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** The request that opens a websocket, for a test that holds the connection itself. */
export function handshake(url: string): string {
  const { host, pathname, search } = new URL(url);
  return [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "",
  ].join("\r\n");
}
