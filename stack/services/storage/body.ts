import type { Context } from "hono";
import type { z } from "zod";
import { limited } from "../../limited.ts";
import { invalidRequest, StorageError } from "./errors.ts";

/** Of bodies that are JSON. What is uploaded is none: it is a stream, and has its own limit. */
const MAX_JSON_BYTES = 1024 * 1024;

/** Deep enough for any metadata, shallow enough for every recursion behind it. */
const MAX_DEPTH = 64;

/**
 * Reads a JSON object.
 * @throws {StorageError} 400 in the manner of the real service's validator: `body/expiresIn must be >= 1`
 */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const value = parseJson(await smallText(c.req.raw));
  if (value === undefined) throw invalidRequest("Body is not valid JSON");
  return validated(schema, value, "body");
}

export function readQuery<Schema extends z.ZodType>(c: Context, schema: Schema): z.output<Schema> {
  return validated(schema, c.req.query(), "querystring");
}

/** Undefined for what is no JSON, or too deep to work with. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isShallow(value, MAX_DEPTH) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The chunks of a request's body.
 * @throws {StorageError} when the client goes away, or sends nothing for `patience` milliseconds
 */
export async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  patience: number,
): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader();
  try {
    while (true) {
      const { done, value } = await patiently(reader.read().catch(goneAway), patience);
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

async function smallText({ body }: Request): Promise<string> {
  if (!body) return "";
  const { stream, isTooLarge } = limited(body, MAX_JSON_BYTES);
  try {
    return await new Response(stream).text();
  } catch (error) {
    if (!isTooLarge()) goneAway(error);
    throw new StorageError(413, "InvalidRequest", "Request body is too large", { http: 413 });
  }
}

async function patiently<Result>(work: Promise<Result>, milliseconds: number): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(stalled()), milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function goneAway(cause: unknown): never {
  throw new StorageError(499, "Aborted", "The client has gone away", { http: 499, cause });
}

function stalled(): StorageError {
  return new StorageError(408, "Aborted", "The body stopped arriving", { http: 408 });
}

function validated<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalidRequest(issue ? inWords(issue, where) : `${where} is invalid`);
}

// No number here has fractions.
const WORDS: Record<string, string> = { number: "integer", int: "integer", record: "object" };

function inWords(issue: z.core.$ZodIssue, where: string): string {
  const path = [where, ...issue.path].join("/");
  switch (issue.code) {
    case "invalid_type":
      if (issue.input !== undefined || issue.path.length === 0) {
        return `${path} must be ${WORDS[issue.expected] ?? issue.expected}`;
      }
      return `${[where, ...issue.path.slice(0, -1)].join("/")} must have required property '${
        String(issue.path.at(-1))
      }'`;
    case "too_small":
      return issue.origin === "array"
        ? `${path} must NOT have fewer than ${issue.minimum} items`
        : `${path} must be >= ${issue.minimum}`;
    case "invalid_value":
      return `${path} must be equal to one of the allowed values`;
    default:
      return `${path} is invalid`;
  }
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((item) => isShallow(item, depth - 1));
}
