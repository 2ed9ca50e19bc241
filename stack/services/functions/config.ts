import { dirname, join, resolve } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";

/** What `supabase/config.toml` says of one function. */
export interface FunctionConfig {
  readonly name: string;
  /** The file that serves. */
  readonly entrypoint: string;
  readonly verifyJwt: boolean;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

const Config = z.object({
  functions: z.record(
    z.string().regex(NAME),
    z.object({
      enabled: z.boolean().default(true),
      verify_jwt: z.boolean().default(true),
      entrypoint: z.string().optional(),
    }),
  ).default({}),
});

/**
 * The functions that a project has switched on. Paths are relative to its folder `supabase`, as for the CLI.
 * @throws when the file is not there, or is not what the CLI would take
 */
export async function readConfig(projectFolder: string): Promise<FunctionConfig[]> {
  const path = join(projectFolder, "supabase", "config.toml");
  const { functions } = Config.parse(parse(await Deno.readTextFile(path)));
  return Object.entries(functions)
    .filter(([, { enabled }]) => enabled)
    .map(([name, { verify_jwt, entrypoint }]) => ({
      name,
      verifyJwt: verify_jwt,
      entrypoint: resolve(dirname(path), entrypoint ?? join("functions", name, "index.ts")),
    }));
}
