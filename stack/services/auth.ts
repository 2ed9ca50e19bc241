import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import pg from "pg";
import type { Log, Service } from "../service.ts";
import { health, keySet, settings, withoutMail, withoutProviders } from "./auth/about.ts";
import { deleteUser } from "./auth/admin_deletes.ts";
import { listUsers, readUser } from "./auth/admin_reads.ts";
import { changeUser, createUser } from "./auth/admin_writes.ts";
import { MAX_BODY_BYTES } from "./auth/body.ts";
import type { Auth, AuthOptions } from "./auth/context.ts";
import { changeOwnUser, readOwnUser } from "./auth/own_user.ts";
import { refresh } from "./auth/refresh.ts";
import { answerRefusal, failure, Refusal } from "./auth/refusal.ts";
import { signIn } from "./auth/sign_in.ts";
import { signOut } from "./auth/sign_out.ts";
import { signUp } from "./auth/sign_up.ts";

export type { AuthOptions } from "./auth/context.ts";

const DEFAULTS = {
  jwtExpiry: 3600,
  refreshReuseInterval: 10,
  autoconfirm: true,
  anonymousSignIns: true,
  signupEnabled: true,
  minPasswordLength: 6,
  passwordCost: 10,
};

const CONNECTIONS = 10;

/** Starts the stand-in for Supabase Auth (GoTrue) under `/auth/v1`, on the real `auth` schema. */
export async function startAuth(options: AuthOptions): Promise<Service> {
  const { databaseUrl, ...rest } = options;
  const database = openPool(databaseUrl, options.log);
  try {
    await database.query("select from auth.users limit 0");
  } catch (error) {
    await database.end();
    throw error;
  }
  const app = routes({ ...DEFAULTS, ...rest, database });
  return {
    name: "auth",
    fetch: (request) => app.fetch(request),
    [Symbol.asyncDispose]: () => database.end(),
  };
}

// Without listeners, a connection that dies while nothing is asked of it would take the process with it:
// the pool's hears it while the connection is idle, the connection's own while a transaction holds it.
function openPool(connectionString: string, log: Log): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
  pool.on("error", ({ message }) => {
    if (!pool.ending) log(`auth: lost a connection: ${message}`);
  });
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

type Handler = (auth: Auth, c: Context) => Response | Promise<Response>;

const ROUTES: ReadonlyArray<readonly [method: string, path: string, handler: Handler]> = [
  ["POST", "/signup", signUp],
  ["POST", "/token", token],
  ["POST", "/logout", signOut],
  ["GET", "/user", readOwnUser],
  ["PUT", "/user", changeOwnUser],
  ["GET", "/admin/users", listUsers],
  ["POST", "/admin/users", createUser],
  ["GET", "/admin/users/:id", readUser],
  ["PUT", "/admin/users/:id", changeUser],
  ["DELETE", "/admin/users/:id", deleteUser],
  ["GET", "/.well-known/jwks.json", keySet],
  ["GET", "/settings", settings],
  ["GET", "/health", health],
  ["POST", "/otp", withoutMail],
  ["POST", "/magiclink", withoutMail],
  ["POST", "/recover", withoutMail],
  ["POST", "/resend", withoutMail],
  ["GET", "/verify", withoutMail],
  ["POST", "/verify", withoutMail],
  ["POST", "/invite", withoutMail],
  ["GET", "/reauthenticate", withoutMail],
  ["POST", "/admin/generate_link", withoutMail],
  ["GET", "/authorize", withoutProviders],
  ["GET", "/callback", withoutProviders],
  ["POST", "/sso", withoutProviders],
];

function routes(auth: Auth): Hono {
  const app = new Hono().basePath("/auth/v1");
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }));
  for (const [method, path, handler] of ROUTES) {
    app.on(method, path, (c) => handler(auth, c));
  }
  app.notFound((c) => answerRefusal(c, new Refusal(404, "not_found", "No such endpoint")));
  app.onError((error, c) => {
    const refusal = error instanceof Refusal ? error : unexpected(error);
    if (refusal.status >= 500) {
      auth.log(`auth: ${c.req.method} ${c.req.path}: ${refusal.message}: ${refusal.cause}`);
    }
    return answerRefusal(c, refusal);
  });
  return app;
}

function token(auth: Auth, c: Context): Promise<Response> {
  switch (c.req.query("grant_type")) {
    case "password":
      return signIn(auth, c);
    case "refresh_token":
      return refresh(auth, c);
    default:
      throw new Refusal(400, "invalid_credentials", "unsupported_grant_type");
  }
}

function unexpected(error: Error): Refusal {
  return failure(
    "Unexpected failure, please check server logs for more information",
    error,
  );
}

function tooLarge(): never {
  throw new Refusal(413, "request_too_large", `Request body exceeds ${MAX_BODY_BYTES} bytes`);
}
