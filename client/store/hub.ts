/** A part of the state that can be shown: as React's `useSyncExternalStore` takes it. */
export interface Slice<Value> {
  /** The same object until something changes. Not to be changed by whoever gets it. */
  readonly getSnapshot: () => Value;
  /** Calls back after changes; answers a function that ends it. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Tells listeners which slices changed: once for all that changes in one go. */
export interface Hub {
  touch(name: string): void;
  /** Everything has changed. */
  touchAll(): void;
  slice<Value>(name: string, compute: () => Value): Slice<Value>;
  /** Of any slice. */
  readonly subscribe: Slice<unknown>["subscribe"];
}

type Entry = { slice: Slice<unknown>; listeners: Set<() => void>; isFresh: boolean };

export function createHub(): Hub {
  const entries = new Map<string, Entry>();
  const everybody = new Set<() => void>();
  let touched: Set<Entry> | null = null;

  function flush(): void {
    const listeners = new Set([...touched ?? []].flatMap((entry) => [...entry.listeners]));
    touched = null;
    for (const listener of [...listeners, ...everybody]) tell(listener);
  }

  function touchEntry(entry: Entry | undefined): void {
    if (entry) entry.isFresh = false;
    if (!touched) queueMicrotask(flush);
    touched ??= new Set();
    if (entry) touched.add(entry);
  }

  return {
    touch: (name) => touchEntry(entries.get(name)),
    touchAll: () => entries.forEach(touchEntry),
    slice: <Value>(name: string, compute: () => Value) => {
      const known = entries.get(name);
      // The same name is always asked for with the same type.
      if (known) return known.slice as Slice<Value>;
      const entry = createEntry(compute);
      entries.set(name, entry);
      return entry.slice as Slice<Value>;
    },
    subscribe: (listener) => {
      everybody.add(listener);
      return () => everybody.delete(listener);
    },
  };
}

function createEntry(compute: () => unknown): Entry {
  let value: unknown;
  const listeners = new Set<() => void>();
  const entry: Entry = {
    isFresh: false,
    listeners,
    slice: {
      getSnapshot: () => {
        if (!entry.isFresh) value = compute();
        entry.isFresh = true;
        return value;
      },
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
  return entry;
}

// What a listener does wrong must not keep the others from hearing.
function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
