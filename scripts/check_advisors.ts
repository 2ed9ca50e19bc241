// Supabase's own linter on an installed database: a warning about anything of ours fails.
import { startScratchDatabase } from "../stack/database/scratch_database.ts";
import { supabase } from "./supabase.ts";

type Advice = { level: string; detail: string };

await using database = await startScratchDatabase();
await database.install();
const output = await supabase(
  ...["db", "advisors", "--type", "all", "--level", "info", "--fail-on", "none"],
  `--remote=${database.url("postgres")}`,
);
const advices: Advice[] = JSON.parse(output.slice(output.search(/^\[/m)));
// On an empty database every index is unused; advice that must be there shows that the linter looked.
if (!advices.some(({ level }) => level === "INFO")) throw new Error("The linter saw nothing.");
const serious = advices.filter(({ level, detail }) => level !== "INFO" && /\bchat/.test(detail));
for (const { level, detail } of serious) console.error(`${level}: ${detail}`);
console.error(serious.length ? "The advisors warn." : "The advisors have no warning about chat.");
Deno.exitCode = serious.length ? 1 : 0;
