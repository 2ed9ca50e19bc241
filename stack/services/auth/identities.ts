import type { Metadata } from "./body.ts";
import type { Queryable } from "./database.ts";
import type { User } from "./users.ts";

/** How a user can prove who they are; this service knows the provider `email` only. */
export interface Identity {
  readonly id: string;
  readonly provider_id: string;
  readonly user_id: string;
  readonly identity_data: Metadata;
  readonly provider: string;
  readonly last_sign_in_at: Date;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly email: string | null;
}

/** What an e-mail identity says about its user. */
export function emailIdentity(user: User, email: string, isVerified: boolean): Metadata {
  return { sub: user.id, email, email_verified: isVerified, phone_verified: false };
}

/** Gives a user an e-mail identity, or brings the one they have up to date. */
export async function setEmailIdentity(tx: Queryable, user: User, data: Metadata): Promise<void> {
  await tx.query(
    `insert into auth.identities (
       provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at
     ) values ($1, $2, $3, 'email', now(), now(), now())
     on conflict (provider_id, provider) do update
     set identity_data = identities.identity_data || excluded.identity_data, updated_at = now()`,
    [user.id, user.id, data],
  );
}

export async function identitiesOf(
  db: Queryable,
  userIds: readonly string[],
): Promise<readonly Identity[]> {
  const { rows } = await db.query<Identity>(
    "select * from auth.identities where user_id = any($1) order by created_at, id",
    [userIds],
  );
  return rows;
}
