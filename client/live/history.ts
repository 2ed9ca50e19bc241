// Pages of messages: older ones, newer ones after a jump, and those around a position.
import { type Conversation, withPage } from "../store/conversation.ts";
import { endOf, logOf } from "../store/message_log.ts";
import { change, keep, type State, use } from "../store/state.ts";
import type { Args, Call } from "../types.ts";

export interface History {
  /** Makes sure that the newest messages are held. */
  loadNewest(conversationId: string): Promise<void>;
  /** One page more at the beginning of what is shown. */
  loadOlder(conversationId: string): Promise<void>;
  /** One page more at the end of what is shown, after a jump. */
  loadNewer(conversationId: string): Promise<void>;
  /** Jumps: shows the messages around a position. */
  loadAround(conversationId: string, seq: number): Promise<void>;
  /** Back from a jump to the newest messages. */
  showNewest(conversationId: string): void;
}

export type HistoryOptions = {
  readonly state: State;
  readonly call: Call;
  readonly pageSize: number;
  /** A page may be older than changes that came meanwhile: they have to be asked for. */
  readonly ask: () => void;
};

export function createHistory(options: HistoryOptions): History {
  const { state, pageSize } = options;
  const loadBefore = async (id: string, held: Conversation, seq: number) => {
    if (seq > held.item.cleared_seq + 1) await load(options, id, { before_seq: seq });
  };
  return {
    loadNewest: async (id) => {
      const held = state.conversations.get(id);
      if (held && held.log.messages.length < pageSize / 2) {
        await loadBefore(id, held, held.log.from);
      }
    },
    loadOlder: async (id) => {
      const held = state.conversations.get(id);
      if (held) await loadBefore(id, held, shownOf(held).from);
    },
    loadNewer: async (id) => {
      const held = state.conversations.get(id);
      if (held?.excerpt) await load(options, id, { after_seq: endOf(held.excerpt) });
    },
    loadAround: async (id, seq) => {
      const held = state.conversations.get(id);
      const shown = held && shownOf(held);
      if (!shown || seq >= shown.from && seq <= endOf(shown)) return;
      await load(options, id, { after_seq: Math.max(0, seq - Math.ceil(pageSize / 2)) }, true);
    },
    showNewest: (id) => void change(state, id, (held) => ({ ...held, excerpt: null })),
  };
}

async function load(
  { state, call, pageSize, ask }: HistoryOptions,
  conversation_id: string,
  range: Pick<Args<"list_messages">, "before_seq" | "after_seq">,
  isJump = false,
): Promise<void> {
  const held = state.conversations.get(conversation_id);
  if (!held) return;
  use(state, conversation_id);
  const page = await call("list_messages", { conversation_id, page_size: pageSize, ...range });
  const log = logOf(page, range.after_seq === undefined ? held.log.from : range.after_seq + 1);
  const now = state.conversations.get(conversation_id);
  if (!log || now?.born !== held.born) return;
  const next = withPage(now, log, held.version, isJump);
  keep(state, conversation_id, next);
  if (next.version !== now.version) ask();
}

function shownOf(held: Conversation) {
  return held.excerpt ?? held.log;
}
