// npm run ok: the whole check, as CI runs it after `npm test`. The cheap ones first.
import { ROOT } from "./schema.ts";

const DENO = Deno.execPath();
const CHECKS: [title: string, command: string[]][] = [
  ["format", [DENO, "fmt", "--check"]],
  ["lint", [DENO, "lint"]],
  ["types", [
    DENO,
    "check",
    "stack",
    "scripts",
    "functions",
    "client",
    "test",
    "examples",
    "bench",
  ]],
  ["types of the page", [DENO, "check", "--config", "demo/deno.json", "demo/main.tsx"]],
  ["generated files", [DENO, "run", "-A", "scripts/generate.ts", "--check"]],
  ["docs", [DENO, "run", "-A", "scripts/check_docs.ts"]],
  ["drift", [DENO, "run", "-A", "scripts/check_drift.ts"]],
  ["advisors", [DENO, "run", "-A", "scripts/check_advisors.ts"]],
  ...Deno.args.includes("--no-tests")
    ? []
    : [["tests", [DENO, "run", "-A", "scripts/test.ts"]] as [string, string[]]],
];

const failed: string[] = [];
for (const [title, [program, ...args]] of CHECKS) {
  console.log(`\n-- ${title}`);
  const { code } = await new Deno.Command(program!, { args, cwd: ROOT }).spawn().status;
  if (code !== 0) failed.push(title);
}
console.log(failed.length ? `\nNot ok: ${failed.join(", ")}` : "\nok");
Deno.exitCode = failed.length ? 1 : 0;
