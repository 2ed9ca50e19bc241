import type { Keys } from "./keys.ts";
import type { Log, Service } from "./service.ts";

export interface GatewayOptions {
  readonly port: number;
  readonly keys: Keys;
  /** By the first two parts of the path: `/auth/v1`. */
  readonly services: Readonly<Record<string, Service>>;
  readonly log: Log;
}

/** Paths that answer without an API key: followed from mails, or read by verifiers. */
const OPEN = /^\/auth\/v1\/(verify|callback|authorize|health|\.well-known\/jwks\.json)$/;

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
  "access-control-max-age": "3600",
};

/** Starts the one port that clients see, on loopback: keys, CORS, and the way to each service. */
export function startGateway(options: GatewayOptions): AsyncDisposable {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: options.port,
    onListen: () => {},
    onError: (error) => {
      options.log(`gateway: ${error}`);
      return Response.json({ message: "An unexpected error occurred" }, { status: 500 });
    },
  }, (request) => answer(request, options));
  return { [Symbol.asyncDispose]: () => server.shutdown() };
}

async function answer(request: Request, options: GatewayOptions): Promise<Response> {
  const { pathname } = new URL(request.url);
  const prefix = pathname.split("/", 3).join("/");
  const service = options.services[prefix];
  // Functions answer preflights themselves, and say who may call them.
  if (service?.name === "functions") return await service.fetch(request);
  if (request.method === "OPTIONS") return preflight(request);
  if (!service) return refusal(404, "no Route matched with those values");
  // Realtime checks keys itself, and needs the very request object to upgrade it.
  if (service.name === "realtime") return await service.fetch(request);

  const authorized = OPEN.test(pathname) ? request : await withRole(request, options.keys);
  if (authorized instanceof Response) return authorized;
  return withCors(await service.fetch(authorized));
}

/**
 * The rule of Supabase's gateway: without a bearer of their own (absent, or a `sb_…` key), callers are the role
 * that their API key belongs to; any other bearer is passed on and checked by the service.
 */
async function withRole(request: Request, keys: Keys): Promise<Request | Response> {
  const apiKey = request.headers.get("apikey") ?? new URL(request.url).searchParams.get("apikey");
  if (!apiKey) return refusal(401, "No API key found in request");
  const roleToken = keys.tokenOf(apiKey) ?? await ownToken(apiKey, keys);
  if (!roleToken) return refusal(401, "Invalid authentication credentials");
  const bearer = request.headers.get("authorization");
  if (bearer && !/^Bearer sb_/i.test(bearer)) return request;
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${roleToken}`);
  // Not a copy of the request: copying takes its signal along, which Deno warns about.
  return new Request(request.url, { method: request.method, headers, body: request.body });
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
