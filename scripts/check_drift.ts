// Proves that sql/ and supabase/migrations/ build the same database, and that uninstalling leaves nothing.
import pg from "pg";
import { firstMigration } from "./new_migration.ts";
import { lastRelease, readSchema, ROOT } from "./schema.ts";
import { startScratchDatabase } from "../stack/database/scratch_database.ts";
import { supabase } from "./supabase.ts";

const SCHEMAS = "chat,chat_private,auth,realtime,storage,public";

/** The statements that lead from one database to the other; empty when they are the same. */
async function difference(from: string, to: string): Promise<string> {
  const output = await supabase("db", "diff", "--from", from, "--to", to, "--schema", SCHEMAS);
  // Warnings about TLS and about kinds of objects stand in front of the statements.
  const lines = output.split("\n").filter((line) => line.trim() && !/^[│▲●◇◆└┌]/.test(line));
  return lines.filter((line) => !/^(SET |No schema changes)/.test(line)).join("\n");
}

async function run(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query("begin");
    for (const statement of statements) await client.query(statement);
    await client.query("commit");
  } finally {
    await client.end();
  }
}

const problems: string[] = [];

if (!await lastRelease()) {
  const [file] = await Array.fromAsync(Deno.readDir(`${ROOT}supabase/migrations`));
  const written = await Deno.readTextFile(`${ROOT}supabase/migrations/${file!.name}`);
  if (written !== await firstMigration()) {
    problems.push("The migration is older than sql/: npm run migration.");
  }
}

await using bare = await startScratchDatabase();
await using built = await startScratchDatabase();
await using migrated = await startScratchDatabase();
await migrated.install();

await run(built.url("postgres"), (await readSchema()).map(({ sql }) => sql));
const drift = await difference(built.url("postgres"), migrated.url("postgres"));
if (drift) problems.push(`sql/ and the migrations build different databases:\n${drift}`);

// A check that cannot fail proves nothing: it must see the plugin where it is.
if (!await difference(bare.url("postgres"), built.url("postgres"))) {
  problems.push("The comparison does not see the plugin at all.");
}
await run(built.url("postgres"), [await Deno.readTextFile(`${ROOT}supabase/uninstall.sql`)]);
const left = await difference(bare.url("postgres"), built.url("postgres"));
if (left) problems.push(`Uninstalling leaves something behind:\n${left}`);

for (const problem of problems) console.error(problem);
console.error(problems.length ? "Drift." : "sql/, migrations and uninstall.sql agree.");
Deno.exitCode = problems.length ? 1 : 0;
