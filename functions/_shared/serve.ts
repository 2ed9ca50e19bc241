import { type Call, type Fetch, openDatabase } from "./call.ts";
import { cors } from "./cors.ts";
import type { z } from "./deps.ts";
import { readEnvironment } from "./environment.ts";
import { Refusal } from "./refusal.ts";
import { readInput } from "./request.ts";

export interface ServeOptions {
  readonly methods?: readonly ("GET" | "POST")[];
  /** Stands in for the network in tests. */
  readonly fetch?: Fetch;
}

/**
 * Turns a handler into an edge function: preflight, method, body, caller, and one shape for every answer: the value
 * itself (or the response, if it is one), or `{ code, message }` with the matching status, and `details` if it has any.
 */
export function serve<Schema extends z.ZodType>(
  schema: Schema,
  handler: (call: Call<z.output<Schema>>) => Promise<unknown>,
  { methods = ["POST"], fetch = globalThis.fetch }: ServeOptions = {},
): (request: Request) => Promise<Response> {
  const environment = readEnvironment();
  const allowed: readonly string[] = methods;

  async function answer(request: Request): Promise<Response> {
    if (request.method === "OPTIONS") return new Response(null, { status: 204 });
    if (!allowed.includes(request.method)) {
      return refuse(new Refusal("method_not_allowed"), {
        allow: [...allowed, "OPTIONS"].join(", "),
      });
    }
    const { asCaller, asService, retryAfter } = openDatabase(request, environment, fetch);
    try {
      const body = await readInput(request, schema);
      const result = await handler({ body, asCaller, asService });
      return result instanceof Response ? result : Response.json(result);
    } catch (error) {
      const wait = retryAfter();
      return refuse(error, wait === null ? {} : { "retry-after": wait });
    }
  }

  return async (request) => {
    const response = await answer(request);
    for (const [name, value] of Object.entries(cors(methods))) response.headers.set(name, value);
    return response;
  };
}

function refuse(error: unknown, headers: Record<string, string>): Response {
  if (!(error instanceof Refusal)) console.error(error);
  const { code, message, status, details } = error instanceof Refusal
    ? error
    : new Refusal("internal");
  return Response.json({ code, message, ...details && { details } }, { status, headers });
}
