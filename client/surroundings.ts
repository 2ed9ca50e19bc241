import type { Clock, Surroundings } from "./transport.ts";

/** The device's own clock. */
export const deviceClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

const EVENTS: ["window" | "document", string][] = [
  ["window", "online"],
  ["window", "offline"],
  ["document", "visibilitychange"],
];

/** What a browser tells of itself. Elsewhere a device counts as online and shown. */
export function browserSurroundings(): Surroundings {
  // Not every platform has them, and not all that have `window` let it be listened to.
  const world = globalThis as {
    navigator?: { onLine?: boolean };
    document?: { visibilityState?: string };
    window?: unknown;
  };
  return {
    isOnline: () => world.navigator?.onLine ?? true,
    isVisible: () => world.document?.visibilityState !== "hidden",
    watch: (listener) => {
      const targets = EVENTS.flatMap(([name, event]) => {
        const target = world[name] as Partial<EventTarget> | undefined;
        return target?.addEventListener ? [{ target: target as EventTarget, event }] : [];
      });
      for (const { target, event } of targets) target.addEventListener(event, listener);
      return () => {
        for (const { target, event } of targets) target.removeEventListener(event, listener);
      };
    },
  };
}
