import type { Pool } from "pg";
import type { Keys } from "../../keys.ts";
import type { Log } from "../../service.ts";

export interface AuthOptions {
  /** Connection of supabase_auth_admin. */
  readonly databaseUrl: string;
  readonly keys: Keys;
  readonly log: Log;
  /** The stack's public address, such as `http://127.0.0.1:54321`. */
  readonly apiUrl: string;
  /** Life of an access token in seconds. */
  readonly jwtExpiry?: number;
  /** Seconds in which a refresh token may be shown again without being taken for a theft. */
  readonly refreshReuseInterval?: number;
  /** True confirms every address at once; false leaves that to an admin, for no mail is ever sent. */
  readonly autoconfirm?: boolean;
  readonly anonymousSignIns?: boolean;
  readonly signupEnabled?: boolean;
  readonly minPasswordLength?: number;
  /** Cost of bcrypt; tests lower it. */
  readonly passwordCost?: number;
}

/** What every part of the service works with: the options with nothing left open, and the database. */
export type Auth = Required<Omit<AuthOptions, "databaseUrl">> & { readonly database: Pool };

/** Everyone's `aud`, and the role a user gets who was given none. */
export const AUTHENTICATED = "authenticated";
