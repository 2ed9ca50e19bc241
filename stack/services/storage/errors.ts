import pg from "pg";

interface Details {
  /** The word the real service puts beside the code; by default the code itself. */
  readonly error?: string;
  /** The HTTP status where it is not 400. */
  readonly http?: number;
  readonly cause?: unknown;
}

/**
 * A no in the words of the real service. Its HTTP status is 400 whatever went wrong, unless it was our own fault;
 * what the case is stands in the body: `{"statusCode":"404","error":"not_found",…}`.
 */
export class StorageError extends Error {
  /** What the case is, as a status. TUS answers with this one. */
  readonly status: number;
  readonly code: string;
  readonly error: string;
  readonly http: number;

  constructor(status: number, code: string, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.status = status;
    this.code = code;
    this.error = details.error ?? code;
    this.http = details.http ?? (status === 500 ? 500 : 400);
  }

  body(): Record<string, string> {
    const { status, error, message, code } = this;
    return { statusCode: String(status), error, message, code };
  }
}

export function noSuchBucket(): StorageError {
  return new StorageError(404, "NoSuchBucket", "Bucket not found", { error: "Bucket not found" });
}

export function noSuchKey(): StorageError {
  return new StorageError(404, "NoSuchKey", "Object not found", { error: "not_found" });
}

export function accessDenied(message = "Access denied", cause?: unknown): StorageError {
  return new StorageError(403, "AccessDenied", message, { error: "Unauthorized", cause });
}

export function alreadyExists(code: string): StorageError {
  return new StorageError(409, code, "The resource already exists", { error: "Duplicate" });
}

export function tooLarge(what = "object"): StorageError {
  const message = `The ${what} exceeded the maximum allowed size`;
  return new StorageError(413, "EntityTooLarge", message, { error: "Payload too large" });
}

export function invalidMimeType(mimeType: string): StorageError {
  const message = `mime type ${mimeType} is not supported`;
  return new StorageError(415, "InvalidMimeType", message, { error: "invalid_mime_type" });
}

export function invalidRequest(message: string, error = "Error"): StorageError {
  return new StorageError(400, "InvalidRequest", message, { error });
}

export function invalidJwt(message: string): StorageError {
  return new StorageError(400, "InvalidJWT", message);
}

export function invalidSignature(message = "Invalid signature"): StorageError {
  return new StorageError(400, "InvalidSignature", message);
}

/** What Postgres says of values that no text, number or index of its own can hold: the client's doing. */
const UNUSABLE = ["22003", "22021", "22P02", "22P05", "54000", "54001"];

/** Puts a failure into the words of the service, whatever threw it. */
export function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const code = error instanceof pg.DatabaseError ? error.code ?? "" : "";
  switch (code) {
    case "42501":
      return accessDenied("new row violates row-level security policy", error);
    // A token with a role that the database does not have.
    case "22023":
      return accessDenied(undefined, error);
    case "23505":
      return alreadyExists(isAboutBuckets(error) ? "BucketAlreadyExists" : "KeyAlreadyExists");
    case "23503":
      return new StorageError(404, "InvalidRequest", "The related resource does not exist");
    case "55P03":
      return new StorageError(423, "ResourceLocked", "The resource is locked");
    case "57014":
      return timedOut();
  }
  if (UNUSABLE.includes(code)) return invalidRequest("Invalid input");
  if (!(error instanceof Error)) return new StorageError(500, "InternalError", String(error));
  if (error.message.includes("timeout exceeded when trying to connect")) return timedOut();
  // A trigger of the project's own: the real service passes on what it says.
  if (code) return new StorageError(500, "DatabaseError", error.message, { cause: error });
  return new StorageError(500, "InternalError", "Internal server error", { cause: error });
}

/**
 * Whether a transaction that failed so has certainly not happened. When the connection breaks at the commit, nobody
 * can tell; then a file stays until the next start, which knows.
 */
export function isFinal(error: unknown): boolean {
  return error instanceof StorageError && error.code !== "InternalError";
}

function isAboutBuckets(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.table === "buckets";
}

function timedOut(): StorageError {
  const message = "The connection to the database timed out";
  return new StorageError(544, "DatabaseTimeout", message, { http: 544 });
}
