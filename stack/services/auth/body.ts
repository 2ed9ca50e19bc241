import type { Context } from "hono";
import { z } from "zod";
import { Refusal } from "./refusal.ts";

export const MAX_BODY_BYTES = 1024 * 1024;

/** Deep enough for any metadata, shallow enough for every recursion behind it, Postgres' included. */
const MAX_DEPTH = 64;

/** The server reads an absent field, null and "" as the same. */
export const text = z.string().nullish().transform((value) => value ?? "");
export const flag = z.boolean().nullish().transform((value) => value ?? false);
export const metadata = z.record(z.string(), z.unknown()).nullish()
  .transform((value) => value ?? null);

export type Metadata = Record<string, unknown>;

/**
 * Reads a JSON object.
 * @throws {Refusal} 400 `bad_json` for everything that does not fit.
 */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const body = await c.req.text();
  const result = schema.safeParse(parse(body));
  if (result.success) return result.data;
  throw unreadable(z.prettifyError(result.error));
}

function parse(body: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
  requireStorable(value, MAX_DEPTH);
  return value;
}

// Postgres takes neither NUL in a text nor half a surrogate pair in jsonb.
function requireStorable(value: unknown, depth: number): void {
  if (depth === 0) throw unreadable("nested too deeply");
  if (typeof value === "string" && (value.includes("\0") || !value.isWellFormed())) {
    throw unreadable("a text holds NUL or half a character");
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    requireStorable(key, depth);
    requireStorable(item, depth - 1);
  }
}

function unreadable(reason: string): Refusal {
  return new Refusal(400, "bad_json", `Could not parse request body as JSON: ${reason}`);
}
