import type { WorkerOptions } from "./command.ts";
import type { FunctionConfig } from "./config.ts";
import { fingerprint } from "./fingerprint.ts";
import { BootError, type Call, startWorker, type Worker } from "./worker.ts";

/** Keeps the process of one function: begun at the first call, and anew after a crash or a change of its files. */
export interface Host extends AsyncDisposable {
  /** @throws {BootError} */
  begin(): Promise<Call>;
}

export function createHost(config: FunctionConfig, options: WorkerOptions): Host {
  const running = new Set<Worker>();
  let current: { files: string; worker: Worker } | null = null;
  let isClosed = false;

  function start(): Worker {
    const worker = startWorker(config, options);
    running.add(worker);
    worker.listening.catch(() => worker.retire());
    worker.ended.then(async (code) => {
      if (current?.worker === worker) current = null;
      await worker[Symbol.asyncDispose]();
      running.delete(worker);
      options.log(`[${config.name}] ended with code ${code}`);
    });
    return worker;
  }

  return {
    begin: async () => {
      const files = await fingerprint(config.entrypoint);
      if (isClosed) throw new BootError("The stack is stopping.");
      if (current && current.files !== files) current.worker.retire();
      if (!current || current.worker.isRetired()) current = { files, worker: start() };
      const { worker } = current;
      const call = worker.begin();
      try {
        await worker.listening;
      } catch (error) {
        call.end();
        throw error;
      }
      return call;
    },
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      await Promise.all([...running].map((worker) => worker[Symbol.asyncDispose]()));
    },
  };
}
