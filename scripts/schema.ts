import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** One file of `sql/`, in the order of `sql/index.sql`. */
export type SchemaFile = {
  /** Path below the repository, `sql/friends/tables.sql`. */
  path: string;
  /** State is created once and then changed by hand-written steps; code is replayed whenever it changes. */
  kind: "state" | "code";
  sql: string;
};

const STATE = /(^|\/|_)(tables?|schemas)\.sql$/;

export async function readSchema(): Promise<SchemaFile[]> {
  const index = await Deno.readTextFile(`${ROOT}sql/index.sql`);
  const paths = [...index.matchAll(/^\\ir (.+)$/gm)].map((match) => `sql/${match[1]}`);
  return await Promise.all(paths.map(async (path) => ({
    path,
    kind: STATE.test(path) ? "state" as const : "code" as const,
    sql: await Deno.readTextFile(ROOT + path),
  })));
}

/** The files one after the other, each under a line that names it. */
export function pasted(files: SchemaFile[]): string {
  return files.map(({ path, sql }) => `-- ${path}\n${sql}`).join("\n");
}

/** Runs git in the repository; answers what it prints, or null when it fails. */
export async function git(...args: string[]): Promise<string | null> {
  const { success, stdout } = await new Deno.Command("git", {
    args,
    cwd: ROOT,
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout) : null;
}

/** The newest release, as its tag; null before the first one. */
export async function lastRelease(): Promise<string | null> {
  const tags = await git("tag", "--list", "v*", "--sort=-v:refname");
  return tags?.split("\n")[0] || null;
}
