import type { Database } from "./database.gen.ts";
import { createClient, type SupabaseClient } from "./deps.ts";
import type { Environment } from "./environment.ts";

export type Client = SupabaseClient<Database, "chat">;

/** What a handler gets: a body that fits its schema, and the two ways to the database. */
export interface Call<Body> {
  readonly body: Body;
  /** The database with the caller's own token and rights. */
  readonly asCaller: Client;
  /** The database with every right. A call, so that using it is visible. */
  asService(): Client;
}

export type Fetch = typeof fetch;

/** Longest time for one request, so that a part of the project that hangs does not hang us. */
const REQUEST_LIMIT = 20_000;

/** The two ways to the database for one request. `send` stands in for the network in tests. */
export function openDatabase(
  request: Request,
  { url, publishableKey, secretKey }: Environment,
  send: Fetch = fetch,
): Omit<Call<never>, "body"> & { retryAfter(): string | null } {
  let retryAfter: string | null = null;
  const patient: Fetch = (input, init) =>
    send(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(REQUEST_LIMIT) });
  // supabase-js keeps the headers of an answer to itself, and one of them is for the caller.
  const listening: Fetch = async (input, init) => {
    const response = await patient(input, init);
    retryAfter = response.headers.get("retry-after");
    return response;
  };
  const authorization = request.headers.get("authorization");
  return {
    // Whatever key and token the caller brought is for the database to judge.
    asCaller: connect(url, request.headers.get("apikey") || publishableKey, {
      headers: authorization ? { authorization } : {},
      fetch: listening,
    }),
    asService: () => connect(url, secretKey, { fetch: patient }),
    retryAfter: () => retryAfter,
  };
}

function connect(
  url: string,
  key: string,
  global: { headers?: Record<string, string>; fetch: Fetch },
): Client {
  return createClient<Database, "chat">(url, key, {
    db: { schema: "chat" },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global,
  });
}
