// Keeps exactly the wanted topics joined: what closes is opened again, what is refused is left alone for a while.
import type { Ears, Line, LineStatus, Transport } from "../transport.ts";

export type LinesOptions = {
  readonly transport: Transport;
  readonly onPush: (topic: string, event: string, payload: unknown) => void;
  readonly onPresence: (topic: string, tracked: unknown[]) => void;
  /** After `refused`, the topic may have moved: whoever wants it should ask. */
  readonly onStatus: (topic: string, status: LineStatus) => void;
};

export interface Lines {
  /** Joins what is wanted and leaves the rest. */
  want(topics: ReadonlySet<string>): void;
  isJoined(topic: string): boolean;
  line(topic: string): Line | undefined;
  /** Tries again now what was waiting. */
  hurry(): void;
}

/** A topic that is wanted, and the line on which it is heard. */
type Kept = {
  readonly topic: string;
  line: Line | null;
  isJoined: boolean;
  tries: number;
  /** Prevents the next try. */
  cancel: () => void;
};

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

export function createLines(options: LinesOptions): Lines {
  const all = new Map<string, Kept>();
  return {
    want: (topics) => {
      for (const [topic, kept] of all) {
        if (topics.has(topic)) continue;
        all.delete(topic);
        kept.cancel();
        hangUp(kept);
      }
      for (const topic of topics) {
        if (all.has(topic)) continue;
        const kept = { topic, line: null, isJoined: false, tries: 0, cancel: () => {} };
        all.set(topic, kept);
        open(options, kept);
      }
    },
    isJoined: (topic) => all.get(topic)?.isJoined ?? false,
    line: (topic) => all.get(topic)?.line ?? undefined,
    hurry: () => {
      for (const kept of all.values()) {
        if (kept.line) continue;
        kept.tries = 0;
        open(options, kept);
      }
    },
  };
}

function open(options: LinesOptions, kept: Kept): void {
  kept.cancel();
  let line: Line | null = null;
  // A line that was left may still have something to say.
  const hearing = <Args extends unknown[]>(act: (...args: Args) => void) => (...args: Args) => {
    if (kept.line === line) act(...args);
  };
  const ears: Ears = {
    onPush: hearing((event: string, payload: unknown) =>
      options.onPush(kept.topic, event, payload)
    ),
    onStatus: hearing((status: LineStatus) => take(options, kept, status)),
  };
  if (isSignal(kept.topic)) {
    ears.onPresence = hearing((tracked: unknown[]) => options.onPresence(kept.topic, tracked));
  }
  line = options.transport.join(kept.topic, ears);
  kept.line = line;
}

function take(options: LinesOptions, kept: Kept, status: LineStatus): void {
  kept.isJoined = status === "joined" || status === "flowing";
  if (kept.isJoined) kept.tries = 0;
  if (status === "refused" || status === "closed") {
    hangUp(kept);
    const { clock } = options.transport;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(kept.tries++, 10));
    kept.cancel = clock.after(wait * (0.5 + clock.random()), () => open(options, kept));
  }
  options.onStatus(kept.topic, status);
}

function hangUp(kept: Kept): void {
  const { line } = kept;
  kept.line = null; // first: leaving a line closes it once more
  line?.leave();
}

export function userTopic(userId: string): string {
  return `chat:user:${userId}`;
}

export function isSignal(topic: string): boolean {
  return topic.startsWith("chat:signal:");
}
