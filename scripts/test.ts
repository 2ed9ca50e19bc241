// npm test: everything that proves something, on stacks of its own. `npm test -- test/sql/friends` runs a part.
import { startStack } from "../stack/start_stack.ts";
import { ensureBrowser } from "./find_browser.ts";
import { ROOT } from "./schema.ts";

type Counts = { passed: number; failed: number };

const wanted = Deno.args.length
  ? Deno.args
  : ["test/stack", "test/functions", "test/client", "test/browser", "test/sql", "test/api"];
const results: Counts[] = [];

const OWN = /^test\/(stack|functions|client|browser)\b/;
const own = wanted.filter((path) => OWN.test(path));
if (own.some((path) => path.startsWith("test/browser"))) await ensureBrowser();
if (own.length) {
  results.push(
    await runTests("the local stack itself, functions alone, the client and the page", own, {}),
  );
}

// Supabase projects differ in what they grant by default: everything of ours is tried on both kinds.
const shared = wanted.filter((path) => !OWN.test(path));
for (const autoExpose of shared.length ? [false, true] : []) {
  const folder = await Deno.makeTempDir({ prefix: "supabase-chat-test-" });
  await Deno.chmod(folder, 0o755);
  try {
    await using stack = await startStack({
      folder,
      apiPort: 0,
      databasePort: 0,
      durable: false,
      autoExposeNewTables: autoExpose,
      auth: { passwordCost: 4 },
      realtime: { joinErrorDelay: 100, connectErrorDelay: 100 },
    });
    const title = autoExpose ? "with the old default grants" : "with today's default grants";
    results.push(
      await runTests(title, shared, {
        API_URL: stack.apiUrl,
        TEST_DATABASE_PORT: new URL(stack.databaseUrl("postgres")).port,
        TEST_AUTO_EXPOSE: autoExpose ? "on" : "off",
      }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const passed = results.reduce((sum, counts) => sum + counts.passed, 0);
const failed = results.reduce((sum, counts) => sum + counts.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
Deno.exitCode = failed || !passed ? 1 : 0;

async function runTests(
  title: string,
  paths: string[],
  env: Record<string, string>,
): Promise<Counts> {
  console.log(`\n== ${title} ==`);
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--reporter=dot", `--junit-path=${report}`, ...paths],
    cwd: ROOT,
    env,
  }).spawn().status;
  const xml = await Deno.readTextFile(report);
  await Deno.remove(report);
  const counts = countCases(xml);
  // A file that does not even load has no case that failed.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function countCases(xml: string): Counts {
  const [, tests = 0, failures = 0, errors = 0] = (
    /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(xml) ?? []
  ).map(Number);
  return { passed: tests - failures - errors, failed: failures + errors };
}
