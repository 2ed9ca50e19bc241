import type { Context } from "hono";
import { type Caller, requireCaller } from "./callers.ts";
import type { Auth } from "./context.ts";
import type { Queryable } from "./database.ts";
import { invalid } from "./refusal.ts";

/** POST /logout?scope=global|local|others. Access tokens live on until they expire. */
export async function signOut(auth: Auth, c: Context): Promise<Response> {
  const caller = await requireCaller(auth, c);
  const scope = c.req.query("scope") || "global";
  await endSessions(auth.database, caller, scope);
  return c.body(null, 204);
}

function endSessions(db: Queryable, { user, sessionId }: Caller, scope: string): Promise<unknown> {
  switch (scope) {
    case "local":
      if (!sessionId) return endAllSessions(db, user.id);
      return db.query("delete from auth.sessions where id = $1", [sessionId]);
    case "others":
      return endOtherSessions(db, user.id, sessionId);
    case "global":
      return endAllSessions(db, user.id);
    default:
      throw invalid(`Unsupported logout scope ${JSON.stringify(scope)}`);
  }
}

export function endAllSessions(db: Queryable, userId: string): Promise<unknown> {
  return db.query("delete from auth.sessions where user_id = $1", [userId]);
}

/** Ends every session of a user but one; all of them when there is none to keep. */
export function endOtherSessions(
  db: Queryable,
  userId: string,
  kept: string | null,
): Promise<unknown> {
  return db.query(
    "delete from auth.sessions where user_id = $1 and id is distinct from $2",
    [userId, kept],
  );
}
