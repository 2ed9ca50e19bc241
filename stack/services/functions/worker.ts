import { type Child, startChild } from "../../child.ts";
import { freePort } from "../../ports.ts";
import { denoCommand, type WorkerOptions } from "./command.ts";
import type { FunctionConfig } from "./config.ts";

/** How long a function may take until it listens. */
const BOOT_LIMIT = 10_000;

/** The function's process ended, or did not serve, before it could be asked anything. */
export class BootError extends Error {}

/** One process of a function. */
export interface Worker extends AsyncDisposable {
  /** Rejects with {@link BootError}. */
  readonly listening: Promise<void>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  begin(): Call;
  /** Gets no more calls, and goes with the last one it has. */
  retire(): void;
  isRetired(): boolean;
}

/** One call of a function, until it says that it has ended. */
export interface Call {
  readonly origin: string;
  /** Aborts when the call has taken too long. */
  readonly timeUp: AbortSignal;
  /** Resolves with the exit code of the process. */
  readonly ended: Promise<number>;
  end(): void;
}

export function startWorker(config: FunctionConfig, options: WorkerOptions): Worker {
  const port = freePort();
  const { command, env } = denoCommand(config, options, port);
  // Nothing that a function does can put its end off.
  const child = startChild(command, {
    env,
    stopSignal: "KILL",
    log: (line) => options.log(`[${config.name}] ${line}`),
  });
  let calls = 0;
  let isRetired = false;

  const endIfIdle = () => {
    if (isRetired && calls === 0) child[Symbol.asyncDispose]();
  };
  const retire = () => {
    isRetired = true;
    endIfIdle();
  };
  const begin = (): Call => {
    calls += 1;
    const timeUp = new AbortController();
    const timer = setTimeout(() => {
      timeUp.abort();
      retire(); // whatever it is stuck in, the next caller must not meet it
    }, options.wallLimit);
    const end = () => {
      clearTimeout(timer);
      calls -= 1;
      endIfIdle();
    };
    const origin = `http://127.0.0.1:${port}`;
    return { origin, timeUp: timeUp.signal, ended: child.ended, end };
  };
  return {
    listening: untilListening(child, port),
    ended: child.ended,
    begin,
    retire,
    isRetired: () => isRetired,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

async function untilListening(child: Child, port: number): Promise<void> {
  let hasEnded = false;
  child.ended.then(() => hasEnded = true);
  for (const start = Date.now(); Date.now() - start < BOOT_LIMIT && !hasEnded;) {
    try {
      using _connection = await Deno.connect({ hostname: "127.0.0.1", port });
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new BootError(hasEnded ? "The function ended." : "The function does not serve.");
}
