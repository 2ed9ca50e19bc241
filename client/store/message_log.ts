// Messages of one conversation without a gap, in order. Logs are values: a change makes a new one.
import type { Envelope } from "../types.ts";

export type MessageLog = {
  /** Position of the first message; of an empty log, where it will begin. */
  readonly from: number;
  readonly messages: readonly Envelope[];
};

export function emptyLog(from: number): MessageLog {
  return { from, messages: [] };
}

/** Position of the last message; of an empty log, the one before its beginning. */
export function endOf(log: MessageLog): number {
  return log.from + log.messages.length - 1;
}

/** A page as the server sends it; null where it has gaps, as after a restored backup. */
export function logOf(page: readonly Envelope[], from: number): MessageLog | null {
  const log = { from: page[0]?.seq ?? from, messages: page };
  return page.every((message, i) => message.seq === log.from + i) ? log : null;
}

export function touches(log: MessageLog, other: MessageLog): boolean {
  return other.from <= endOf(log) + 1 && endOf(other) >= log.from - 1;
}

/** Both in one; they touch each other. What is in both is taken as it was changed last. */
export function joined(log: MessageLog, other: MessageLog): MessageLog {
  const [first, second] = log.from <= other.from ? [log, other] : [other, log];
  const overlap = Math.min(endOf(first), endOf(second)) - second.from + 1;
  const start = second.from - first.from;
  const both = Array.from(
    { length: Math.max(overlap, 0) },
    (_, i) => later(log, other, second.from + i),
  );
  const rest = endOf(first) > endOf(second) ? first : second;
  return {
    from: first.from,
    messages: [
      ...first.messages.slice(0, start),
      ...both,
      ...rest.messages.slice(second.from + both.length - rest.from),
    ],
  };
}

/** With a message in the place of an older form of it, if it is in the log. */
export function replaced(log: MessageLog, message: Envelope): MessageLog {
  const held = messageAt(log, message.seq);
  if (!held || held.version >= message.version) return log;
  return { from: log.from, messages: log.messages.with(message.seq - log.from, message) };
}

export function messageAt(log: MessageLog, seq: number): Envelope | undefined {
  return log.messages[seq - log.from];
}

/** Without what is up to a position. */
export function cutUpTo(log: MessageLog, seq: number): MessageLog {
  if (seq < log.from) return log;
  return { from: seq + 1, messages: log.messages.slice(seq + 1 - log.from) };
}

/** Its newest messages. */
export function newestOf(log: MessageLog, count: number): MessageLog {
  return cutUpTo(log, endOf(log) - count);
}

// The other one is what came later: where neither was changed, it has the newer names.
function later(log: MessageLog, other: MessageLog, seq: number): Envelope {
  const [held, come] = [messageAt(log, seq)!, messageAt(other, seq)!];
  return come.version >= held.version ? come : held;
}
