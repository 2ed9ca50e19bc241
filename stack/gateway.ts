import { isDemoPath } from "./demo.ts";
import type { Keys } from "./keys.ts";
import type { Log, Service } from "./service.ts";

export interface GatewayOptions {
  readonly port: number;
  readonly keys: Keys;
  /** By the first two parts of the path: `/auth/v1`. */
  readonly services: Readonly<Record<string, Service>>;
  /** Has the paths of a page, which Supabase itself gives to nobody. */
  readonly demo?: Service;
  readonly log: Log;
}

/** Paths that answer without an API key: followed from mails, or read by verifiers. */
const OPEN = /^\/auth\/v1\/(verify|callback|authorize|health|\.well-known\/jwks\.json)$/;

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
  "access-control-max-age": "3600",
};

/** Milliseconds that answers under way have left when the gateway is to end. */
const GRACE = 2000;

/** Starts the one port that clients see, on loopback: keys, CORS, and the way to each service. */
export function startGateway(options: GatewayOptions): AsyncDisposable {
  const end = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: options.port,
    signal: end.signal,
    onListen: () => {},
    onError: (error) => {
      options.log(`gateway: ${error}`);
      return Response.json({ message: "An unexpected error occurred" }, { status: 500 });
    },
  }, (request, { completed }) => {
    const done = completed.catch(() => {}).finally(() => underWay.delete(done));
    underWay.add(done);
    return answer(request, options);
  });
  return {
    // A client that does not read its download to the end would keep a patient server for ever.
    [Symbol.asyncDispose]: async () => {
      const answered = Promise.all(underWay).then(() => true);
      if (await Promise.race([answered, pause(GRACE)])) return await server.shutdown();
      end.abort();
      await server.finished;
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, milliseconds)));
}

async function answer(request: Request, options: GatewayOptions): Promise<Response> {
  const { pathname } = new URL(request.url);
  const prefix = pathname.split("/", 3).join("/");
  const service = options.services[prefix];
  if (!service && options.demo && isDemoPath(pathname)) return await options.demo.fetch(request);
  // Functions answer preflights themselves, and say who may call them.
  if (service?.name === "functions") return await service.fetch(request);
  if (request.method === "OPTIONS") return preflight(request);
  if (!service) return refusal(404, "no Route matched with those values");
  // Realtime checks keys itself, and needs the very request object to upgrade it.
  if (service.name === "realtime") return await service.fetch(request);

  // Storage serves what is public, or signed, without a key.
  const needsKey = service.name !== "storage";
  const authorized = OPEN.test(pathname)
    ? request
    : await withRole(request, options.keys, needsKey);
  if (authorized instanceof Response) return authorized;
  return withCors(await service.fetch(authorized));
}

/**
 * The rule of Supabase's gateway: without a bearer of their own (absent, or a `sb_…` key), callers are the role
 * that their API key belongs to; any other bearer is passed on and checked by the service.
 */
async function withRole(
  request: Request,
  keys: Keys,
  needsKey: boolean,
): Promise<Request | Response> {
  const apiKey = apiKeyOf(request);
  const roleToken = apiKey && (keys.tokenOf(apiKey) ?? await ownToken(apiKey, keys));
  if (needsKey && !apiKey) return refusal(401, "No API key found in request");
  if (needsKey && !roleToken) return refusal(401, "Invalid authentication credentials");
  const bearer = request.headers.get("authorization");
  const token = roleToken ?? apiKey;
  if (!token || (bearer && !/^Bearer sb_/i.test(bearer))) return request;
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${token}`);
  // Not a copy of the request: copying takes its signal along, which Deno warns about.
  return new Request(request.url, { method: request.method, headers, body: request.body });
}

function apiKeyOf(request: Request): string | null {
  return request.headers.get("apikey") ?? new URL(request.url).searchParams.get("apikey");
}

// A legacy key that somebody made with the project's secret.
async function ownToken(apiKey: string, keys: Keys): Promise<string | null> {
  return await keys.verify(apiKey).then(({ role }) => role ? apiKey : null, () => null);
}

function preflight(request: Request): Response {
  const asked = request.headers.get("access-control-request-headers");
  return new Response(null, {
    status: 204,
    headers: { ...CORS, "access-control-allow-headers": asked ?? "*" },
  });
}

function withCors(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", "*");
  headers.delete("access-control-allow-credentials");
  return new Response(response.body, { status: response.status, headers });
}

function refusal(status: number, message: string): Response {
  return Response.json({ message }, { status, headers: CORS });
}
