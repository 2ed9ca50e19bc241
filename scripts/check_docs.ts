// Every relative link in the documentation leads somewhere, and every test that docs/parity.md names is there.
import { dirname, join } from "node:path";
import { ROOT } from "./schema.ts";

const problems: string[] = [];
const pages = (await listed()).filter((path) => path.endsWith(".md"));
let links = 0;
let tests = 0;

for (const page of pages) {
  const text = (await Deno.readTextFile(ROOT + page)).replaceAll(/```[\s\S]*?```/g, "");
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target!)) continue;
    const [path, anchor] = target!.split("#");
    const file = path ? join(dirname(page), path) : page;
    const found = await Deno.readTextFile(ROOT + file).catch((error) =>
      error instanceof Deno.errors.NotFound ? null : ""
    );
    links++;
    if (found === null) problems.push(`${page}: nothing is at ${target}`);
    else if (anchor && !anchorsOf(found).has(anchor)) {
      problems.push(`${page}: no heading ${target}`);
    }
  }
}

// [file_test.ts](../test/…) “sentence”, “another”; up to the next link.
const parity = await Deno.readTextFile(`${ROOT}docs/parity.md`);
for (const [, file, rest] of parity.matchAll(/\]\(\.\.\/(test\/[^)]+)\)([^\n[]*)/g)) {
  const source = await Deno.readTextFile(ROOT + file).catch(() => "");
  for (const [, sentence] of rest!.matchAll(/“([^”]+)”/g)) {
    tests++;
    if (!source.includes(sentence!)) problems.push(`docs/parity.md: ${file} has no “${sentence}”`);
  }
}

for (const problem of problems) console.error(problem);
if (!links || !tests) problems.push("The documentation has no links or names no tests.");
console.error(`${links} links and ${tests} named tests, ${problems.length} wrong.`);
Deno.exitCode = problems.length ? 1 : 0;

async function listed(): Promise<string[]> {
  const { stdout } = await new Deno.Command("git", { args: ["ls-files"], cwd: ROOT }).output();
  return new TextDecoder().decode(stdout).split("\n");
}

/** Anchors as the hosts of repositories make them from headings. */
function anchorsOf(markdown: string): Set<string> {
  const headings = markdown.replaceAll(/```[\s\S]*?```/g, "").matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading]) =>
      heading!.trim().toLowerCase().replaceAll(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-")
    ),
  );
}
