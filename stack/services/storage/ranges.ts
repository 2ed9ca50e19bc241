import type { Stored } from "./contract.ts";
import { StorageError } from "./errors.ts";

/** Both ends belong to it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The part that the client asks for, or null for all of it.
 * @throws {StorageError} HTTP 416 for what is no range of this object, and for more than one
 */
export function readRange({ size, eTag }: Stored, request: Request): Range | null {
  const header = request.headers.get("range");
  if (header === null) return null;
  // Only good for the version that the client has the rest of.
  const version = request.headers.get("if-range");
  if (version !== null && version !== eTag) return null;
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === undefined || last === undefined || first + last === "") throw invalidRange();
  const start = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end) throw invalidRange();
  return { start, end };
}

function invalidRange(): StorageError {
  return new StorageError(416, "InvalidRange", "invalid range provided", {
    error: "invalid_range",
    http: 416,
  });
}
