import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { startGateway } from "../../stack/gateway.ts";
import { createKeys, createSigningKey, type Keys } from "../../stack/keys.ts";
import { freePort } from "../../stack/ports.ts";
import { type FunctionsOptions, startFunctions } from "../../stack/services/functions.ts";

/** A project with functions of its own, behind a real gateway. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  readonly keys: Keys;
  readonly url: string;
  /** What the functions, and the service about them, have written. */
  readonly lines: string[];
  /** Resolves with the first line that matches. */
  untilLogged(pattern: RegExp): Promise<string>;
  write(path: string, text: string): Promise<void>;
  call(path: string, init?: RequestInit): Promise<Response>;
}

/** Files by their path below `functions/`; a file in a folder of its own is a function without `verify_jwt`. */
export async function startProject(
  files: Record<string, string>,
  options: Partial<FunctionsOptions> & { config?: string } = {},
): Promise<Project> {
  await using starting = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "supabase-chat-functions-" });
  starting.defer(() => Deno.remove(folder, { recursive: true }));
  const write = async (path: string, text: string) => {
    const full = join(folder, path);
    await Deno.mkdir(dirname(full), { recursive: true });
    await Deno.writeTextFile(full, text);
  };
  for (const [path, text] of Object.entries(files)) await write(`functions/${path}`, text);
  await write("supabase/config.toml", options.config ?? configOf(Object.keys(files)));

  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const keys = await createKeys(await createSigningKey());
  const journal = createJournal();
  const functions = await startFunctions({
    projectFolder: folder,
    apiUrl: url,
    databaseUrl: "postgresql://postgres:postgres@127.0.0.1:1/postgres",
    keys,
    log: journal.log,
    ...options,
  });
  const services = { "/functions/v1": functions };
  starting.use(startGateway({ port, keys, services, log: journal.log }));
  starting.use(functions);
  const running = starting.move();
  return {
    folder,
    keys,
    url,
    lines: journal.lines,
    untilLogged: journal.untilLogged,
    write,
    call: (path, init) => fetch(`${url}/functions/v1/${path}`, init),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function configOf(paths: string[]): string {
  const names = paths.map((path) => dirname(path)).filter((name) => !name.startsWith("_"));
  return [...new Set(names)].map((name) => `
    [functions.${name}]
    verify_jwt = false
    entrypoint = "../functions/${name}/index.ts"
  `).join("\n");
}

function createJournal() {
  const lines: string[] = [];
  const waiting = new Set<{ pattern: RegExp; resolve: (line: string) => void }>();
  return {
    lines,
    log: (line: string) => {
      lines.push(line);
      for (const waiter of waiting) {
        if (!waiter.pattern.test(line)) continue;
        waiting.delete(waiter);
        waiter.resolve(line);
      }
    },
    untilLogged: (pattern: RegExp) => {
      const line = lines.find((line) => pattern.test(line));
      if (line !== undefined) return Promise.resolve(line);
      return new Promise<string>((resolve) => waiting.add({ pattern, resolve }));
    },
  };
}

/** A function that says a word. */
export const SAY = (word: string) => `Deno.serve(() => new Response(${JSON.stringify(word)}));`;

/** A function that answers what its body, a piece of JavaScript, comes to. */
export const EVALUATE = `
  const run = (code) => Object.getPrototypeOf(async () => {}).constructor(code)();
  Deno.serve(async (request) => {
    try {
      return Response.json({ value: (await run(await request.text())) ?? null });
    } catch (error) {
      return Response.json({ error: error.name });
    }
  });
`;

/** What a piece of JavaScript comes to in the function `run`, made of {@link EVALUATE}. */
export async function evaluate(project: Project, code: string): Promise<unknown> {
  return await (await project.call("run", { method: "POST", body: code })).json();
}

/** Asserts an answer that the platform gives in a function's place. */
export async function assertFailure(
  response: Response,
  status: number,
  code: string,
): Promise<void> {
  const body = await response.json();
  assert.equal(body.code, code);
  assert.equal(response.status, status);
  assert.equal(response.headers.get("sb-error-code"), code);
}
