import type { Context } from "hono";
import { z } from "zod";
import { metadata, readBody, text } from "./body.ts";
import { type Caller, requireCaller } from "./callers.ts";
import { type Auth, AUTHENTICATED } from "./context.ts";
import { isEmailTaken, type Queryable, transaction } from "./database.ts";
import { emailIdentity, setEmailIdentity } from "./identities.ts";
import { hashPassword, isPassword, requireStrong } from "./passwords.ts";
import { failure, invalid, Refusal } from "./refusal.ts";
import { endOtherSessions } from "./sign_out.ts";
import {
  EMAIL_PROVIDER,
  emailExists,
  findUserByEmail,
  lockUser,
  mergeMetadata,
  requireEmail,
  updateUser,
  type User,
  type UserChanges,
} from "./users.ts";
import { userJson } from "./user_json.ts";

const OwnChanges = z.object({
  email: text,
  phone: text,
  password: z.string().nullish(),
  data: metadata,
  app_metadata: metadata,
});

/** GET /user. */
export async function readOwnUser(auth: Auth, c: Context): Promise<Response> {
  const { user } = await requireCaller(auth, c);
  if (user.aud !== AUTHENTICATED) {
    throw invalid("Token audience doesn't match request audience");
  }
  return c.json(await userJson(auth.database, user));
}

/** PUT /user. Nobody gets new tokens by it: claims follow with the next refresh. */
export async function changeOwnUser(auth: Auth, c: Context): Promise<Response> {
  const caller = await requireCaller(auth, c);
  const body = await readBody(c, OwnChanges);
  const email = body.email && requireEmail(body.email);
  await requireAllowed(auth, caller.user, { ...body, email });
  const encrypted = body.password ? await hashPassword(body.password, auth) : null;

  const changed = await transaction(auth.database, async (tx) => {
    const user = await lockUser(tx, caller.user.id);
    if (!user) throw new Refusal(403, "user_not_found", "User not found");
    if (encrypted) await endOtherSessions(tx, user.id, caller.sessionId);
    const own: UserChanges = {
      ...encrypted && { encrypted_password: encrypted },
      ...body.data && { raw_user_meta_data: mergeMetadata(user.raw_user_meta_data, body.data) },
    };
    const address = email ? await changeOfEmail(auth, tx, { ...user, ...own }, email) : {};
    return save(tx, caller, { ...own, ...address });
  });
  return c.json(await userJson(auth.database, changed));
}

async function requireAllowed(
  auth: Auth,
  user: User,
  { email, phone, password, app_metadata }: z.output<typeof OwnChanges>,
): Promise<void> {
  if (phone) throw new Refusal(422, "phone_provider_disabled", "Phone numbers are not supported");
  if (app_metadata) {
    throw new Refusal(403, "not_admin", "Updating app_metadata requires admin privileges");
  }
  if (typeof password === "string") requireStrong(password, auth);
  if (user.is_anonymous && password && !email) {
    const message =
      "Updating password of an anonymous user without an email or phone is not allowed";
    throw new Refusal(422, "validation_failed", message);
  }
  if (email && email !== user.email && await findUserByEmail(auth.database, email)) {
    throw emailExists();
  }
  if (password && await isPassword(password, user.encrypted_password, auth)) {
    const message = "New password should be different from the old password.";
    throw new Refusal(422, "same_password", message);
  }
}

/** A guest becomes permanent at once; everyone else would have to answer a mail first. */
async function changeOfEmail(
  auth: Auth,
  tx: Queryable,
  user: User,
  email: string,
): Promise<UserChanges> {
  if (email === user.email) return {};
  if (!user.is_anonymous || !auth.autoconfirm) {
    auth.log(`auth: no mail is sent, ${user.id} keeps a pending change of the e-mail address`);
    return { email_change: email, email_change_sent_at: new Date() };
  }
  await setEmailIdentity(tx, user, emailIdentity(user, email, true));
  return {
    email,
    email_confirmed_at: new Date(),
    is_anonymous: false,
    raw_app_meta_data: { ...user.raw_app_meta_data, ...EMAIL_PROVIDER },
    raw_user_meta_data: { ...user.raw_user_meta_data, email_verified: true },
  };
}

async function save(tx: Queryable, { user }: Caller, changes: UserChanges): Promise<User> {
  try {
    return await updateUser(tx, user.id, changes);
  } catch (error) {
    if (isEmailTaken(error)) throw emailExists();
    throw failure("Error updating user", error);
  }
}
