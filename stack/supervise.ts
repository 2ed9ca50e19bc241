import { type ChildOptions, startChild } from "./child.ts";

/** Time between the end of a program and the next start. */
const RESTART_DELAY = 200;

export interface Supervised extends AsyncDisposable {
  /**
   * Resolves once `isReady` says so.
   * @throws when the program ends first, or is not ready within half a minute.
   */
  untilReady(isReady: () => Promise<boolean>): Promise<void>;
}

/** Starts a program, and starts it again whenever it ends without being asked to. */
export function supervise(name: string, command: string[], options: ChildOptions): Supervised {
  const stopping = Promise.withResolvers<"stopped">();
  let lastCode: number | undefined;

  const supervised = (async () => {
    while (true) {
      const child = startChild(command, options);
      const ending = await Promise.race([child.ended, stopping.promise]);
      await child[Symbol.asyncDispose]();
      if (ending === "stopped") return;
      lastCode = ending;
      options.log(`${name} ended with code ${ending}; starting it again.`);
      await Promise.race([stopping.promise, pause(RESTART_DELAY)]);
    }
  })();

  return {
    untilReady: async (isReady) => {
      for (const start = Date.now(); Date.now() - start < 30_000; await pause(20)) {
        if (await isReady()) return;
        if (lastCode !== undefined) {
          throw new Error(`${name} ended with code ${lastCode} while it was starting.`);
        }
      }
      throw new Error(`${name} was not ready within half a minute.`);
    },
    [Symbol.asyncDispose]: async () => {
      stopping.resolve("stopped");
      await supervised;
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
