import type { Context } from "hono";
import { z } from "zod";
import { readBody, text } from "./body.ts";
import type { Auth } from "./context.ts";
import { transaction } from "./database.ts";
import { isPassword, weaknessOf } from "./passwords.ts";
import { invalid, Refusal } from "./refusal.ts";
import { openSession } from "./sessions.ts";
import { findUserByEmail, isBanned } from "./users.ts";

const SignIn = z.object({ email: text, phone: text, password: text });

/** POST /token?grant_type=password. */
export async function signIn(auth: Auth, c: Context): Promise<Response> {
  const { email, phone, password } = await readBody(c, SignIn);
  if (email && phone) {
    throw invalid("Only an email address or phone number should be provided on login.");
  }
  if (phone) throw new Refusal(422, "phone_provider_disabled", "Phone logins are disabled");
  if (!email) throw invalid("missing email or phone");

  const user = await findUserByEmail(auth.database, email);
  const matches = await isPassword(password, user?.encrypted_password ?? null, auth);
  // The real service tells of a ban before it looks at the password.
  if (user?.encrypted_password && isBanned(user)) {
    throw new Refusal(400, "user_banned", "User is banned");
  }
  if (!user || !matches) {
    throw new Refusal(400, "invalid_credentials", "Invalid login credentials");
  }
  if (!user.email_confirmed_at) {
    throw new Refusal(400, "email_not_confirmed", "Email not confirmed");
  }
  const tokens = await transaction(
    auth.database,
    (tx) => openSession(auth, tx, c, user, "password"),
  );
  // Rules may have become stricter since the password was chosen: a hint, not a refusal.
  return c.json({ ...tokens, weak_password: weaknessOf(password, auth) ?? undefined });
}
