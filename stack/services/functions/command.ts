import { dirname, join } from "node:path";
import type { Keys } from "../../keys.ts";
import type { Log } from "../../service.ts";
import type { FunctionConfig } from "./config.ts";

export interface WorkerOptions {
  readonly projectFolder: string;
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly keys: Keys;
  readonly log: Log;
  readonly memoryLimit: number;
  readonly wallLimit: number;
  readonly reaches: Readonly<Record<string, readonly string[]>>;
}

/** How a function is run: with the rights it needs and no others, on a port of its own. */
export function denoCommand(
  config: FunctionConfig,
  options: WorkerOptions,
  port: number,
): { command: string[]; env: Record<string, string> } {
  const told = environment(options);
  return {
    command: [
      Deno.execPath(),
      "run",
      "--no-prompt",
      "--no-lock",
      `--v8-flags=--max-old-space-size=${options.memoryLimit}`,
      `--allow-read=${list(readable(config, options.projectFolder))}`,
      `--allow-net=${list(reachable(config, options, port))}`,
      `--allow-env=${list(Object.keys(told))}`,
      // To a function on Supabase, what it was not told is unset, not forbidden.
      "--ignore-env",
      config.entrypoint,
    ],
    env: { ...told, ...ownEnvironment(), DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
  };
}

function readable({ entrypoint }: FunctionConfig, projectFolder: string): string[] {
  const folder = dirname(entrypoint);
  const packages = join(projectFolder, "node_modules");
  return [folder, join(dirname(folder), "_shared"), packages, ...linked(packages)];
}

// A right to a link is no right to what it points at.
function linked(path: string): string[] {
  try {
    return [Deno.realPathSync(path)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function reachable(config: FunctionConfig, options: WorkerOptions, port: number): string[] {
  const own = `127.0.0.1:${port}`;
  return [own, new URL(options.apiUrl).host, ...options.reaches[config.name] ?? []];
}

function environment({ apiUrl, databaseUrl, keys }: WorkerOptions): Record<string, string> {
  return {
    SUPABASE_URL: apiUrl,
    SUPABASE_DB_URL: databaseUrl,
    SUPABASE_ANON_KEY: keys.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleKey,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
    SUPABASE_JWKS: JSON.stringify(keys.publicJwks),
    SB_REGION: "local",
    DENO_REGION: "local",
    SB_EXECUTION_ID: crypto.randomUUID(),
  };
}

// For Deno's cache of compiled modules. The function cannot read them.
function ownEnvironment(): Record<string, string> {
  const names = ["HOME", "DENO_DIR", "XDG_CACHE_HOME"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function list(values: string[]): string {
  return values.map((value) => value.replaceAll(",", ",,")).join(",");
}
