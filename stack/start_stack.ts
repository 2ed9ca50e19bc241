import { join } from "node:path";
import { installPlugin } from "./database/install.ts";
import { createPlatform } from "./database/platform.ts";
import { databaseUrl, startPostgres } from "./database/postgres.ts";
import { createDemo } from "./demo.ts";
import { defaultFolder, type Folder, openFolder, type Ports, PROJECT } from "./folder.ts";
import { startGateway } from "./gateway.ts";
import { createKeys, type Keys } from "./keys.ts";
import { assertFree, freePort } from "./ports.ts";
import type { Log, Service } from "./service.ts";
import { type AuthOptions, startAuth } from "./services/auth.ts";
import { type FunctionsOptions, startFunctions } from "./services/functions.ts";
import { type RealtimeOptions, startRealtime } from "./services/realtime.ts";
import { startRest } from "./services/rest.ts";
import { startStorage, type StorageOptions } from "./services/storage.ts";

type Wired = "databaseUrl" | "keys" | "log" | "apiUrl" | "folder" | "projectFolder";

export interface StackOptions {
  /** Where data are kept; by default `.stack` in the project. */
  readonly folder?: string;
  /** 0 takes a free one. The defaults are those of the Supabase CLI: 54321 and 54322. */
  readonly apiPort?: number;
  readonly databasePort?: number;
  /** False trades safety against a power cut for speed. */
  readonly durable?: boolean;
  /** True hands new objects in `public` to the API roles, as projects from before 2026 do. */
  readonly autoExposeNewTables?: boolean;
  /** False leaves the plugin out: a bare Supabase. */
  readonly install?: boolean;
  /** Schemas that are exposed over HTTP. */
  readonly schemas?: readonly string[];
  readonly auth?: Partial<Omit<AuthOptions, Wired>>;
  readonly realtime?: Partial<Omit<RealtimeOptions, Wired>>;
  readonly storage?: Partial<Omit<StorageOptions, Wired>>;
  readonly functions?: Partial<Omit<FunctionsOptions, Wired>>;
  /** False leaves out the chat page at `/`. */
  readonly demo?: boolean;
  /** By default, lines go to `stack.log` in the folder. */
  readonly log?: Log;
}

export interface Stack extends AsyncDisposable {
  readonly apiUrl: string;
  readonly keys: Keys;
  readonly folder: string;
  /** Connection of one of the database's roles; `postgres` is the project's owner. */
  databaseUrl(role: string): string;
}

export const DEFAULT_PORTS: Ports = { api: 54321, database: 54322 };

/**
 * Starts a local Supabase with the chat plugin installed, and stops it at the end of the block:
 * `await using stack = await startStack({ apiPort: 0, databasePort: 0 })`.
 *
 * @throws {AlreadyRunning} when another process has the folder
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await openFolder(options.folder ?? await defaultFolder()));
  const log = options.log ?? starting.use(await folder.openLog()).write;
  const ports = choosePorts(options);
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const url = (role: string) => databaseUrl(role, ports.database);

  starting.use(await startDatabase(folder, ports.database, options, log));
  if (options.install ?? true) await installPlugin(url("postgres"));

  const keys = await createKeys(await folder.signingKey());
  const wiring = { folder: folder.path, keys, log, apiUrl, url };
  const services = await startServices(starting, options, wiring);
  const page = { url: apiUrl, key: keys.publishableKey };
  const demo = options.demo ?? true ? starting.use(createDemo(folder.path, page, log)) : null;
  starting.use(startGateway({ port: ports.api, keys, services, log, ...demo && { demo } }));
  // Ends before the gateway, which waits for calls that a stuck function would keep open.
  starting.use(services["/functions/v1"]);
  await folder.writePorts(ports);

  const running = starting.move();
  return {
    apiUrl,
    keys,
    folder: folder.path,
    databaseUrl: url,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface Wiring {
  readonly folder: string;
  readonly keys: Keys;
  readonly log: Log;
  readonly apiUrl: string;
  url(role: string): string;
}

async function startServices(
  starting: AsyncDisposableStack,
  options: StackOptions,
  { folder, keys, log, apiUrl, url }: Wiring,
) {
  const start = async (service: Promise<Service>) => starting.use(await service);
  const rest = await start(startRest({
    databaseUrl: url("authenticator"),
    keys,
    log,
    schemas: options.schemas ?? ["public", "chat"],
  }));
  const auth = await start(startAuth({
    ...options.auth,
    databaseUrl: url("supabase_auth_admin"),
    keys,
    log,
    apiUrl,
  }));
  const realtime = await start(startRealtime({
    ...options.realtime,
    databaseUrl: url("supabase_admin"),
    keys,
    log,
  }));
  const storage = await start(startStorage({
    ...options.storage,
    databaseUrl: url("supabase_storage_admin"),
    keys,
    log,
    folder: join(folder, "storage"),
    apiUrl,
  }));
  const functions = await startFunctions({
    ...options.functions,
    projectFolder: PROJECT,
    databaseUrl: url("postgres"),
    keys,
    log,
    apiUrl,
  });
  return {
    "/rest/v1": rest,
    "/auth/v1": auth,
    "/realtime/v1": realtime,
    "/storage/v1": storage,
    "/functions/v1": functions,
  };
}

function choosePorts(options: StackOptions): Ports {
  const api = options.apiPort ?? DEFAULT_PORTS.api;
  const database = options.databasePort ?? DEFAULT_PORTS.database;
  if (api) assertFree(api, "the API");
  if (database) assertFree(database, "the database");
  return { api: api || freePort(), database: database || freePort() };
}

async function startDatabase(
  folder: Folder,
  port: number,
  options: StackOptions,
  log: Log,
): Promise<AsyncDisposable> {
  const path = join(folder.path, "postgres");
  // A first start that was cut off leaves half a platform: begin again.
  if (!await folder.isLaidOut()) await Deno.remove(path, { recursive: true }).catch(() => {});
  await using starting = new AsyncDisposableStack();
  const durable = options.durable ?? true;
  starting.use(await startPostgres({ folder: path, port, durable, log }));
  if (!await folder.isLaidOut()) {
    await createPlatform({
      url: databaseUrl("supabase_admin", port),
      autoExposeNewTables: options.autoExposeNewTables ?? false,
    });
    await folder.markLaidOut();
  }
  return starting.move();
}
