/**
 * Bytes of uploads that are in memory at one time; each is there two or three times over while it is cleaned. People
 * send nine photographs at once, and a function that takes them all at once is ended by the platform.
 */
const ROOM = 20 * 1024 * 1024;

let taken = 0;
const waiting: (() => void)[] = [];

/** Does the work once there is room for its bytes. */
export async function withRoom<Result>(
  bytes: number,
  work: () => Promise<Result>,
): Promise<Result> {
  // Whatever is larger than all the room gets it alone.
  while (taken > 0 && taken + bytes > ROOM) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  taken += bytes;
  try {
    return await work();
  } finally {
    taken -= bytes;
    for (const wake of waiting.splice(0)) wake();
  }
}
