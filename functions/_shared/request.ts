import type { z } from "./deps.ts";
import { invalid, Refusal } from "./refusal.ts";

/** Longest request that a function reads: they carry ids and settings, never files. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * The input of a function: the query of a GET, the JSON body of everything else.
 * @throws {Refusal} `request_too_large`, `request_invalid`
 */
export async function readInput<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const input = request.method === "GET"
    ? Object.fromEntries(new URL(request.url).searchParams)
    : parse(await readText(request));
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid([issue?.path.join("."), issue?.message].filter(Boolean).join(": ").slice(0, 200));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text || "{}");
  } catch {
    throw invalid("The body is not JSON.");
  }
}

async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) throw new Refusal("request_too_large");
    chunks.push(chunk);
  }
  return await new Blob(chunks).text();
}
