// Several tabs of one browser as one client, where the browser lets them: one of them sends, all of them hear.

export interface Tabs {
  /** Does something while no other tab does anything under the same name. */
  alone<Value>(name: string, act: () => Promise<Value>): Promise<Value>;
  /** Calls back once this tab is the one under this name; it stays so until the signal ends it. */
  lead(name: string, signal: AbortSignal, onLead: () => void): void;
  /** Hears what other tabs tell under this name; answers how to tell them. */
  listen(
    name: string,
    signal: AbortSignal,
    onTold: (told: unknown) => void,
  ): (told: unknown) => void;
}

/** What this needs of `navigator.locks`. */
export interface Locks {
  request<Value>(name: string, act: () => Promise<Value>): Promise<Value>;
  request<Value>(
    name: string,
    options: { signal: AbortSignal },
    act: () => Promise<Value>,
  ): Promise<Value>;
}

/** As the browser gives them; where it gives no locks or channels, every tab is on its own. */
export function browserTabs(
  locks: Locks | undefined = browserLocks(),
  channel: typeof BroadcastChannel | undefined = globalThis.BroadcastChannel,
): Tabs {
  const single = singleTab();
  return {
    alone: async (name, act) => {
      let hasBegun = false;
      const begin = () => {
        hasBegun = true;
        return act();
      };
      try {
        return await (locks?.request(name, begin) ?? single.alone(name, begin));
      } catch (error) {
        if (hasBegun) throw error;
        return await single.alone(name, act); // locks are forbidden here
      }
    },
    lead: (name, signal, onLead) => {
      if (!locks) return single.lead(name, signal, onLead);
      // The lock is held until the session ends, or the tab does.
      const ended = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
      });
      const hold = () => {
        if (!signal.aborted) onLead();
        return signal.aborted ? Promise.resolve() : ended;
      };
      locks.request(name, { signal }, hold).catch(() => single.lead(name, signal, onLead));
    },
    listen: (name, signal, onTold) => {
      const line = channel && attempt(() => new channel(name));
      if (!line) return () => {};
      line.onmessage = ({ data }) => onTold(data);
      signal.addEventListener("abort", () => line.close());
      return (told) => {
        if (!signal.aborted) line.postMessage(told);
      };
    },
  };
}

function attempt<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined; // forbidden here
  }
}

function browserLocks(): Locks | undefined {
  const { navigator } = globalThis as { navigator?: { locks?: Locks } }; // not all platforms know of it
  return navigator?.locks;
}

/** For places that have no tabs. */
export function singleTab(): Tabs {
  const queues = new Map<string, Promise<unknown>>();
  return {
    alone: (name, act) => {
      const turn = (queues.get(name) ?? Promise.resolve()).then(act, act);
      queues.set(name, turn.catch(() => {}));
      return turn;
    },
    lead: (_name, signal, onLead) => {
      queueMicrotask(() => {
        if (!signal.aborted) onLead();
      });
    },
    listen: () => () => {},
  };
}
