import { type Call, type Fetch, openDatabase } from "../../functions/_shared/call.ts";

export const ENVIRONMENT = {
  url: "http://project.example",
  publishableKey: "sb_publishable_test",
  secretKey: "sb_secret_test",
};

/** What a part of the project answers: by `rpc/<verb>`, or by method and path as in `DELETE object/chat-images`. */
export type Script = Record<string, Answer | (() => Answer)>;
export type Answer = { status?: number; headers?: Record<string, string>; body?: unknown };

/** One request that went out to the project. */
export type Sent = { to: string; bearer: string | null; body: unknown };

export interface ScriptedCall<Body> extends Call<Body> {
  readonly sent: Sent[];
  usedService(): boolean;
}

/** A call as a handler gets it, by supabase-js itself over a network that answers from a script. */
export function callBy<Body>(
  token: string,
  { body, answers }: { body: Body; answers: Script },
): ScriptedCall<Body> {
  const request = new Request(ENVIRONMENT.url, { headers: { authorization: `Bearer ${token}` } });
  const { fetch, sent } = scripted(answers);
  let used = false;
  const { asCaller, asService } = openDatabase(request, ENVIRONMENT, fetch);
  return {
    body,
    asCaller,
    asService: () => {
      used = true;
      return asService();
    },
    sent,
    usedService: () => used,
  };
}

/** A network that answers from a script and writes down what was asked. */
export function scripted(answers: Script): { fetch: Fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const [, part, , ...rest] = new URL(request.url).pathname.split("/");
    const to = part === "rest" ? rest.join("/") : `${request.method} ${rest.join("/")}`;
    const text = await request.text();
    sent.push({
      to,
      bearer: request.headers.get("authorization")?.replace("Bearer ", "") ?? null,
      body: text ? JSON.parse(text) : null,
    });
    const line = answers[to] ?? { status: 404, body: { message: "no Route matched" } };
    const { status = 200, headers = {}, body = null } = typeof line === "function" ? line() : line;
    return Response.json(body, { status, headers });
  };
  return { fetch, sent };
}

/** What PostgREST answers when a verb refuses. */
export function refusal(status: number, code: string): Answer {
  return {
    status,
    body: { code: `PT${status}`, message: code, details: "A sentence.", hint: null },
  };
}
