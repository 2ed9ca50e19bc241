import type { Context } from "hono";
import { validate } from "uuid";
import { z } from "zod";
import { noSuchUser, requireUserId } from "./admin_reads.ts";
import { flag, metadata, readBody, text } from "./body.ts";
import { requireAdmin } from "./callers.ts";
import { type Auth, AUTHENTICATED } from "./context.ts";
import { isEmailTaken, isIdTaken, type Queryable, transaction } from "./database.ts";
import { banUntil } from "./duration.ts";
import { emailIdentity, setEmailIdentity } from "./identities.ts";
import { hashPassword, requireShort, requireStrong } from "./passwords.ts";
import { failure, invalid, Refusal } from "./refusal.ts";
import { endAllSessions } from "./sign_out.ts";
import {
  EMAIL_PROVIDER,
  emailExists,
  findUserByEmail,
  insertUser,
  lockUser,
  mergeMetadata,
  requireEmail,
  updateUser,
  type User,
  type UserChanges,
} from "./users.ts";
import { userJson } from "./user_json.ts";

const AdminUser = z.object({
  id: text,
  aud: text,
  role: text,
  email: text,
  phone: text,
  password: z.string().nullish(),
  email_confirm: flag,
  user_metadata: metadata,
  app_metadata: metadata,
  ban_duration: text,
});

type AdminUser = z.output<typeof AdminUser>;

/** The columns for role and audience hold this many characters. */
const MAX_NAME_LENGTH = 255;

/** POST /admin/users. */
export async function createUser(auth: Auth, c: Context): Promise<Response> {
  await requireAdmin(auth, c);
  const body = await readAdminUser(c);
  if (!body.email) throw invalid("Cannot create a user without either an email or phone");
  if (body.id && !validate(body.id)) throw invalid("ID must conform to the uuid v4 format");
  requireShort(body.password ?? "");
  if (await findUserByEmail(auth.database, body.email)) throw emailExists();
  const encrypted = body.password ? await hashPassword(body.password, auth) : null;
  const created = await transaction(auth.database, (tx) => insert(tx, body, encrypted))
    .catch((error) => {
      throw isEmailTaken(error) || isIdTaken(error)
        ? emailExists()
        : failure("Database error creating new user", error);
    });
  return c.json(await userJson(auth.database, created));
}

async function insert(tx: Queryable, body: AdminUser, encrypted: string | null): Promise<User> {
  const { id, aud, role, email, email_confirm, ban_duration } = body;
  const user = await insertUser(tx, {
    ...id ? { id } : {},
    aud,
    email,
    encrypted_password: encrypted,
    raw_app_meta_data: EMAIL_PROVIDER,
    raw_user_meta_data: body.user_metadata ?? {},
    is_anonymous: false,
  });
  await setEmailIdentity(tx, user, emailIdentity(user, email, false));
  return updateUser(tx, user.id, {
    role: role || AUTHENTICATED,
    raw_app_meta_data: mergeMetadata(user.raw_app_meta_data, body.app_metadata ?? {}),
    ...email_confirm && {
      email_confirmed_at: new Date(),
      raw_user_meta_data: { ...user.raw_user_meta_data, email_verified: true },
    },
    ...ban_duration && { banned_until: banUntil(ban_duration) },
  });
}

/** PUT /admin/users/:id. */
export async function changeUser(auth: Auth, c: Context): Promise<Response> {
  await requireAdmin(auth, c);
  const id = requireUserId(c);
  const body = await readAdminUser(c);
  if (typeof body.password === "string") requireStrong(body.password, auth);
  const encrypted = body.password ? await hashPassword(body.password, auth) : null;
  const changed = await transaction(auth.database, async (tx) => {
    const user = await lockUser(tx, id);
    if (!user) throw noSuchUser();
    return change(tx, user, body, encrypted);
  }).catch((error) => {
    if (error instanceof Refusal) throw error;
    throw isEmailTaken(error) ? emailExists() : failure("Error updating user", error);
  });
  return c.json(await userJson(auth.database, changed));
}

async function change(
  tx: Queryable,
  user: User,
  body: AdminUser,
  encrypted: string | null,
): Promise<User> {
  const { role, email, email_confirm, ban_duration } = body;
  if (encrypted) await endAllSessions(tx, user.id);
  if (email) await setEmailIdentity(tx, user, emailIdentity(user, email, email_confirm));
  const userMetadata = { ...user.raw_user_meta_data, ...email_confirm && { email_verified: true } };
  const appMetadata = { ...user.raw_app_meta_data, ...email && EMAIL_PROVIDER };
  const changes: UserChanges = {
    ...role && { role },
    ...email && { email },
    ...encrypted && { encrypted_password: encrypted },
    ...email_confirm && { email_confirmed_at: new Date() },
    // Only a confirmed address makes a guest permanent.
    ...email_confirm && (email || user.email) && { is_anonymous: false },
    ...ban_duration && { banned_until: banUntil(ban_duration) },
    raw_user_meta_data: mergeMetadata(userMetadata, body.user_metadata ?? {}),
    raw_app_meta_data: mergeMetadata(appMetadata, body.app_metadata ?? {}),
  };
  return updateUser(tx, user.id, changes);
}

async function readAdminUser(c: Context): Promise<AdminUser> {
  const body = await readBody(c, AdminUser);
  if (body.phone) {
    throw new Refusal(422, "phone_provider_disabled", "Phone numbers are not supported");
  }
  if (body.role.length > MAX_NAME_LENGTH || body.aud.length > MAX_NAME_LENGTH) {
    throw invalid("role and aud are too long");
  }
  if (body.ban_duration) banUntil(body.ban_duration);
  return { ...body, email: body.email && requireEmail(body.email) };
}
