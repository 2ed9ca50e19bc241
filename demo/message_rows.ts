// Messages as lines of the page: grouped by who said them and when, with lines between days.
import type { Envelope } from "../client/index.ts";
import { dayOf } from "./times.ts";

export type MessageRow = {
  readonly message: Envelope;
  /** Begins a day: the line above it. */
  readonly isNewDay: boolean;
  /** The first one that had not been read. */
  readonly isFirstNew: boolean;
  /** First and last of what one person said in one go. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
};

/** What was said after `readSeq` by others counts as new; null when nothing was. */
export function messageRows(
  messages: readonly Envelope[],
  me: string,
  readSeq: number | null,
): MessageRow[] {
  const firstNew = readSeq === null
    ? undefined
    : messages.find(({ seq, from_id, type }) =>
      seq > readSeq && from_id !== me && type !== "systemNotice"
    );
  return messages.map((message, i) => {
    const [before, after] = [messages[i - 1], messages[i + 1]];
    const isNewDay = !before ||
      dayOf(before.create_time) !== dayOf(message.create_time);
    const isFirstNew = message === firstNew;
    return {
      message,
      isNewDay,
      isFirstNew,
      isFirst: isNewDay || isFirstNew || !before ||
        !belongTogether(before, message),
      isLast: !after || after === firstNew || !belongTogether(message, after),
    };
  });
}

function belongTogether(one: Envelope, other: Envelope): boolean {
  return one.type !== "systemNotice" && other.type !== "systemNotice" &&
    one.from_id === other.from_id && minuteOf(one) === minuteOf(other);
}

function minuteOf({ create_time }: Envelope): number {
  return Math.floor(create_time / 60_000);
}
