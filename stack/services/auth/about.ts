import type { Context } from "hono";
import type { Auth } from "./context.ts";
import { Refusal } from "./refusal.ts";

/** GET /.well-known/jwks.json: what anyone needs to check a token, never a secret. */
export function keySet(auth: Auth, c: Context): Response {
  c.header("cache-control", "public, max-age=600");
  return c.json(auth.keys.publicJwks);
}

/** GET /settings. */
export function settings(auth: Auth, c: Context): Response {
  return c.json({
    external: { anonymous_users: auth.anonymousSignIns, email: true, phone: false },
    disable_signup: !auth.signupEnabled,
    mailer_autoconfirm: auth.autoconfirm,
    phone_autoconfirm: false,
    sms_provider: "",
    saml_enabled: false,
    passkeys_enabled: false,
  });
}

/** GET /health. */
export function health(_auth: Auth, c: Context): Response {
  return c.json({
    version: "stand-in",
    name: "GoTrue",
    description: "A stand-in for Supabase Auth on a machine without Docker",
  });
}

/** Everything that begins or ends with a mail. */
export function withoutMail(_auth: Auth, _c: Context): never {
  const message = "This local stand-in sends no mail. Use a password, or let an admin confirm.";
  throw new Refusal(422, "email_provider_disabled", message);
}

/** Signing in through somebody else's service. */
export function withoutProviders(_auth: Auth, _c: Context): never {
  throw new Refusal(400, "validation_failed", "Unsupported provider: provider is not enabled");
}
