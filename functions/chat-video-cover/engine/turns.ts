import { CoverRefusal } from "./refusal.ts";

/** Runs so many at once, lets so many wait, and refuses the rest. */
export function createTurns(atOnce: number, waiting: number) {
  let running = 0;
  const queue: (() => void)[] = [];

  /** @throws {CoverRefusal} `busy` */
  return async function inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    if (running < atOnce) running += 1;
    else if (queue.length >= waiting) {
      throw new CoverRefusal("busy", "Too many covers are being made.");
    } // Whoever ends hands its place on.
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await run();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
