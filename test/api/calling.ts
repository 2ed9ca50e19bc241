// Calling verbs with plain supabase-js, and being refused.
import assert from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";
import { type ErrorCode, REFUSALS } from "../../functions/_shared/errors.gen.ts";
import { type Answer, ANSWERS, type Verb } from "./answers.ts";

// deno-lint-ignore no-explicit-any -- as apps without generated types have it
export type Client = SupabaseClient<any, "chat">;

/** How the server says no. */
export class Refused extends Error {
  /** A word of the catalogue, or the code of PostgREST or Postgres. */
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(`${status} ${code}: ${message}`);
    this.code = code;
    this.status = status;
  }
}

export async function callVerb<V extends Verb>(
  supabase: Client,
  name: V,
  args: Record<string, unknown> = {},
): Promise<Answer<V>> {
  const { data, error, status } = await supabase.rpc(name, args);
  if (error) {
    const isOurs = /^PT\d{3}$/.test(error.code);
    throw new Refused(isOurs ? error.message : error.code, status, error.message);
  }
  const parsed = ANSWERS[name].safeParse(data);
  assert.ok(parsed.success, `${name}: ${parsed.error?.message}: ${JSON.stringify(data)}`);
  // The schema of this very verb has accepted it.
  return parsed.data as Answer<V>;
}

/** Makes sure that a call is refused in this word, with the status that the catalogue gives it. */
export async function refuses(call: Promise<unknown>, code: ErrorCode): Promise<void> {
  const refusal = await call.then(
    () => assert.fail(`This was allowed; expected ${code}`),
    (error) => error,
  );
  assert.ok(refusal instanceof Refused, `${refusal}`);
  assert.deepEqual([refusal.code, refusal.status], [code, REFUSALS[code].status], refusal.message);
}
