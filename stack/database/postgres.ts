import { dirname, join } from "node:path";
import { supervise } from "../supervise.ts";
import type { Log } from "../service.ts";
import { type Binaries, findBinaries, type UnixUser, unprivilegedUser } from "./binaries.ts";

export interface PostgresOptions {
  /** Folder of the cluster; created when it is missing. */
  readonly folder: string;
  readonly port: number;
  /** False trades safety against a power cut for speed: for tests. */
  readonly durable: boolean;
  readonly log: Log;
}

export interface Postgres extends AsyncDisposable {
  /** True when this start made the cluster. */
  readonly isNew: boolean;
}

/** Everybody's password: the stack listens on loopback only. */
export const PASSWORD = "postgres";

export function databaseUrl(role: string, port: number): string {
  return `postgresql://${role}:${PASSWORD}@127.0.0.1:${port}/postgres`;
}

/** Starts a PostgreSQL server on loopback, and again whenever it ends; waits until it answers. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = await unprivilegedUser();
  const binaries = await findBinaries(user);
  const isNew = !await exists(join(options.folder, "PG_VERSION"));
  if (isNew) await createCluster(binaries, options.folder, user);
  await stopStale(binaries, options.folder, user);
  const command = [binaries.postgres, "-D", options.folder, ...flags(options)];
  const program = supervise("PostgreSQL", command, { user, stopSignal: "INT", log: options.log });
  const postgres: Postgres = { isNew, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
  try {
    await program.untilReady(() => isReady(options.folder));
  } catch (error) {
    await postgres[Symbol.asyncDispose]();
    throw error;
  }
  return postgres;
}

function flags({ port, durable }: PostgresOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    wal_level: "logical",
    max_wal_senders: "10",
    max_replication_slots: "10",
    max_connections: "200",
    max_slot_wal_keep_size: "1GB",
    shared_preload_libraries: "pg_stat_statements",
    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "warning",
    // Not synchronous_commit: what is not flushed is not replicated either, and pushes would come late.
    ...durable ? {} : { fsync: "off", full_page_writes: "off" },
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function createCluster(binaries: Binaries, folder: string, user: UnixUser | null) {
  // A cluster that was cut off half-way has no PG_VERSION we could trust: build beside, then rename.
  const draft = `${folder}.draft`;
  await Deno.remove(draft, { recursive: true }).catch(() => {});
  await Deno.mkdir(draft, { recursive: true, mode: 0o700 });
  if (user) await Deno.chown(draft, user.uid, user.gid);
  const passwordFile = await Deno.makeTempFile();
  await Deno.writeTextFile(passwordFile, PASSWORD);
  if (user) await Deno.chown(passwordFile, user.uid, user.gid);
  const { success, stderr } = await new Deno.Command(binaries.initdb, {
    args: [
      `--pgdata=${draft}`,
      "--username=supabase_admin",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      "--no-sync",
    ],
    clearEnv: true,
    env: { LC_ALL: "C", PATH: Deno.env.get("PATH") ?? "" },
    cwd: dirname(draft),
    ...user,
  }).output();
  await Deno.remove(passwordFile);
  if (!success) throw new Error(`initdb failed: ${new TextDecoder().decode(stderr)}`);
  await Deno.rename(draft, folder);
}

// A server that outlived its stack holds the folder: end it before another one starts.
async function stopStale(binaries: Binaries, folder: string, user: UnixUser | null) {
  if (!await exists(join(folder, "postmaster.pid"))) return;
  await new Deno.Command(binaries.pgCtl, {
    args: ["stop", "-D", folder, "-m", "fast", "-w", "-t", "30"],
    cwd: "/",
    stdout: "null",
    stderr: "null",
    ...user,
  }).output();
}

// The server writes `ready` into the last line of postmaster.pid once it accepts connections.
async function isReady(folder: string): Promise<boolean> {
  const pidFile = await Deno.readTextFile(join(folder, "postmaster.pid")).catch(() => "");
  return pidFile.split("\n")[7]?.trim() === "ready";
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
