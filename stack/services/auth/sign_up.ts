import type { Context } from "hono";
import { z } from "zod";
import { type Metadata, metadata, readBody, text } from "./body.ts";
import { type Auth, AUTHENTICATED } from "./context.ts";
import { isEmailTaken, type Queryable, transaction } from "./database.ts";
import { emailIdentity, setEmailIdentity } from "./identities.ts";
import { hashPassword, requireStrong } from "./passwords.ts";
import { failure, invalid, Refusal } from "./refusal.ts";
import { openSession, type TokenResponse } from "./sessions.ts";
import {
  EMAIL_PROVIDER,
  findUserByEmail,
  insertUser,
  type NewUser,
  requireEmail,
  updateUser,
  type User,
} from "./users.ts";
import { toJson, type UserJson, userJson } from "./user_json.ts";

const SignUp = z.object({ email: text, phone: text, password: text, data: metadata });

/** POST /signup: by e-mail and password, or as a guest when neither address is given. */
export async function signUp(auth: Auth, c: Context): Promise<Response> {
  const { email, phone, password, data } = await readBody(c, SignUp);
  const isGuest = !email && !phone;
  if (isGuest && !auth.anonymousSignIns) {
    throw new Refusal(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled");
  }
  if (!auth.signupEnabled) {
    throw new Refusal(422, "signup_disabled", "Signups not allowed for this instance");
  }
  if (isGuest) return c.json(await signUpGuest(auth, c, data ?? {}));
  if (!password) throw invalid("Signup requires a valid password");
  requireStrong(password, auth);
  if (email && phone) {
    throw invalid("Only an email address or phone number should be provided on signup.");
  }
  if (phone) throw new Refusal(400, "phone_provider_disabled", "Phone signups are disabled");
  return c.json(
    await signUpByEmail(auth, c, { email: requireEmail(email), password, data: data ?? {} }),
  );
}

function signUpGuest(auth: Auth, c: Context, data: Metadata): Promise<TokenResponse> {
  return transaction(auth.database, async (tx) => {
    const user = await save(tx, {
      email: null,
      encrypted_password: null,
      raw_app_meta_data: {},
      raw_user_meta_data: data,
      is_anonymous: true,
    });
    const guest = await change(tx, user.id, { role: AUTHENTICATED });
    return openSession(auth, tx, c, guest, "anonymous");
  });
}

interface EmailSignUp {
  readonly email: string;
  readonly password: string;
  readonly data: Metadata;
}

async function signUpByEmail(
  auth: Auth,
  c: Context,
  { email, password, data }: EmailSignUp,
): Promise<TokenResponse | UserJson> {
  const known = await findUserByEmail(auth.database, email);
  if (known?.email_confirmed_at) {
    if (auth.autoconfirm) throw alreadyRegistered();
    return lookalike(known, data);
  }
  const encrypted_password = await hashPassword(password, auth);
  return transaction(auth.database, async (tx) => {
    // Somebody who never confirmed keeps password and data: whoever asks now may be another person.
    const user = known ?? await createUser(tx, { email, encrypted_password, data });
    if (!auth.autoconfirm) {
      const waiting = await change(tx, user.id, { confirmation_sent_at: new Date() });
      return userJson(tx, waiting);
    }
    const confirmed = await change(tx, user.id, {
      email_confirmed_at: new Date(),
      raw_user_meta_data: { ...user.raw_user_meta_data, email_verified: true },
    });
    return openSession(auth, tx, c, confirmed, "password");
  });
}

async function createUser(
  tx: Queryable,
  { email, encrypted_password, data }: {
    email: string;
    encrypted_password: string;
    data: Metadata;
  },
): Promise<User> {
  const user = await save(tx, {
    email,
    encrypted_password,
    raw_app_meta_data: EMAIL_PROVIDER,
    raw_user_meta_data: data,
    is_anonymous: false,
  });
  const identity = { ...data, ...emailIdentity(user, email, false) };
  await setEmailIdentity(tx, user, identity);
  return change(tx, user.id, { role: AUTHENTICATED, raw_user_meta_data: identity });
}

async function save(tx: Queryable, user: NewUser): Promise<User> {
  try {
    return await insertUser(tx, user);
  } catch (error) {
    if (isEmailTaken(error)) throw alreadyRegistered();
    throw failure("Database error saving new user", error);
  }
}

async function change(...args: Parameters<typeof updateUser>): Promise<User> {
  try {
    return await updateUser(...args);
  } catch (error) {
    throw failure("Database error updating user", error);
  }
}

function alreadyRegistered(): Refusal {
  return new Refusal(422, "user_already_exists", "User already registered");
}

// Without automatic confirmation nobody may learn from a sign-up who is registered already.
function lookalike(known: User, data: Metadata): UserJson {
  const now = new Date();
  const stranger: User = {
    ...known,
    id: crypto.randomUUID(),
    role: "",
    phone: null,
    email_change: null,
    raw_app_meta_data: EMAIL_PROVIDER,
    raw_user_meta_data: data,
    created_at: now,
    updated_at: now,
    confirmation_sent_at: now,
    email_confirmed_at: null,
    phone_confirmed_at: null,
    confirmed_at: null,
    email_change_sent_at: null,
    last_sign_in_at: null,
    banned_until: null,
  };
  return toJson(stranger, []);
}
