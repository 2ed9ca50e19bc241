// Typing and presence in the open conversation. The server neither checks nor keeps them: they are for show.
import type { Clock, Line } from "../transport.ts";

/** Who is there, and who types. Ids of people as they say themselves. */
export type SignalsView = {
  readonly present: readonly string[];
  readonly typing: readonly string[];
};

export interface Signals {
  /** One types: told to the others every few seconds at most. */
  type(line: Line | undefined): void;
  hear(event: string, payload: unknown): void;
  /** A push of the server: whoever has said something does not type it any more. */
  hearPush(event: string, payload: unknown): void;
  meet(tracked: readonly unknown[]): void;
  view(): SignalsView;
  /** Another conversation is open, or none. */
  clear(): void;
}

const SAY_EVERY = 3_000;
const FORGET_AFTER = 6_000;
/** Anybody in the conversation can send what they like, also many names. */
const MAX_NAMES = 100;

export function createSignals(me: string, clock: Clock, onChange: () => void): Signals {
  const typing = new Map<string, () => void>();
  let present: readonly string[] = [];
  let saidAt = -Infinity;

  function forget(id: string): void {
    typing.get(id)?.();
    if (typing.delete(id)) onChange();
  }

  return {
    type: (line) => {
      if (!line || clock.now() - saidAt < SAY_EVERY) return;
      saidAt = clock.now();
      line.send("typing", { user_id: me });
    },
    hear: (event, payload) => {
      const id = userIdIn(payload);
      if (event !== "typing" || id === null || id === me) return;
      if (typing.size >= MAX_NAMES && !typing.has(id)) return;
      typing.get(id)?.();
      typing.set(id, clock.after(FORGET_AFTER, () => forget(id)));
      onChange();
    },
    hearPush: (event, payload) => {
      if (event !== "message_created") return;
      const id = (payload as { from_id?: unknown } | null)?.from_id;
      if (typeof id === "string") forget(id);
    },
    meet: (tracked) => {
      const ids = tracked.map(userIdIn).filter((id) => id !== null && id !== me);
      present = [...new Set(ids as string[])].slice(0, MAX_NAMES);
      onChange();
    },
    view: () => ({ present, typing: [...typing.keys()] }),
    clear: () => {
      for (const end of typing.values()) end();
      typing.clear();
      present = [];
      saidAt = -Infinity;
      onChange();
    },
  };
}

function userIdIn(payload: unknown): string | null {
  const id = (payload as { user_id?: unknown } | null)?.user_id;
  return typeof id === "string" && id.length <= 50 ? id : null;
}
