// What a device holds of one conversation, and how answers of the server change it. Values, like the log.
import type { ConversationItem, ConversationPage, Envelope, Marks, SyncAnswer } from "../types.ts";
import {
  cutUpTo,
  emptyLog,
  endOf,
  joined,
  type MessageLog,
  newestOf,
  replaced,
  touches,
} from "./message_log.ts";
import { cleared, furthest, mergedItem, plainItem } from "./item.ts";
import { countUnread, isCountedHere, unreadAfter } from "./unread.ts";

/** The three numbers that sync works with. `seq` is always the end of the log. */
export type Cursor = { seq: number; version: number; state: number };

export type SyncItem = SyncAnswer["conversations"][number];
export type ListItem = ConversationPage[number] | ConversationItem;

export type Conversation = {
  /** As the list shows it. `last_seq` may be ahead of the log, until the next sync. */
  readonly item: ConversationItem;
  /** The newest messages. */
  readonly log: MessageLog;
  /** Older messages that somebody jumped to, until they grow together with the log. */
  readonly excerpt: MessageLog | null;
  /** Up to which change the messages held are as they are on the server. */
  readonly version: number;
  /** Up to which state the item is as it is on the server. */
  readonly state: number;
  /** What the server counted last, for which stretch of messages. */
  readonly counted: { unread: number; mentioned: boolean; after: number; upTo: number };
  /** The same for everything that came out of one beginning. */
  readonly born: symbol;
  /** Something cannot be known without asking: the next sync brings the item in any case. */
  readonly isStale: boolean;
};

/** A state that no conversation has: the answer brings the item in any case. */
const ANY_STATE = 999_999_999_999_999;

export function cursorOf(held: Conversation): Cursor {
  const state = held.isStale ? ANY_STATE : held.state;
  return { seq: endOf(held.log), version: held.version, state };
}

/** A conversation that is new here: the item, and the messages that came with it. */
export function newConversation(
  item: ConversationItem,
  log: MessageLog,
  cursor: Pick<Cursor, "version" | "state">,
): Conversation {
  return {
    item: plainItem(item),
    log,
    excerpt: null,
    version: cursor.version,
    state: cursor.state,
    counted: countedIn(item),
    born: Symbol(),
    isStale: false,
  };
}

/** With an answer of `sync`; `asked` is what was held when it was asked for. */
export function withSyncItem(
  held: Conversation | undefined,
  item: SyncItem,
  asked: Conversation | undefined,
  me: string,
): Conversation {
  const page = { from: item.from_seq + 1, messages: item.messages };
  const isRestored = asked !== undefined && endOf(asked.log) > item.last_seq;
  if (!held || isRestored) return newConversation(item, page, item.cursor);
  const clearedSeq = Math.max(held.item.cleared_seq, item.cleared_seq);
  const [kept, come] = [cutUpTo(held.log, clearedSeq), cutUpTo(page, clearedSeq)];
  // Without a common edge there would be a gap: what is held is given up for what came.
  if (!touches(kept, come)) return newConversation(item, page, item.cursor);

  let log = joined(kept, come);
  let excerpt = held.excerpt;
  for (const change of item.changes) {
    log = replaced(log, change);
    excerpt = excerpt && replaced(excerpt, change);
  }
  return counted({
    ...held,
    item: mergedItem(held.item, item, log),
    log,
    excerpt: excerpt && excerptOf(excerpt, clearedSeq),
    version: versionAfter(held, item, asked, log),
    state: Math.max(held.state, item.cursor.state),
    counted: countedIn(item),
  }, me);
}

// Up to which change everything that is held now is as it is on the server.
function versionAfter(
  held: Conversation,
  item: SyncItem,
  asked: Conversation | undefined,
  log: MessageLog,
): number {
  // The answer knows nothing of the changes to what has come since by another way: they are asked for.
  if (asked?.born !== held.born) return Math.min(held.version, item.cursor.version);
  const wasRewound = held.version < asked.version;
  // What was pushed meanwhile may lie beyond the page, and its changes with it.
  const knowsAll = item.cursor.seq >= Math.min(endOf(log), item.last_seq);
  return knowsAll && !wasRewound ? Math.max(held.version, item.cursor.version) : held.version;
}

/** With an item of the list. What it tells of messages is for sync to bring. */
export function withListItem(
  held: Conversation | undefined,
  item: ListItem,
  me: string,
): Conversation {
  if (!held) return newConversation(item, emptyLog(item.last_seq + 1), item);
  return counted({
    ...held,
    item: mergedItem(held.item, item, held.log),
    counted: countedIn(item),
  }, me);
}

/** With a message that comes right after the last one; null where it does not. */
export function withNext(held: Conversation, message: Envelope, me: string): Conversation | null {
  const end = endOf(held.log);
  // Behind what the list knows, a message may have been changed already: only sync knows.
  if (message.seq !== end + 1 || held.item.last_seq !== end) return null;
  const log = { from: held.log.from, messages: [...held.log.messages, message] };
  const item = {
    ...held.item,
    last_seq: message.seq,
    last_message: message,
    last_message_at: message.create_time,
  };
  return counted({ ...held, item, log }, me);
}

/** With a message that was revoked. */
export function withRevoked(held: Conversation, stub: Envelope, me: string): Conversation {
  // A message that is not here yet may still come by a late push in its old form, and one that the server counted
  // as unread may not be here to tell: only sync may count these changes.
  const isKnown = stub.seq <= endOf(held.log) &&
    (stub.seq <= unreadAfter(held.item) || isCountedHere(held));
  const isNext = stub.version === held.version + 1 && isKnown;
  const { last_message } = held.item;
  const isLast = last_message?.id === stub.id && last_message.version < stub.version;
  return counted({
    ...held,
    item: {
      ...held.item,
      last_message: isLast ? stub : last_message,
      version: Math.max(held.item.version, stub.version),
    },
    log: replaced(held.log, stub),
    excerpt: held.excerpt && replaced(held.excerpt, stub),
    version: isNext ? stub.version : held.version,
  }, me);
}

/** With the marks that a person made on this or another device. */
export function withMarks(held: Conversation, marks: Marks, me: string): Conversation {
  if (marks.state < held.item.state) return held;
  const { conversation_id: _, ...own } = marks;
  const item = cleared({ ...held.item, ...furthest(held.item, own) });
  // Another gap: what was cleared has not come here, nor its time.
  const isComplete = marks.state === held.state + 1 && item.cleared_seq <= endOf(held.log);
  return counted({
    ...held,
    item,
    log: cutUpTo(held.log, item.cleared_seq),
    excerpt: held.excerpt && excerptOf(held.excerpt, item.cleared_seq),
    // A gap means that something changed besides the marks.
    state: isComplete ? marks.state : held.state,
  }, me);
}

/** Read up to a position, here or on another device. */
export function withRead(held: Conversation, seq: number, me: string): Conversation {
  if (seq <= held.item.read_seq) return held;
  return counted({ ...held, item: { ...held.item, read_seq: seq } }, me);
}

/** The other one in a direct conversation has read up to a position. */
export function withPeerRead(held: Conversation, seq: number): Conversation {
  const { peer } = held.item;
  if (!peer || peer.read_seq >= seq) return held;
  return { ...held, item: { ...held.item, peer: { ...peer, read_seq: seq } } };
}

/**
 * With a page of messages that was asked for when the version was `version`; a jump may lead away from what is held.
 * A page may be older than changes that came meanwhile: they are asked for once more.
 */
export function withPage(
  held: Conversation,
  page: MessageLog,
  version: number,
  isJump: boolean,
): Conversation {
  // What is newer than the log comes by sync, which knows how it was changed.
  const inside = page.messages.filter(({ seq }) => seq <= endOf(held.log));
  const from = excerptOf({ from: page.from, messages: inside }, held.item.cleared_seq);
  if (!from) return held;
  const rewound = { ...held, version: Math.min(held.version, version) };
  if (touches(held.log, from)) return grown({ ...rewound, log: joined(held.log, from) });
  const { excerpt } = held;
  if (excerpt && touches(excerpt, from)) return { ...rewound, excerpt: joined(excerpt, from) };
  return isJump ? { ...rewound, excerpt: from } : held;
}

/** With no more than so many messages; the count of unread ones is kept. */
export function trimmed(held: Conversation, count: number): Conversation {
  if (held.log.messages.length <= count && !held.excerpt) return held;
  const { unread, mentioned } = held.item;
  const after = unreadAfter(held.item);
  return {
    ...held,
    log: newestOf(held.log, count),
    excerpt: null,
    counted: isAbreast(held) ? { unread, mentioned, after, upTo: endOf(held.log) } : held.counted,
  };
}

/** Whether the log reaches as far as the list. */
export function isAbreast(held: Conversation): boolean {
  return endOf(held.log) === held.item.last_seq;
}

// Once the excerpt and the log touch, they are one.
function grown(held: Conversation): Conversation {
  const { log, excerpt } = held;
  if (!excerpt || !touches(log, excerpt)) return held;
  return { ...held, log: joined(excerpt, log), excerpt: null };
}

function excerptOf(log: MessageLog, clearedSeq: number): MessageLog | null {
  const left = cutUpTo(log, clearedSeq);
  return left.messages.length ? left : null;
}

function counted(held: Conversation, me: string): Conversation {
  const count = countUnread(held, me);
  if (!count) return { ...held, isStale: true };
  const { unread, mentioned } = count;
  if (unread === held.item.unread && mentioned === held.item.mentioned) return held;
  return { ...held, item: { ...held.item, unread, mentioned } };
}

function countedIn(item: ConversationItem): Conversation["counted"] {
  const { unread, mentioned, last_seq } = item;
  return { unread, mentioned, after: unreadAfter(item), upTo: last_seq };
}
