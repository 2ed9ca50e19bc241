// `npm start` and its sisters as processes of their own, on a checkout of their own.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "../support/api.ts";

export interface Checkout extends AsyncDisposable {
  /** Runs a command of the stack to its end. */
  run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** A running stack. */
  start(): Promise<Running>;
}

export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** What the stack says of itself: API_URL, DB_URL, … */
  readonly status: Record<string, string>;
  readonly place: Place;
  /** Ctrl-C; the exit code. */
  stop(): Promise<number>;
}

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
export const ANY_PORTS = ["--api-port", "0", "--database-port", "0"];

/** This project as another one would have it, so that its data are not those of whoever develops here. */
export async function createCheckout(): Promise<Checkout> {
  const folder = await Deno.makeTempDir({ prefix: "supabase-chat-test-" });
  await Deno.chmod(folder, 0o755);
  for await (const { name } of Deno.readDir(PROJECT)) {
    if (!name.startsWith(".")) await Deno.symlink(join(PROJECT, name), join(folder, name));
  }
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await command(folder, args).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  };
  return {
    run,
    start: () => start(command(folder, ["start", ...ANY_PORTS]).spawn()),
    [Symbol.asyncDispose]: async () => {
      await run("reset");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The lines NAME=value. */
export function parseStatus(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

function command(cwd: string, args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "stack/main.ts", ...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function start(process: Deno.ChildProcess): Promise<Running> {
  const complaints = new Response(process.stderr).text();
  const [forStatus, forLater] = process.stdout.tee();
  const drained = Promise.all([complaints, new Response(forLater).text()]);
  const status = await statusFrom(forStatus);
  const { API_URL, DB_URL } = status;
  if (!API_URL || !DB_URL) throw new Error(`The stack did not start: ${await complaints}`);
  const stop = async () => {
    try {
      process.kill("SIGINT");
    } catch {
      // It has ended already.
    }
    await drained;
    return (await process.status).code;
  };
  return {
    pid: process.pid,
    status,
    place: { apiUrl: API_URL, databasePort: Number(new URL(DB_URL).port) },
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

async function statusFrom(stdout: ReadableStream<Uint8Array>): Promise<Record<string, string>> {
  let text = "";
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (/^JWT_SECRET=.*\n/m.test(text)) break;
  }
  return parseStatus(text);
}
