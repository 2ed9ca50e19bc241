import { ChatError } from "../errors.ts";

/** What goes on for a while, and can be held up and given up by a person. */
export interface Course {
  pause(): void;
  resume(): void;
  abort(): void;
  /** Ended by `abort`. */
  readonly signal: AbortSignal;
  /**
   * Acts when it may. The signal says that it must stop for now; what stops then is begun anew after the pause, what
   * does not stop is left to end.
   *
   * @throws {ChatError} `aborted`
   */
  run<Value>(act: (signal: AbortSignal) => Promise<Value>): Promise<Value>;
}

export function createCourse(): Course {
  const ending = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    ending.signal.addEventListener("abort", () => reject(aborted()));
  });
  ended.catch(() => {}); // heard by whoever is waiting then
  let attempt: AbortController | null = null;
  let pause: { over: Promise<void>; end: () => void } | null = null;

  async function begin<Value>(act: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const { signal } = attempt = new AbortController();
    return await act(signal);
  }

  return {
    signal: ending.signal,
    pause: () => {
      if (pause) return;
      let end = () => {};
      const over = new Promise<void>((resolve) => end = resolve);
      pause = { over, end };
      attempt?.abort();
    },
    resume: () => {
      pause?.end();
      pause = null;
    },
    abort: () => {
      ending.abort();
      attempt?.abort();
    },
    run: async (act) => {
      for (;;) {
        while (pause) await Promise.race([pause.over, ended]);
        if (ending.signal.aborted) throw aborted();
        try {
          return await Promise.race([begin(act), ended]);
        } catch (error) {
          if (ending.signal.aborted || !attempt?.signal.aborted) throw error;
        }
      }
    },
  };
}

function aborted(): ChatError {
  return new ChatError("aborted", 0, "The upload was given up.");
}
