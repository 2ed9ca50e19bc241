import type { Context } from "hono";
import { z } from "zod";
import { noSuchUser, requireUserId } from "./admin_reads.ts";
import { flag, readBody } from "./body.ts";
import { requireAdmin } from "./callers.ts";
import type { Auth } from "./context.ts";
import { type Queryable, transaction } from "./database.ts";
import { failure, Refusal } from "./refusal.ts";
import { endAllSessions } from "./sign_out.ts";
import { lockUser, type User } from "./users.ts";

const Deletion = z.object({ should_soft_delete: flag });

/** The column once had this length, and the real service still cuts to it. */
const PHONE_LENGTH = 15;

/** DELETE /admin/users/:id. Access tokens live on until they expire, everywhere but here. */
export async function deleteUser(auth: Auth, c: Context): Promise<Response> {
  await requireAdmin(auth, c);
  const id = requireUserId(c);
  const hasBody = await c.req.text() !== "";
  const { should_soft_delete } = hasBody
    ? await readBody(c, Deletion)
    : { should_soft_delete: false };
  await transaction(auth.database, async (tx) => {
    const user = await lockUser(tx, id);
    if (!user) throw noSuchUser();
    await (should_soft_delete ? softDelete(tx, user) : hardDelete(tx, user));
  }).catch((error) => {
    throw error instanceof Refusal ? error : failure("Database error deleting user", error);
  });
  return c.json({});
}

// Sessions, tokens, identities and what projects hang on users go with the row.
function hardDelete(tx: Queryable, user: User): Promise<unknown> {
  return tx.query("delete from auth.users where id = $1", [user.id]);
}

/** Keeps the id and nothing that says who it was. */
async function softDelete(tx: Queryable, user: User): Promise<void> {
  if (user.deleted_at) return;
  await endAllSessions(tx, user.id);
  await tx.query("delete from auth.mfa_factors where user_id = $1", [user.id]);
  await tx.query(
    `update auth.identities
     set provider_id = $2, identity_data = '{}', updated_at = now()
     where user_id = $1`,
    [user.id, await obscured(user.id, user.id)],
  );
  await tx.query(
    `update auth.users
     set email = $2, phone = $3, email_change = $4, phone_change = '', encrypted_password = null,
       raw_user_meta_data = '{}', raw_app_meta_data = '{}', deleted_at = now(), updated_at = now()
     where id = $1`,
    [
      user.id,
      await obscured(user.id, user.email ?? ""),
      (await obscured(user.id, user.phone ?? "")).slice(0, PHONE_LENGTH),
      await obscured(user.id, user.email_change ?? ""),
    ],
  );
}

async function obscured(id: string, value: string): Promise<string> {
  const bytes = new TextEncoder().encode(id + value);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}
