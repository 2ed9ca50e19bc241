import { SignJWT } from "jose";
import type { JWTPayload } from "jose";
import type { Keys } from "../../keys.ts";
import { verifyToken } from "./callers.ts";
import { invalidJwt, invalidRequest, invalidSignature } from "./errors.ts";
import type { Located } from "./names.ts";

/** Life of an address to upload to. */
export const UPLOAD_SECONDS = 7200;

/** Signs with the project's secret, which everything that was signed dies with. */
export function signToken(keys: Keys, claims: JWTPayload, seconds: number): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...claims, iat, exp: iat + seconds })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(keys.jwtSecret));
}

export interface DownloadGrant {
  /** When it ends, in seconds since 1970. */
  readonly exp: number;
  /** `width:100,height:80`, for addresses of pictures that are made to measure. */
  readonly transformations: string | null;
}

/** @throws {StorageError} InvalidJWT, InvalidSignature */
export async function verifyDownload(
  keys: Keys,
  token: string | undefined,
  place: Located,
): Promise<DownloadGrant> {
  const { exp = 0, transformations } = await verifyGrant(keys, token, place, "download");
  return {
    exp,
    transformations: typeof transformations === "string" ? transformations : null,
  };
}

export interface UploadGrant {
  readonly owner: string | null;
  readonly upsert: boolean;
}

/** @throws {StorageError} InvalidJWT, InvalidSignature */
export async function verifyUpload(
  keys: Keys,
  token: string | undefined,
  place: Located,
): Promise<UploadGrant> {
  const { owner, upsert } = await verifyGrant(keys, token, place, "upload");
  return { owner: typeof owner === "string" ? owner : null, upsert: upsert === true };
}

async function verifyGrant(
  keys: Keys,
  token: string | undefined,
  { bucketId, name }: Located,
  scope: "download" | "upload",
): Promise<JWTPayload> {
  if (token === undefined) {
    throw invalidRequest("querystring must have required property 'token'");
  }
  const claims = await verifyToken(keys, token).catch(({ message }: Error) => {
    throw invalidJwt(message);
  });
  if (scopeOf(claims) !== scope) throw invalidSignature(`Token is not scoped for ${scope}`);
  if (claims.url !== `${bucketId}/${name}`) throw invalidSignature();
  return claims;
}

// Tokens from before scopes existed tell by what they say of themselves. A session's token says none of it.
function scopeOf({ scope, url, upsert }: JWTPayload): unknown {
  if (scope !== undefined) return scope;
  if (typeof url !== "string") return undefined;
  return typeof upsert === "boolean" ? "upload" : "download";
}
