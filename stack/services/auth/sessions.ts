import type { Context } from "hono";
import type { Auth } from "./context.ts";
import type { Queryable } from "./database.ts";
import { updateUser, type User } from "./users.ts";
import { type UserJson, userJson } from "./user_json.ts";

export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: "bearer";
  readonly expires_in: number;
  readonly expires_at: number;
  readonly refresh_token: string;
  readonly user: UserJson;
}

export interface Session {
  readonly id: string;
  readonly refreshToken: string;
}

/** Signs a user in: a new session with its first pair of tokens. */
export async function openSession(
  auth: Auth,
  tx: Queryable,
  c: Context,
  user: User,
  method: "password" | "anonymous",
): Promise<TokenResponse> {
  const id = crypto.randomUUID();
  await tx.query(
    `insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent)
     values ($1, $2, now(), now(), 'aal1', $3)`,
    [id, user.id, c.req.header("user-agent") ?? ""],
  );
  await tx.query(
    `insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
     values (gen_random_uuid(), $1, now(), now(), $2)`,
    [id, method],
  );
  const refreshToken = await insertRefreshToken(tx, { sessionId: id, userId: user.id });
  const signedIn = await updateUser(tx, user.id, { last_sign_in_at: new Date() });
  return issueTokens(auth, tx, signedIn, { id, refreshToken });
}

/** Writes the next refresh token of a session. */
export async function insertRefreshToken(
  tx: Queryable,
  { sessionId, userId, parent }: { sessionId: string; userId: string; parent?: string },
): Promise<string> {
  const token = randomToken();
  await tx.query(
    `insert into auth.refresh_tokens (
       instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id
     ) values ('00000000-0000-0000-0000-000000000000', $1, $2, false, now(), now(), $3, $4)`,
    [token, userId, parent ?? "", sessionId],
  );
  return token;
}

/** Answers with a fresh access token beside the session's refresh token. */
export async function issueTokens(
  auth: Auth,
  db: Queryable,
  user: User,
  session: Session,
): Promise<TokenResponse> {
  const issuedAt = Math.floor(Date.now() / 1000);
  const expiresAt = issuedAt + auth.jwtExpiry;
  const accessToken = await auth.keys.sign({
    iss: `${auth.apiUrl}/auth/v1`,
    sub: user.id,
    aud: user.aud,
    exp: expiresAt,
    iat: issuedAt,
    email: user.email ?? "",
    phone: user.phone ?? "",
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    role: user.role,
    aal: "aal1",
    amr: await methodsOf(db, session.id),
    session_id: session.id,
    is_anonymous: user.is_anonymous,
  });
  return {
    access_token: accessToken,
    token_type: "bearer",
    expires_in: auth.jwtExpiry,
    expires_at: expiresAt,
    refresh_token: session.refreshToken,
    user: await userJson(db, user),
  };
}

async function methodsOf(db: Queryable, sessionId: string) {
  const { rows } = await db.query<{ method: string; timestamp: number }>(
    `select c.authentication_method as method, extract(epoch from c.updated_at)::int as timestamp
     from auth.mfa_amr_claims as c
     where c.session_id = $1
     order by c.updated_at desc`,
    [sessionId],
  );
  return rows;
}

// 12 letters out of 32 are 60 random bits, as long as the real service makes them.
function randomToken(): string {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => letters.charAt(byte % letters.length)).join("");
}
