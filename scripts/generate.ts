// npm run generate: writes what is derived from the schema. With --check it only compares, for CI.
import pg from "pg";
import { readSchema, ROOT } from "./schema.ts";
import { startScratchDatabase } from "../stack/database/scratch_database.ts";
import { supabase } from "./supabase.ts";

type Refusal = { code: string; status: number; message_en: string; message_zh: string };
type Verb = { name: string; args: string; comment: string };

await using database = await startScratchDatabase();
await database.install();
const client = new pg.Client(database.url("postgres"));
await client.connect();
const refusals: Refusal[] = (await client.query("select * from chat_private.refusals()")).rows;
const verbs: Verb[] = (await client.query(`
  select p.proname as name, pg_get_function_arguments(p.oid) as args, obj_description(p.oid) as comment
  from pg_proc as p
  where p.pronamespace = 'chat'::regnamespace
  order by p.proname
`)).rows;
await client.end();

const files: Record<string, string> = {
  "functions/_shared/database.gen.ts": await databaseTypes(),
  "functions/_shared/errors.gen.ts": await formatted(errorTypes()),
  "docs/errors.md": errorPage(),
  "docs/verbs.md": await verbPage(),
};

const check = Deno.args.includes("--check");
for (const [path, text] of Object.entries(files)) {
  const before = await Deno.readTextFile(ROOT + path).catch(() => null);
  if (before === text) continue;
  if (check) {
    console.error(`${path} is stale: npm run generate.`);
    Deno.exitCode = 1;
  } else {
    await Deno.writeTextFile(ROOT + path, text);
    console.error(`wrote ${path}`);
  }
}

async function databaseTypes(): Promise<string> {
  const remote = `--remote=${database.url("postgres")}`;
  const output = await supabase("gen", "types", "--lang", "typescript", "--schema", "chat", remote);
  const types = output.slice(output.indexOf("export type Json"));
  return await formatted(`// Generated from the schema by \`npm run generate\`.\n\n${types}`);
}

function errorTypes(): string {
  const entries = refusals.map(({ code, status, message_en, message_zh }) =>
    `  ${code}: { status: ${status}, en: ${JSON.stringify(message_en)}, zh: ${
      JSON.stringify(message_zh)
    } },`
  );
  return [
    "// Generated from sql/kernel/errors.sql by `npm run generate`.",
    "",
    "/** Every refusal: its HTTP status and its sentence in two languages. */",
    "export const REFUSALS = {",
    ...entries,
    "} as const;",
    "",
    "export type ErrorCode = keyof typeof REFUSALS;",
    "",
  ].join("\n");
}

async function formatted(source: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "ts", "--line-width", "100", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  return new TextDecoder().decode((await process.output()).stdout);
}

function errorPage(): string {
  const rows = refusals.map(({ code, status, message_en, message_zh }) =>
    `| \`${code}\` | ${status} | ${message_en} | ${message_zh} |`
  );
  return `<!-- Generated from sql/kernel/errors.sql by \`npm run generate\`. -->
# Refusals

A verb that says no changes nothing. Over HTTP the answer is
\`{"code": "PT409", "message": "friend_request_pending", "details": "…", "hint": null}\` with the status of the
table; branch on \`message\`. \`details\` is the sentence in the language of the setting \`notice_language\`.
Refusals with status 429 carry the header \`Retry-After\` in seconds.

| code | status | sentence | zh-CN |
| --- | --- | --- | --- |
${rows.join("\n")}

## What does not come from us

PostgREST and Postgres refuse what never reaches a verb. Their \`code\` tells:

| code | status | when |
| --- | --- | --- |
| \`PGRST202\` | 404 | no such verb, or an argument it does not have, or a missing one |
| \`PGRST102\` | 400 | the body is not JSON, or not UTF-8 |
| \`PGRST301\`, \`PGRST303\` | 401 | the token is malformed, expired or not ours |
| \`22P02\`, \`22003\`, \`22007\` | 400 | an argument of the wrong type: not a UUID, not a number, too large |
| \`22P05\` | 400 | text with a NUL character |
| \`42501\` | 401, 403 | not signed in, or an attempt to write to a table past the verbs |
| \`55000\` | 500 | an attempt to write to the view \`chat.friends\` |

Edge Functions answer \`{"code": "revoke_window_over", "message": "This message is too old …"}\` with the same codes and
statuses.
`;
}

async function verbPage(): Promise<string> {
  const schema = await readSchema();
  const sections = verbs.map(({ name, args, comment }) => {
    const file = schema.find(({ sql }) => sql.includes(`function chat.${name}(`))!;
    const lines = commentAbove(file.sql, `function chat_private.${name}(`) ??
      commentAbove(file.sql, `function chat.${name}(`) ?? [];
    return `### ${name}

\`${name}(${args})\`

${comment}
${lines.some((line) => /^-- Who /.test(line)) ? `\n${rules(lines)}\n` : ""}`;
  });
  return `<!-- Generated from sql/ by \`npm run generate\`. -->
# Verbs

Everything that changes something, and the reads that tables cannot give. Call them through supabase-js as
\`supabase.schema("chat").rpc(name, arguments)\`. What they say on topics is in [envelope.md](envelope.md), how
they refuse in [errors.md](errors.md).

${sections.join("\n")}`;
}

/** The lines of comment right above a function. */
function commentAbove(sql: string, declaration: string): string[] | null {
  const lines = sql.slice(0, Math.max(0, sql.indexOf(declaration))).split("\n");
  if (lines.length === 1) return null;
  const comment = lines.slice(0, -1).reverse();
  const end = comment.findIndex((line) => !line.startsWith("--"));
  return comment.slice(0, end < 0 ? undefined : end).reverse();
}

/** The lines Who, Says and Fails that open a verb's file, as a list. */
function rules(lines: string[]): string {
  const words = lines.map((line) => line.replace(/^-- ?/, "")).join("\n");
  const found = [
    ...words.matchAll(/^(Who|Says|Fails) +([\s\S]*?)(?=^(?:Who|Says|Fails) |\n\n|$(?![\s\S]))/gm),
  ];
  return found.slice(-3).map(([, word, text]) =>
    `- **${word}** ${text!.replaceAll(/\s+/g, " ").trim()}`
  ).join("\n");
}
