import { z } from "./deps.ts";

/** What Supabase tells a function of its project. */
export interface Environment {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
}

const Keys = z.object({ default: z.string().min(1) });

/** Reads the keys of either style; a project that has both is on its way to the new one. */
export function readEnvironment(): Environment {
  return {
    url: required("SUPABASE_URL"),
    publishableKey: newKey("SUPABASE_PUBLISHABLE_KEYS") ?? required("SUPABASE_ANON_KEY"),
    secretKey: newKey("SUPABASE_SECRET_KEYS") ?? required("SUPABASE_SERVICE_ROLE_KEY"),
  };
}

function newKey(name: string): string | null {
  try {
    // Self-hosted projects without new keys have an empty one here, or nothing.
    return Keys.parse(JSON.parse(Deno.env.get(name) ?? "")).default;
  } catch {
    return null;
  }
}

function required(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}
