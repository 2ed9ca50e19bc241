import type { Clock } from "../transport.ts";

const FIRST = 1_000;
const LONGEST = 60_000;

/** Waits that grow from try to try, and differ from device to device. */
export interface BackOff {
  /** Waits; answers early when it is hurried. */
  wait(atLeast?: number): Promise<void>;
  /** It worked: the next wait is short again. */
  reset(): void;
  /** Something has changed that makes a try worth while. */
  hurry(): void;
}

export function createBackOff(clock: Clock, longest = LONGEST): BackOff {
  let tries = 0;
  let hurry = () => {};
  return {
    wait: (atLeast = 0) =>
      new Promise((resolve) => {
        const limit = Math.min(longest, FIRST * 2 ** Math.min(tries++, 10));
        const end = clock.after(Math.max(atLeast, limit * (0.5 + clock.random() / 2)), resolve);
        hurry = () => {
          end();
          resolve();
        };
      }),
    reset: () => tries = 0,
    hurry: () => {
      tries = 0;
      hurry();
    },
  };
}
