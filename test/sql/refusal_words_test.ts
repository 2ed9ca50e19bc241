// We say no only in words from the catalogue, and every file says in which ones.
import assert from "node:assert/strict";
import { readSchema } from "../../scripts/schema.ts";
import { scene } from "../support/people.ts";
import { AT_THE_DOOR } from "./refuses.ts";

type SqlFunction = {
  name: string;
  /** The words of its `Fails` line; null without one. */
  said: string[] | null;
  /** The words it refuses in by itself. */
  own: string[];
  calls: string[];
  /** Says yes or no, whatever was refused below. */
  catches: boolean;
};

const COMMENT_AND_FUNCTION =
  /((?:^--.*\n)*)^create or replace function (chat(?:_private)?\.\w+)[^$]*\$\$([^]*?)\$\$/gm;

async function readFunctions(): Promise<Map<string, SqlFunction>> {
  const functions = new Map<string, SqlFunction>();
  for (const { sql } of await readSchema()) {
    for (const [, comment = "", name = "", body = ""] of sql.matchAll(COMMENT_AND_FUNCTION)) {
      const code = body.replaceAll(/--.*$/gm, "");
      functions.set(name, {
        name,
        said: wordsOf(comment),
        own: [...code.matchAll(/chat_private\.fail\('(\w+)'/g)].map(([, word = ""]) => word),
        calls: [...code.matchAll(/\b(chat(?:_private)?\.\w+)\(/g)].map(([, callee = ""]) => callee),
        catches: code.includes("if sqlstate like 'PT%' or sqlstate = 'PGRST' then"),
      });
    }
  }
  return functions;
}

// A long line goes on below, indented.
function wordsOf(comment: string): string[] | null {
  const line = /^-- Fails {2}(.*(?:\n-- {8}.*)*)/m.exec(comment)?.[1];
  return line?.match(/\w+/g)?.toSorted() ?? null;
}

function refusalsOf(
  functions: Map<string, SqlFunction>,
  name: string,
  seen = new Set<string>(),
): string[] {
  const found = functions.get(name);
  if (!found || found.catches || seen.has(name)) return [];
  seen.add(name);
  return [...found.own, ...found.calls.flatMap((callee) => refusalsOf(functions, callee, seen))];
}

Deno.test("the Fails line of every function names what it can refuse, no more and no less", async () => {
  const functions = await readFunctions();
  assert.ok(functions.size > 60);
  const mismatches: Record<string, { said: string[] | null; can: string[] }> = {};
  for (const [name, { said }] of functions) {
    const can = [...new Set(refusalsOf(functions, name))].toSorted();
    // A door says nothing: it passes on what the room says.
    const isDoor = functions.has(name.replace(/^chat\./, "chat_private.")) &&
      name.startsWith("chat.");
    if (isDoor || (said ?? []).join() === can.join()) continue;
    mismatches[name] = { said, can };
  }
  assert.deepEqual(mismatches, {});
});

scene(
  "we say no only in words from the catalogue, and need every one of them",
  async ({ world }) => {
    const used = [
      ...[...(await readFunctions()).values()].flatMap(({ own }) => own),
      ...AT_THE_DOOR,
    ];
    const codes = await world.query<{ code: string }>("select code from chat_private.refusals()");
    assert.deepEqual(
      [...new Set(used)].toSorted(),
      codes.map(({ code }) => code).toSorted(),
    );
  },
);
