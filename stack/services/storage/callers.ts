import { errors, type JWTPayload } from "jose";
import type { Keys } from "../../keys.ts";
import type { Caller } from "./contract.ts";
import { accessDenied, invalidRequest } from "./errors.ts";

/**
 * Who asks, by the bearer token.
 * @throws {StorageError} when there is none, or one that does not hold
 */
export async function verifyCaller(keys: Keys, request: Request): Promise<Caller> {
  const authorization = request.headers.get("authorization");
  if (authorization === null) {
    throw invalidRequest("headers must have required property 'authorization'");
  }
  const token = authorization.replace(/^Bearer\s+/i, "");
  try {
    const claims = await verifyToken(keys, token);
    return { role: typeof claims.role === "string" ? claims.role : "anon", claims, token };
  } catch (error) {
    throw accessDenied(error instanceof Error ? error.message : undefined);
  }
}

/** The caller of routes that public buckets answer to everyone: null without a token that holds. */
export function callerIfAny(keys: Keys, request: Request): Promise<Caller | null> {
  return verifyCaller(keys, request).catch(() => null);
}

/** What the service does in its own name. */
export async function serviceCaller(keys: Keys): Promise<Caller> {
  const claims = await keys.verify(keys.serviceRoleKey);
  return { role: "service_role", claims, token: keys.serviceRoleKey };
}

/**
 * Checks a token's signature and times.
 * @throws {Error} with the message that the real service passes on to clients
 */
export async function verifyToken(keys: Keys, token: string): Promise<JWTPayload> {
  try {
    return await keys.verify(token);
  } catch (error) {
    if (error instanceof errors.JOSEError) throw error;
    throw new Error("Invalid Compact JWS");
  }
}
