import assert from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import pg from "pg";
import { createPlatform } from "../../stack/database/platform.ts";
import { databaseUrl, startPostgres } from "../../stack/database/postgres.ts";
import { createKeys, createSigningKey, type Keys } from "../../stack/keys.ts";
import { type AuthOptions, startAuth } from "../../stack/services/auth.ts";

export const PASSWORD = "correct horse";

/** The service behind a real port, as the clients of a project see it. */
export interface AuthServer extends AsyncDisposable {
  readonly url: string;
  readonly keys: Keys;
  /** A device nobody has signed in on yet. */
  client(): SupabaseClient;
  /** A client with the service key. */
  admin(): SupabaseClient;
  /** A request by hand, for what a client would never send. */
  request(method: string, path: string, init?: HandmadeRequest): Promise<Answer>;
}

export interface HandmadeRequest {
  readonly token?: string;
  /** A text is sent as it is, everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Database extends AsyncDisposable {
  /** Speaks as the owner of the project. */
  readonly pool: pg.Pool;
  startAuth(options?: Partial<AuthOptions>): Promise<AuthServer>;
}

/** A throw-away database with the platform's SQL. */
export async function startDatabase(): Promise<Database> {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "supabase-chat-auth-" });
  // The server runs as another user when the tests run as root.
  await Deno.chmod(folder, 0o755);
  const postgres = await startPostgres({
    folder: `${folder}/postgres`,
    port,
    durable: false,
    log: () => {},
  });
  await createPlatform({
    url: databaseUrl("supabase_admin", port),
    autoExposeNewTables: false,
  });
  const keys = await createKeys(await createSigningKey());
  const pool = new pg.Pool({ connectionString: databaseUrl("postgres", port), max: 2 });
  // A connection may hear of the server's end after the pool has ended.
  pool.on("error", () => {});
  return {
    pool,
    startAuth: (options) =>
      serve({ databaseUrl: databaseUrl("supabase_auth_admin", port), keys, ...options }),
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await postgres[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function serve(
  options: Pick<AuthOptions, "databaseUrl" | "keys"> & Partial<AuthOptions>,
): Promise<AuthServer> {
  const { keys } = options;
  const service = await startAuth({
    apiUrl: "http://127.0.0.1:54321",
    log: () => {},
    passwordCost: 4,
    ...options,
  });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => service.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const connect = (key: string) =>
    createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });
  return {
    url,
    keys,
    client: () => connect(keys.anonKey),
    admin: () => connect(keys.serviceRoleKey),
    request: (method, path, init) => handmade(`${url}/auth/v1${path}`, method, init),
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      await service[Symbol.asyncDispose]();
    },
  };
}

async function handmade(
  url: string,
  method: string,
  { token, body, headers = {} }: HandmadeRequest = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...token ? { authorization: `Bearer ${token}` } : {}, ...headers },
    ...body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) },
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text ? JSON.parse(text) : {},
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

export function newEmail(name: string): string {
  return `${name}-${crypto.randomUUID()}@example.com`;
}

/** A person on a new device, signed up and signed in. */
export async function signedUp(server: AuthServer, name: string) {
  const client = server.client();
  const email = newEmail(name);
  const { data, error } = await client.auth.signUp({ email, password: PASSWORD });
  assert.ifError(error);
  assert.ok(data.user && data.session);
  return { client, email, user: data.user, session: data.session };
}

/** A guest on a new device. */
export async function guest(server: AuthServer) {
  const client = server.client();
  const { data, error } = await client.auth.signInAnonymously();
  assert.ifError(error);
  assert.ok(data.user && data.session);
  return { client, user: data.user, session: data.session };
}

/** The part of a client's answer that says no. */
export function assertRefused(
  answer: { error: { code?: string | undefined; status?: number | undefined } | null },
  status: number,
  code: string,
): void {
  assert.deepEqual({ status: answer.error?.status, code: answer.error?.code }, { status, code });
}

/** A test that shares connections with its neighbours, which the leak checks would blame on it. */
export function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}
