import type { Context } from "hono";
import { errors, type JWTPayload } from "jose";
import { validate } from "uuid";
import type { Auth } from "./context.ts";
import { Refusal } from "./refusal.ts";
import { findUser, isBanned, type User } from "./users.ts";

const ADMIN_ROLES = ["service_role", "supabase_admin"];

export interface Caller {
  readonly user: User;
  /** Null for a token that was made by hand with the shared secret. */
  readonly sessionId: string | null;
}

/** Who is asking. A token proves too little here: the user and the session must still be there. */
export async function requireCaller(auth: Auth, c: Context): Promise<Caller> {
  const { sub, session_id } = await verifiedClaims(auth, c);
  if (!sub) throw badToken("invalid claim: missing sub claim");
  if (!validate(sub)) {
    throw new Refusal(400, "bad_jwt", "invalid claim: sub claim must be a UUID");
  }
  const user = await findUser(auth.database, sub);
  if (!user) {
    throw new Refusal(403, "user_not_found", "User from sub claim in JWT does not exist");
  }
  const sessionId = await requireSession(auth, session_id, user);
  if (isBanned(user)) throw new Refusal(403, "user_banned", "User is banned");
  return { user, sessionId };
}

/** Lets service keys through and nobody else. */
export async function requireAdmin(auth: Auth, c: Context): Promise<void> {
  const { role } = await verifiedClaims(auth, c);
  if (typeof role === "string" && ADMIN_ROLES.includes(role)) return;
  throw new Refusal(403, "not_admin", "User not allowed");
}

async function requireSession(auth: Auth, claim: unknown, user: User): Promise<string | null> {
  if (claim === undefined || claim === "") return null;
  if (!validate(claim)) throw badToken("invalid claim: session_id claim must be a UUID");
  const { rows } = await auth.database.query<{ id: string }>(
    "select id from auth.sessions where id = $1 and user_id = $2",
    [claim, user.id],
  );
  if (rows[0]) return rows[0].id;
  const message = "Session from session_id claim in JWT does not exist";
  throw new Refusal(403, "session_not_found", message);
}

async function verifiedClaims(auth: Auth, c: Context): Promise<JWTPayload> {
  const token = /^[Bb]earer (\S+)$/.exec(c.req.header("authorization") ?? "")?.[1];
  if (!token) throw new Refusal(401, "no_authorization", "This endpoint requires a Bearer token");
  try {
    return await auth.keys.verify(token);
  } catch (error) {
    throw badToken(`invalid JWT: unable to parse or verify signature, ${reason(error)}`);
  }
}

// The words of the real service, which clients have been seen to search for.
function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "token has invalid claims: token is expired";
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "token signature is invalid: signature is invalid";
  }
  return "token is malformed or unverifiable";
}

function badToken(message: string): Refusal {
  return new Refusal(403, "bad_jwt", message);
}
