import { supabase } from "../../scripts/supabase.ts";

/** Applies `supabase/migrations` with the real Supabase CLI, as the project's owner; what is applied stays. */
export async function installPlugin(databaseUrl: string): Promise<void> {
  await supabase("db", "push", `--remote=${databaseUrl}`, "--yes");
}
