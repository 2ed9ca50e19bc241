import { errors, type JWTPayload } from "jose";
import type { Keys } from "../../keys.ts";
import { Refusal } from "./refusal.ts";

export type Claims = JWTPayload & { readonly role: string; readonly exp: number };

/** Checks an access token, which must name a role and an end. @throws Refusal */
export async function verifyToken(keys: Keys, token: string): Promise<Claims> {
  const claims = await keys.verify(token).catch((error: unknown) => {
    throw refusalOf(error);
  });
  const { role, exp } = claims;
  if (typeof role !== "string" || exp === undefined) {
    throw new Refusal("InvalidJWTToken", "Fields `role` and `exp` are required in JWT");
  }
  return { ...claims, role, exp };
}

/** An API key of either style stands for its role's token; anything else should be a token itself. */
export function tokenOfApiKey(keys: Keys, apiKey: string): string {
  return keys.tokenOf(apiKey) ?? apiKey;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) {
    const seconds = Math.floor(Date.now() / 1000) - Number(error.payload.exp);
    return new Refusal("InvalidJWTToken", `Token has expired ${seconds} seconds ago`);
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new Refusal("InvalidJWTToken", "Token expiration time is invalid");
  }
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed
  ) {
    return new Refusal("JwtSignatureError", "Failed to validate JWT signature");
  }
  return new Refusal("MalformedJWT", "The token provided is not a valid JWT");
}
