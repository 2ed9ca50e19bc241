// Marks as read: shown at once, told to the server at most once in a while for each conversation.
import { asChatError, isPassing } from "../errors.ts";
import { withRead } from "../store/conversation.ts";
import { change, type State } from "../store/state.ts";
import type { Clock } from "../transport.ts";
import type { Call } from "../types.ts";

const PAUSE = 1_000;
const AFTER_FAILURE = 10_000;

export interface ReadMarks {
  /** Everything up to a position has been seen. */
  read(conversationId: string, seq: number): void;
  /** Tells now what has not been told. */
  hurry(): void;
  end(): void;
}

/** `call` takes over what `mark_read` answers. */
export function createReadMarks(state: State, call: Call, clock: Clock): ReadMarks {
  /** What is to be told, by conversation. */
  const untold = new Map<string, number>();
  /** Ends the pause of a conversation. */
  const pauses = new Map<string, () => void>();
  const busy = new Set<string>();

  async function tell(id: string): Promise<void> {
    const seq = untold.get(id);
    if (seq === undefined || busy.has(id) || pauses.has(id)) return;
    busy.add(id);
    untold.delete(id);
    const problem = await call("mark_read", { conversation_id: id, seq }).then(
      () => null,
      asChatError,
    );
    busy.delete(id);
    const isOpen = problem !== null && isPassing(problem);
    if (isOpen) untold.set(id, Math.max(seq, untold.get(id) ?? 0));
    pauses.set(id, clock.after(isOpen ? AFTER_FAILURE : PAUSE, () => resume(id)));
  }

  function resume(id: string): void {
    pauses.get(id)?.();
    pauses.delete(id);
    void tell(id);
  }

  return {
    read: (id, seq) => {
      const held = state.conversations.get(id);
      const reached = Math.min(seq, held?.item.last_seq ?? 0);
      if (!held || reached <= held.item.read_seq) return;
      change(state, id, (one) => withRead(one, reached, state.me));
      untold.set(id, reached);
      void tell(id);
    },
    hurry: () => [...untold.keys()].forEach(resume),
    end: () => {
      untold.clear();
      for (const end of pauses.values()) end();
    },
  };
}
