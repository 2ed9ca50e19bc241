import { ROOT } from "./schema.ts";

/**
 * Runs the Supabase CLI of this project; answers what it prints on standard output.
 * @throws with what it printed, when it fails
 */
export async function supabase(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(`${ROOT}node_modules/.bin/supabase`, {
    args: [...args, "--workdir", ROOT],
    env: { SUPABASE_ACCESS_TOKEN: "", SUPABASE_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`supabase ${args[0]} ${args[1]} failed.\n${out}\n${err}`);
  return out!;
}
