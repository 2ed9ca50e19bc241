import type { ConversationItem, Envelope } from "../types.ts";
import type { Conversation } from "./conversation.ts";
import { endOf } from "./message_log.ts";

const EVERYBODY = "00000000-0000-0000-0000-000000000000";

export type Unread = { unread: number; mentioned: boolean };

/**
 * Counts as the server does: from the messages where all that is unread is held, else on from what the server counted
 * last. Null where neither can be exact.
 */
export function countUnread(held: Conversation, me: string): Unread | null {
  const { item, log, counted } = held;
  const after = unreadAfter(item);
  if (after >= item.last_seq) return { unread: 0, mentioned: false };
  if (isCountedHere(held)) return countIn(log.messages, after, me);
  if (counted.after !== after || log.from > counted.upTo + 1) return null;
  const more = countIn(log.messages, counted.upTo, me);
  return {
    unread: counted.unread + more.unread,
    mentioned: counted.mentioned || more.mentioned,
  };
}

/** The position after which messages are unread. */
export function unreadAfter(item: Pick<ConversationItem, "read_seq" | "cleared_seq">): number {
  return Math.max(item.read_seq, item.cleared_seq);
}

/** Whether all that is unread is held. */
export function isCountedHere({ item, log }: Conversation): boolean {
  return log.from <= unreadAfter(item) + 1 && endOf(log) === item.last_seq;
}

function countIn(messages: readonly Envelope[], after: number, me: string): Unread {
  const unread = messages.filter((message) => message.seq > after && counts(message, me));
  return {
    unread: unread.length,
    mentioned: unread.some(({ options }) =>
      options.mentions?.some((id) => id === me || id === EVERYBODY)
    ),
  };
}

// What the system says and what was revoked is of this type; both do not count, and neither does what one said.
function counts(message: Envelope, me: string): boolean {
  return message.type !== "systemNotice" && message.from_id !== me;
}
