// npm run migration -- <name>
//
// Before the first release there is one migration, written anew from sql/ each time. After it, this writes the
// next one: part 1 is for you to fill in (state), part 2 holds the code files that changed since the release.
import { git, lastRelease, pasted, readSchema, ROOT } from "./schema.ts";

const FOLDER = "supabase/migrations";
const FIRST = `${FOLDER}/20261122000000_supabase_chat.sql`;

/** The whole schema as the one migration there is before the first release. */
export async function firstMigration(): Promise<string> {
  const files = await readSchema();
  const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}package.json`));
  return [
    `-- ${version}: instant messaging, written from sql/ by \`npm run migration\`. Do not edit.`,
    "--",
    "-- Adds the schemas chat and chat_private, two triggers on auth.users (chat_…) and policies on realtime.messages",
    '-- ("chat: …"). Expose the schema `chat` over HTTP: docs/install.md.',
    "",
    pasted(files),
    "-- PostgREST learns of the new schema.",
    "notify pgrst, 'reload schema';",
    "",
  ].join("\n");
}

async function nextMigration(name: string, release: string): Promise<string> {
  const changed = (await git("diff", "--name-only", release, "--", "sql")) ?? "";
  const files = (await readSchema()).filter(({ path }) => changed.includes(path));
  const state = files.filter(({ kind }) => kind === "state");
  return [
    `-- VERSION: ${name.replaceAll("_", " ")}`,
    "--",
    "-- Say here what changes for people who are chatting while this runs.",
    "",
    "-- 1. State: written by hand, never replayed.",
    ...state.map(({ path }) => `-- changed since ${release}: ${path}`),
    "",
    "-- 2. Code: pasted from sql/.",
    pasted(files.filter(({ kind }) => kind === "code")),
    "notify pgrst, 'reload schema';",
    "",
  ].join("\n");
}

if (import.meta.main) {
  const release = await lastRelease();
  const name = (Deno.args[0] ?? "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  if (release && !name) {
    console.error("Name the migration: npm run migration -- message_replies");
    Deno.exit(1);
  }
  const stamp = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const path = release ? `${FOLDER}/${stamp}_${name}.sql` : FIRST;
  await Deno.writeTextFile(
    ROOT + path,
    release ? await nextMigration(name, release) : await firstMigration(),
  );
  console.log(path);
}
