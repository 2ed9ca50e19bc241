import type { Context } from "hono";
import { z } from "zod";
import { readBody, text } from "./body.ts";
import type { Auth } from "./context.ts";
import { isLockTimeout, type Queryable, transaction } from "./database.ts";
import { invalid, Refusal } from "./refusal.ts";
import { insertRefreshToken, issueTokens, type TokenResponse } from "./sessions.ts";
import { findUser, isBanned } from "./users.ts";

const Refresh = z.object({ refresh_token: text });

interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly not_after: Date | null;
}

interface RefreshTokenRow {
  readonly token: string;
  readonly revoked: boolean;
  /** True inside the reuse interval. */
  readonly is_recent: boolean;
}

/** POST /token?grant_type=refresh_token. */
export async function refresh(auth: Auth, c: Context): Promise<Response> {
  const { refresh_token } = await readBody(c, Refresh);
  if (!refresh_token) throw invalid("refresh_token required");
  const outcome = await transaction(auth.database, (tx) => rotate(auth, tx, refresh_token))
    .catch((error) => {
      throw isLockTimeout(error) ? tooMany() : error;
    });
  if (outcome instanceof Refusal) throw outcome;
  return c.json(outcome);
}

/** Returns a refusal instead of throwing it when what was found out must be kept. */
async function rotate(
  auth: Auth,
  tx: Queryable,
  token: string,
): Promise<TokenResponse | Refusal> {
  const session = await lockSession(tx, token);
  if (!session) {
    throw refused("refresh_token_not_found", "Refresh Token Not Found");
  }
  const user = await findUser(tx, session.user_id);
  if (!user) throw refused("refresh_token_not_found", "Refresh Token Not Found");
  if (isBanned(user)) throw refused("user_banned", "User Banned");
  if (session.not_after && session.not_after.getTime() < Date.now()) {
    throw refused("session_expired", "Session Expired");
  }
  const next = await nextToken(auth, tx, session, token);
  if (!next) {
    await revokeFamily(tx, session);
    return refused("refresh_token_already_used", "Already Used");
  }
  await tx.query(
    "update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now() where id = $1",
    [session.id],
  );
  return issueTokens(auth, tx, user, { id: session.id, refreshToken: next });
}

// The session's row is the lock of the whole family: refreshes of one session happen one by one.
async function lockSession(tx: Queryable, token: string): Promise<SessionRow | null> {
  await tx.query("set local lock_timeout = '5s'");
  const { rows } = await tx.query<SessionRow>(
    `select s.id, s.user_id, s.not_after
     from auth.sessions as s
     join auth.refresh_tokens as t on t.session_id = s.id
     where t.token = $1
     for update of s`,
    [token],
  );
  return rows[0] ?? null;
}

/** The token that follows on `shown`, or null when `shown` must have been stolen. */
async function nextToken(
  auth: Auth,
  tx: Queryable,
  session: SessionRow,
  shown: string,
): Promise<string | null> {
  const { rows: [row] } = await tx.query<RefreshTokenRow>(
    `select t.token, t.revoked, t.updated_at >= clock_timestamp() - make_interval(secs => $2) as is_recent
     from auth.refresh_tokens as t
     where t.token = $1`,
    [shown, auth.refreshReuseInterval],
  );
  if (row && !row.revoked) {
    await tx.query(
      "update auth.refresh_tokens set revoked = true, updated_at = now() where token = $1",
      [shown],
    );
    return insertRefreshToken(tx, {
      sessionId: session.id,
      userId: session.user_id,
      parent: shown,
    });
  }
  const active = await activeToken(tx, session);
  // The parent of the active token is fine however old it is: the answer to its refresh got lost.
  return active && (row?.is_recent || active.parent === shown) ? active.token : null;
}

async function activeToken(tx: Queryable, session: SessionRow) {
  const { rows } = await tx.query<{ token: string; parent: string | null }>(
    `select t.token, t.parent
     from auth.refresh_tokens as t
     where t.session_id = $1 and not t.revoked
     order by t.id desc
     limit 1`,
    [session.id],
  );
  return rows[0] ?? null;
}

async function revokeFamily(tx: Queryable, session: SessionRow): Promise<void> {
  await tx.query(
    "update auth.refresh_tokens set revoked = true where session_id = $1 and not revoked",
    [session.id],
  );
}

function refused(code: string, reason: string): Refusal {
  return new Refusal(400, code, `Invalid Refresh Token: ${reason}`);
}

function tooMany(): Refusal {
  const message = "Too many concurrent token refresh requests on the same session or refresh token";
  return new Refusal(409, "conflict", message);
}
