import { StorageError } from "./errors.ts";

/** Runs a few pieces of work at a time, lets a few more wait, and refuses the rest. */
export function createQueue(limits: { running: number; waiting: number }) {
  let running = 0;
  const waiting: (() => void)[] = [];

  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running < limits.running) running++;
    else if (waiting.length < limits.waiting) await new Promise<void>((go) => waiting.push(go));
    else throw new StorageError(429, "SlowDown", "Too many images at once", { http: 429 });
    try {
      return await work();
    } finally {
      // The place goes to the next in line, or is free.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
