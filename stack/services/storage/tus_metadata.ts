import { parseJson } from "./body.ts";
import type { Target } from "./contract.ts";
import { invalidRequest } from "./errors.ts";
import { requireBucketName, requireKey } from "./names.ts";

type Metadata = Record<string, string | null>;

/**
 * What the client wants to store, as `Upload-Metadata` says.
 * @throws {StorageError} when it does not say where
 */
export function toTarget(metadata: Metadata | undefined, size: number, upsert: boolean): Target {
  if (!metadata) throw invalidRequest("Metadata header is required");
  const { contentType, cacheControl } = metadata;
  const bucketName = metadata.bucketName ?? "";
  const objectName = metadata.objectName ?? "";
  requireBucketName(bucketName);
  requireKey(objectName);
  return {
    bucketId: bucketName,
    name: objectName,
    mimeType: contentType || "application/octet-stream",
    contentLength: size,
    cacheControl: /^-?\d+$/.test(cacheControl ?? "") ? `max-age=${cacheControl}` : "no-cache",
    userMetadata: parseUserMetadata(metadata.metadata),
    upsert,
  };
}

// The real service goes on without what it cannot read here.
function parseUserMetadata(text: string | null | undefined): Target["userMetadata"] {
  const value = parseJson(text ?? "");
  return typeof value === "object" && value && !Array.isArray(value) ? { ...value } : null;
}
