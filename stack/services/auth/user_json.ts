import type { Queryable } from "./database.ts";
import { identitiesOf, type Identity } from "./identities.ts";
import type { User } from "./users.ts";

export type UserJson = Record<string, unknown>;

/** The user as clients see them: no secrets, empty texts for null, no keys for what never happened. */
export async function userJson(db: Queryable, user: User): Promise<UserJson> {
  return toJson(user, await identitiesOf(db, [user.id]));
}

export async function usersJson(db: Queryable, users: readonly User[]): Promise<UserJson[]> {
  const identities = await identitiesOf(db, users.map((user) => user.id));
  return users.map((user) =>
    toJson(user, identities.filter((identity) => identity.user_id === user.id))
  );
}

export function toJson(user: User, identities: readonly Identity[]): UserJson {
  return {
    id: user.id,
    aud: user.aud,
    role: user.role ?? "",
    email: user.email ?? "",
    phone: user.phone ?? "",
    new_email: user.email_change || undefined,
    ...moments(user),
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    identities: identities.map(identityJson),
    created_at: user.created_at,
    updated_at: user.updated_at,
    is_anonymous: user.is_anonymous,
  };
}

// JSON leaves out what is undefined.
function moments(user: User): UserJson {
  return {
    email_confirmed_at: user.email_confirmed_at ?? undefined,
    invited_at: user.invited_at ?? undefined,
    phone_confirmed_at: user.phone_confirmed_at ?? undefined,
    confirmation_sent_at: user.confirmation_sent_at ?? undefined,
    confirmed_at: user.confirmed_at ?? undefined,
    recovery_sent_at: user.recovery_sent_at ?? undefined,
    email_change_sent_at: user.email_change_sent_at ?? undefined,
    last_sign_in_at: user.last_sign_in_at ?? undefined,
    banned_until: user.banned_until ?? undefined,
    deleted_at: user.deleted_at ?? undefined,
  };
}

function identityJson({ id, provider_id, email, ...rest }: Identity): UserJson {
  return { ...rest, identity_id: id, id: provider_id, email: email ?? undefined };
}
