import type { JWTPayload } from "jose";

/** Who asks, as the bearer token says. */
export interface Caller {
  /** The database role: `anon`, `authenticated` or `service_role`. */
  readonly role: string;
  readonly claims: JWTPayload;
  readonly token: string;
}

export interface Bucket {
  readonly id: string;
  readonly public: boolean;
  /** Bytes; null for no limit of its own. */
  readonly file_size_limit: number | null;
  /** `image/png` or `image/*`; null for any. */
  readonly allowed_mime_types: readonly string[] | null;
}

/** What is to be stored, before a byte of it is. */
export interface Target {
  readonly bucketId: string;
  readonly name: string;
  readonly mimeType: string;
  /** Bytes, as far as the request says; multipart overhead included. */
  readonly contentLength: number;
  /** True for a `contentLength` that counts more than the file; then it decides nothing. */
  readonly isEstimate?: boolean;
  readonly cacheControl: string;
  readonly contentEncoding?: string;
  readonly userMetadata: Record<string, unknown> | null;
  /** Whether an object of this name may be replaced. */
  readonly upsert: boolean;
}

/** A file that has been received completely and is safe on disk under a name that nobody can ask for. */
export interface Received {
  readonly path: string;
  readonly size: number;
  /** Quoted, as it is sent: `"…"`. */
  readonly eTag: string;
}

/** How objects come into being: what plain uploads, signed uploads and TUS have in common. */
export interface Uploads {
  /**
   * Checks the name, the bucket, its limits, and, by an INSERT as the caller that is rolled back, the policies.
   * @throws {StorageError} in the words of the real service
   */
  allow(caller: Caller, target: Target, operation: string): Promise<Bucket>;
  /**
   * Makes the received file the object: the row (as service_role) and the file become visible together. On failure
   * the received file is removed.
   */
  complete(
    owner: string | null,
    target: Target,
    received: Received,
    operation: string,
  ): Promise<{ id: string; key: string }>;
}

/** Reads one object's bytes; who may is settled before. */
export interface Stored {
  readonly id: string;
  readonly bucketId: string;
  readonly name: string;
  readonly version: string;
  readonly size: number;
  readonly mimeType: string;
  readonly cacheControl: string;
  readonly contentEncoding: string | null;
  readonly eTag: string;
  readonly lastModified: Date;
  /** Absolute path of the file. */
  readonly path: string;
}
