import type { Keys } from "../../keys.ts";
import { serviceCaller } from "./callers.ts";
import type { Caller } from "./contract.ts";
import { invalidSignature } from "./errors.ts";
import type { Located } from "./names.ts";
import { verifyUpload } from "./signatures.ts";

export const PATH = "/storage/v1/upload/resumable";

/** Who sent a request, and what that lets them do. */
export interface Visit {
  /** Whose policies are asked. */
  readonly caller: Caller;
  /** Who will own the object. */
  readonly owner: string | null;
  /** The same text for the same visitor; an upload belongs to the one who began it. */
  readonly creator: string;
  readonly upsert: boolean;
}

export interface VisitOptions {
  readonly keys: Keys;
  readonly verify: (request: Request) => Promise<Caller>;
}

export function isSigned(request: Request): boolean {
  return `${new URL(request.url).pathname}/`.startsWith(`${PATH}/sign/`);
}

/**
 * Who asks about the upload to this place.
 * @throws {StorageError} when the token or the signature does not hold
 */
export async function readVisit(
  request: Request,
  place: Located,
  options: VisitOptions,
): Promise<Visit> {
  if (isSigned(request)) return await signedVisit(request, place, options.keys);
  const caller = await options.verify(request);
  const owner = caller.claims.sub ?? null;
  const creator = JSON.stringify([caller.role, owner]);
  return { caller, owner, creator, upsert: request.headers.get("x-upsert") === "true" };
}

async function signedVisit(request: Request, place: Located, keys: Keys): Promise<Visit> {
  const token = request.headers.get("x-signature");
  if (!token) throw invalidSignature("Missing x-signature header");
  const { owner, upsert } = await verifyUpload(keys, token, place);
  // Whether the owner may upload was settled when the address was signed.
  const caller = await serviceCaller(keys);
  return { caller, owner, creator: JSON.stringify(["signed", owner]), upsert };
}
