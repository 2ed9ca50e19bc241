import { z } from "zod";
import type { Metadata } from "./body.ts";
import { AUTHENTICATED } from "./context.ts";
import type { Queryable } from "./database.ts";
import { invalid, Refusal } from "./refusal.ts";

/** The columns of auth.users that this service reads. */
export interface User {
  readonly id: string;
  readonly aud: string;
  readonly role: string;
  readonly email: string | null;
  readonly encrypted_password: string | null;
  readonly email_confirmed_at: Date | null;
  readonly invited_at: Date | null;
  readonly confirmation_sent_at: Date | null;
  readonly recovery_sent_at: Date | null;
  readonly email_change: string | null;
  readonly email_change_sent_at: Date | null;
  readonly last_sign_in_at: Date | null;
  readonly raw_app_meta_data: Metadata | null;
  readonly raw_user_meta_data: Metadata | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly phone: string | null;
  readonly phone_confirmed_at: Date | null;
  readonly confirmed_at: Date | null;
  readonly banned_until: Date | null;
  readonly deleted_at: Date | null;
  readonly is_anonymous: boolean;
}

export type UserChanges = Partial<Omit<User, "id" | "created_at" | "updated_at" | "confirmed_at">>;

export interface NewUser {
  readonly id?: string;
  readonly aud?: string;
  readonly email: string | null;
  readonly encrypted_password: string | null;
  readonly raw_app_meta_data: Metadata;
  readonly raw_user_meta_data: Metadata;
  readonly is_anonymous: boolean;
}

/** `app_metadata` of someone who signs in by e-mail. */
export const EMAIL_PROVIDER: Metadata = { provider: "email", providers: ["email"] };

/** The service was made for many instances; there is always this one. */
const INSTANCE = "00000000-0000-0000-0000-000000000000";

const MAX_EMAIL_LENGTH = 255;

/** @throws {Refusal} 400 `validation_failed` for what is no e-mail address. */
export function requireEmail(value: string): string {
  if (value.length > MAX_EMAIL_LENGTH) throw invalid("An email address is too long");
  if (!z.regexes.html5Email.test(value)) {
    throw invalid("Unable to validate email address: invalid format");
  }
  return value.toLowerCase();
}

export function emailExists(): Refusal {
  const message = "A user with this email address has already been registered";
  return new Refusal(422, "email_exists", message);
}

export async function findUser(db: Queryable, id: string): Promise<User | null> {
  const { rows } = await db.query<User>("select * from auth.users where id = $1", [id]);
  return rows[0] ?? null;
}

/** Reads a user nobody else can change until the transaction ends. */
export async function lockUser(tx: Queryable, id: string): Promise<User | null> {
  const { rows } = await tx.query<User>("select * from auth.users where id = $1 for update", [id]);
  return rows[0] ?? null;
}

export async function findUserByEmail(db: Queryable, email: string): Promise<User | null> {
  const { rows } = await db.query<User>(
    "select * from auth.users where lower(email) = $1 and aud = $2 and not is_sso_user",
    [email.toLowerCase(), AUTHENTICATED],
  );
  return rows[0] ?? null;
}

/**
 * Inserts a user the way the real service does: without role and confirmation, which follow in an
 * update, so that a trigger on the table sees here what it sees there.
 */
export async function insertUser(tx: Queryable, user: NewUser): Promise<User> {
  const id = user.id ?? crypto.randomUUID();
  await tx.query(
    `insert into auth.users (
       instance_id, id, aud, role, email, encrypted_password, confirmation_token, recovery_token,
       email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data, created_at,
       updated_at, is_anonymous
     ) values ($1, $2, $3, '', $4, $5, '', '', '', '', $6, $7, now(), now(), $8)`,
    [
      INSTANCE,
      id,
      user.aud || AUTHENTICATED,
      user.email,
      user.encrypted_password,
      user.raw_app_meta_data,
      user.raw_user_meta_data,
      user.is_anonymous,
    ],
  );
  // Read again: an after trigger may have changed the row, or taken it away.
  const inserted = await findUser(tx, id);
  if (!inserted) throw new Error("a trigger on auth.users removed the new user");
  return inserted;
}

export async function updateUser(tx: Queryable, id: string, changes: UserChanges): Promise<User> {
  // Column names come from the type above, never from a client.
  const columns = Object.keys(changes);
  const assignments = columns.map((column, index) => `${column} = $${index + 2}`);
  const { rows } = await tx.query<User>(
    `update auth.users set ${[...assignments, "updated_at = now()"].join(", ")}
     where id = $1
     returning *`,
    [id, ...Object.values(changes)],
  );
  if (!rows[0]) throw new Error("the user is gone");
  return rows[0];
}

/** Puts `changes` over `old`; a null takes its key away. */
export function mergeMetadata(old: Metadata | null, changes: Metadata): Metadata {
  const merged = Object.entries({ ...old, ...changes });
  return Object.fromEntries(merged.filter(([key, value]) => !(key in changes && value === null)));
}

export function isBanned(user: User): boolean {
  return user.banned_until !== null && user.banned_until.getTime() > Date.now();
}
