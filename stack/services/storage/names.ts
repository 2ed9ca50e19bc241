import type { Context } from "hono";
import { invalidRequest, StorageError } from "./errors.ts";

export const PREFIX = "/storage/v1";

/** Characters that S3 is safe with. No CJK, no accents. */
const KEY = /^[A-Za-z0-9_/!.*'() &$=@;:+,?-]+$/;
const BUCKET = /^[A-Za-z0-9_!.*'() &$=@;:+,?-]{1,100}$/;

export interface Located {
  readonly bucketId: string;
  readonly name: string;
}

/** What is named below a route: bucket and object in `/object/public/bucket/folder/object`. */
export function located(c: Context, route: string): Located {
  const { pathname } = new URL(c.req.url);
  const rest = pathname.slice(`${PREFIX}${route}/`.length);
  const [bucket = "", ...name] = rest.split("/");
  const place = { bucketId: decoded(bucket), name: decoded(name.join("/")) };
  requireBucketName(place.bucketId);
  requireKey(place.name);
  return place;
}

/** @throws {StorageError} 400 InvalidKey */
export function requireKey(name: string): void {
  if (!KEY.test(name)) throw new StorageError(400, "InvalidKey", `Invalid key: ${name}`);
}

/** @throws {StorageError} 400 InvalidBucketName */
export function requireBucketName(name: string): void {
  if (BUCKET.test(name)) return;
  const error = "Invalid Input";
  throw new StorageError(400, "InvalidBucketName", "Bucket name invalid", { error });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalidRequest(`'${part}' is not a valid url component`);
  }
}
