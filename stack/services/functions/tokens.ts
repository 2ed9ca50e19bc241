import { decodeProtectedHeader } from "jose";
import type { Keys } from "../../keys.ts";
import { tokenError } from "./errors.ts";

/**
 * The check of `verify_jwt`: null for a token that this project signed, of either kind. Without a bearer of their
 * own (absent, or a `sb_…` key), callers are let in by the API key.
 */
export async function refuseToken(request: Request, keys: Keys): Promise<Response | null> {
  const authorization = request.headers.get("authorization");
  const keyToken = keys.tokenOf(request.headers.get("apikey") ?? "");
  if (!authorization && !keyToken) {
    return tokenError("UNAUTHORIZED_NO_AUTH_HEADER", "Missing authorization header");
  }
  const bearer = /^bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1] ?? null;
  const token = bearer === null || bearer.startsWith("sb_") ? keyToken : bearer;
  const algorithm = token === null ? null : algorithmOf(token);
  if (token === null || algorithm === null) {
    return tokenError("UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT format");
  }
  const code = INVALID[algorithm];
  if (!code) {
    return tokenError(
      "UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM",
      `Unsupported JWT algorithm ${algorithm}`,
    );
  }
  return await keys.verify(token).then(() => null, () => tokenError(code, "Invalid JWT"));
}

const INVALID: Readonly<Record<string, string>> = {
  HS256: "UNAUTHORIZED_LEGACY_JWT",
  ES256: "UNAUTHORIZED_ASYMMETRIC_JWT",
  RS256: "UNAUTHORIZED_ASYMMETRIC_JWT",
};

function algorithmOf(token: string): string | null {
  try {
    return decodeProtectedHeader(token).alg ?? null;
  } catch {
    return null;
  }
}
