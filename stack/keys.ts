import {
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";

/** The Supabase CLI's local defaults: public on purpose, for loopback only. */
export const JWT_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long";
export const PUBLISHABLE_KEY = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH";
export const SECRET_KEY = "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz";

/** Expiry of the CLI's legacy demo keys (seconds since 1970; in the year 2032). */
const DEMO_EXPIRY = 1983812996;

export interface Keys {
  readonly jwtSecret: string;
  /** Opaque keys of the new style. */
  readonly publishableKey: string;
  readonly secretKey: string;
  /** Legacy keys: HS256 tokens that carry the role. */
  readonly anonKey: string;
  readonly serviceRoleKey: string;
  /** What `/.well-known/jwks.json` shows: public keys only. */
  readonly publicJwks: { keys: JWK[] };
  /** What a verifier inside the stack needs: the public keys and the shared secret. */
  readonly verifierJwks: { keys: JWK[] };
  /** Signs an access token with ES256; the header carries `kid`. Nothing is added to the claims. */
  sign(claims: JWTPayload): Promise<string>;
  /**
   * Checks signature and times of a token of either kind (ES256 with our `kid`, HS256 with the secret).
   * @throws the errors of jose: `JWTExpired`, `JWSSignatureVerificationFailed`, `JWTInvalid`, …
   */
  verify(token: string): Promise<JWTPayload>;
  /** The role's token for an API key of either style, or null for a key nobody issued. */
  tokenOf(apiKey: string): string | null;
}

/** The private half, as it is kept in the data folder so that tokens outlive a restart. */
export type SigningKey = JWK & { kid: string };

export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { ...await exportJWK(privateKey), kid: crypto.randomUUID(), alg: "ES256", use: "sig" };
}

export async function createKeys(signingKey: SigningKey): Promise<Keys> {
  const secret = new TextEncoder().encode(JWT_SECRET);
  const { d: _private, ...publicJwk } = signingKey;
  const privateKey = await importJWK(signingKey, "ES256");
  const publicKey = await importJWK(publicJwk, "ES256");
  const anonKey = await demoKey("anon", secret);
  const serviceRoleKey = await demoKey("service_role", secret);
  const sharedJwk: JWK = { kty: "oct", k: base64url(secret), alg: "HS256" };

  return {
    jwtSecret: JWT_SECRET,
    publishableKey: PUBLISHABLE_KEY,
    secretKey: SECRET_KEY,
    anonKey,
    serviceRoleKey,
    publicJwks: { keys: [{ ...publicJwk, key_ops: ["verify"] }] },
    verifierJwks: { keys: [publicJwk, sharedJwk] },
    sign: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", kid: signingKey.kid, typ: "JWT" })
        .sign(privateKey),
    verify: async (token) => {
      const { alg } = decodeProtectedHeader(token);
      const [key, algorithm] = alg === "ES256"
        ? [publicKey, "ES256"] as const
        : [secret, "HS256"] as const;
      return (await jwtVerify(token, key, { algorithms: [algorithm] })).payload;
    },
    tokenOf: (apiKey) => {
      if (apiKey === PUBLISHABLE_KEY || apiKey === anonKey) return anonKey;
      if (apiKey === SECRET_KEY || apiKey === serviceRoleKey) return serviceRoleKey;
      return null;
    },
  };
}

function demoKey(role: string, secret: Uint8Array): Promise<string> {
  return new SignJWT({ iss: "supabase-demo", role, exp: DEMO_EXPIRY })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(secret);
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
    .replaceAll("=", "");
}
