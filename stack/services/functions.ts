import type { Keys } from "../keys.ts";
import type { Log, Service } from "../service.ts";
import { type FunctionConfig, readConfig } from "./functions/config.ts";
import { platformError } from "./functions/errors.ts";
import { forward } from "./functions/forward.ts";
import { refuseToken } from "./functions/tokens.ts";
import { createHost, type Host } from "./functions/host.ts";

export interface FunctionsOptions {
  /** Holds `supabase/config.toml`, whose `[functions.<name>]` sections say what there is. */
  readonly projectFolder: string;
  /** Where the functions find this stack. */
  readonly apiUrl: string;
  /** Connects as postgres: what functions are told as `SUPABASE_DB_URL`. */
  readonly databaseUrl: string;
  readonly keys: Keys;
  readonly log: Log;
  /** Megabytes of heap that one function may fill. */
  readonly memoryLimit?: number;
  /** Milliseconds that one call may take. */
  readonly wallLimit?: number;
  /** `host` or `host:port` that a function may reach besides this stack, by its name. */
  readonly reaches?: Readonly<Record<string, readonly string[]>>;
}

const DEFAULTS = { memoryLimit: 256, wallLimit: 150_000, reaches: {} };

/** Starts `/functions/v1`: every function in a Deno of its own, begun when it is first called. */
export async function startFunctions(given: FunctionsOptions): Promise<Service> {
  const options = { ...DEFAULTS, ...given };
  const functions = new Map<string, { config: FunctionConfig; host: Host }>();
  for (const config of await readConfig(options.projectFolder)) {
    functions.set(config.name, { config, host: createHost(config, options) });
  }
  return {
    name: "functions",
    fetch: async (request) => {
      const [, , , name = ""] = new URL(request.url).pathname.split("/");
      const found = functions.get(name);
      if (!found) return platformError("NOT_FOUND");
      if (found.config.verifyJwt && request.method !== "OPTIONS") {
        const refused = await refuseToken(request, options.keys);
        if (refused) return refused;
      }
      return await forward(request, found.host);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...functions.values()].map(({ host }) => host[Symbol.asyncDispose]()));
    },
  };
}
