// Notices when the device may have missed something: it was asleep, offline or in the background, or time has passed.
import type { Transport } from "../transport.ts";

const TICK = 10_000;
/** Timers never come as late as this while the device is awake. */
const DRIFT = 15_000;

export type WakeOptions = Pick<Transport, "clock" | "surroundings"> & {
  /** Milliseconds between two looks while nothing happens, and the pages is shown. */
  readonly interval: number;
  /** Every so many looks, a thorough one. */
  readonly thoroughEvery: number;
  /** It is back: whatever waited can try again. */
  readonly onWake: () => void;
  readonly onInterval: (isThorough: boolean) => void;
  /** Online or not, shown or not. */
  readonly onSurroundings: () => void;
};

/** Watches until it is ended. */
export function watchWaking(options: WakeOptions): () => void {
  const { clock, surroundings } = options;
  let wasThere = isThere();
  let last = clock.now();
  let nextLook = last + options.interval * (0.5 + clock.random());
  let looks = 0;
  let cancel = clock.after(TICK, tick);

  function isThere(): boolean {
    return surroundings.isOnline() && surroundings.isVisible();
  }

  function tick(): void {
    const now = clock.now();
    const hasSlept = now - last > TICK + DRIFT;
    last = now;
    cancel = clock.after(TICK, tick);
    if (hasSlept && isThere()) options.onWake();
    if (now < nextLook || !isThere()) return;
    nextLook = now + options.interval * (0.75 + clock.random() / 2);
    options.onInterval(++looks % options.thoroughEvery === 0);
  }

  const unwatch = surroundings.watch(() => {
    const before = wasThere;
    wasThere = isThere();
    options.onSurroundings();
    if (wasThere && !before) options.onWake();
  });
  return () => {
    cancel();
    unwatch();
  };
}
