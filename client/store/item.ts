// A conversation as the list shows it, made of what is held and what the server answers.
import type { ConversationItem, Envelope, Marks, SyncAnswer } from "../types.ts";
import { endOf, type MessageLog } from "./message_log.ts";

/** What is held and what came, each as far as it is ahead. */
export function mergedItem(
  held: ConversationItem,
  come: ConversationItem,
  log: MessageLog,
): ConversationItem {
  const marks = come.state < held.state ? { ...come, ...marksOf(held) } : come;
  const newest = come.last_seq < endOf(log) ? held : come;
  const forms = [come.last_message, held.last_message, log.messages.at(-1) ?? null]
    .filter((message) => message?.seq === newest.last_seq);
  return cleared(plainItem({
    ...marks,
    ...furthest(held, marks),
    last_seq: Math.max(come.last_seq, endOf(log)),
    last_message: forms.reduce(lastChanged, null),
    last_message_at: newest.last_message_at,
    peer: come.peer && {
      ...come.peer,
      read_seq: Math.max(come.peer.read_seq, held.peer?.read_seq ?? 0),
    },
  }));
}

function lastChanged(one: Envelope | null, other: Envelope | null): Envelope | null {
  return one && one.version >= (other?.version ?? 0) ? one : other;
}

function marksOf(item: ConversationItem) {
  const { state, hidden_seq, pinned, muted } = item;
  return { state, hidden_seq, pinned, muted };
}

/** With the marks that only move forward as far as either of the two has them. */
export function furthest<M extends Pick<Marks, "read_seq" | "cleared_seq">>(held: M, come: M): M {
  return {
    ...come,
    read_seq: Math.max(held.read_seq, come.read_seq),
    cleared_seq: Math.max(held.cleared_seq, come.cleared_seq),
  };
}

/** Without a last message that was cleared. */
export function cleared(item: ConversationItem): ConversationItem {
  const isGone = item.last_message && item.last_message.seq <= item.cleared_seq;
  return isGone ? { ...item, last_message: null } : item;
}

/** Without what answers carry besides the item. */
export function plainItem(
  item: ConversationItem & Partial<SyncAnswer["conversations"][number]>,
): ConversationItem {
  const { cursor: _, from_seq: _f, messages: _m, changes: _c, has_more: _h, ...plain } = item;
  return plain;
}
