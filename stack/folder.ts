import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isReachable, unprivilegedUser } from "./database/binaries.ts";
import { createSigningKey, type SigningKey } from "./keys.ts";
import type { Log } from "./service.ts";

/** The folder of this repository. */
export const PROJECT = fileURLToPath(new URL("..", import.meta.url));

/** What a running stack writes down for `npm run status`. */
export type Ports = { api: number; database: number };

/** The folder that holds everything a stack keeps. Only one stack at a time has it. */
export interface Folder extends AsyncDisposable {
  readonly path: string;
  signingKey(): Promise<SigningKey>;
  writePorts(ports: Ports): Promise<void>;
  /** True once {@link markLaidOut} was called: the platform's SQL has been applied to the end. */
  isLaidOut(): Promise<boolean>;
  markLaidOut(): Promise<void>;
  /** Begins `stack.log` anew. */
  openLog(): Promise<{ write: Log } & Disposable>;
}

/** Somebody else's stack is running on this folder. */
export class AlreadyRunning extends Error {
  constructor(readonly ports: Ports) {
    super(`The stack is running already: http://127.0.0.1:${ports.api}`);
  }
}

/** Where `npm start` keeps its data: `.stack`, or a folder of the system's that Postgres' account can enter. */
export async function defaultFolder(): Promise<string> {
  const user = await unprivilegedUser();
  if (!user || await isReachable(PROJECT)) return join(PROJECT, ".stack");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(PROJECT));
  const name = new Uint8Array(digest).toHex().slice(0, 12);
  return `/var/tmp/supabase-chat-${Deno.uid()}-${name}`;
}

/**
 * Takes the folder. The lock goes with the process, however it ends, so nothing has to be cleaned up.
 * @throws {AlreadyRunning}
 */
export async function openFolder(path: string): Promise<Folder> {
  await Deno.mkdir(path, { recursive: true, mode: 0o755 });
  const lock = await Deno.open(join(path, "lock"), { create: true, write: true });
  if (!await lock.tryLock(true)) {
    lock.close();
    throw new AlreadyRunning(await readPorts(path));
  }
  const laidOut = join(path, "laid_out");
  return {
    path,
    signingKey: () => keptKey(join(path, "signing_key.json")),
    writePorts: (ports) => Deno.writeTextFile(join(path, "ports.json"), JSON.stringify(ports)),
    isLaidOut: () => Deno.stat(laidOut).then(() => true, () => false),
    markLaidOut: () => Deno.writeTextFile(laidOut, ""),
    openLog: async () => {
      const file = await Deno.open(join(path, "stack.log"), {
        create: true,
        write: true,
        truncate: true,
      });
      const bytes = new TextEncoder();
      return {
        write: (line) => void file.writeSync(bytes.encode(`${line}\n`)),
        [Symbol.dispose]: () => file.close(),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await lock.unlock();
      lock.close();
    },
  };
}

export async function readPorts(path: string): Promise<Ports> {
  return JSON.parse(await Deno.readTextFile(join(path, "ports.json")));
}

async function keptKey(path: string): Promise<SigningKey> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const key = await createSigningKey();
  await Deno.writeTextFile(path, JSON.stringify(key), { mode: 0o600 });
  return key;
}
