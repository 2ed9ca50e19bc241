// The verbs of the model: what people call, as docs/verbs.md and docs/envelope.md say it.
import type { Answers, Args, Verb } from "../../client/types.ts";
import type { SyncItem } from "../../client/store/conversation.ts";
import { type Place, refused } from "./model_parts.ts";
import type { ModelServer } from "./model_server.ts";

export type Run = (server: ModelServer, me: string, args: never) => unknown;

export const VERBS: Partial<Record<Verb, Run>> = {
  send_message: (server, me, { id, conversation_id, body, mentions }: Args<"send_message">) => {
    const place = server.placeOf(me, conversation_id);
    const known = [...server.places.values()].flatMap(({ messages }) => messages)
      .find((message) => message.id === id);
    const { text } = body as { text: string };
    if (known) return known;
    if (text === "") throw refused("text_empty", 400);
    return server.append(place, {
      from: me,
      text,
      ...id ? { id } : {},
      ...mentions ? { mentions } : {},
    });
  },
  revoke_message: (server, me, { message_id }: Args<"revoke_message">) => {
    for (const place of server.places.values()) {
      const message = place.messages.find(({ id }) => id === message_id);
      if (message && place.members.get(me)?.isIn) return server.revoke(place, message.seq);
    }
    throw refused("message_not_found", 404);
  },
  mark_read: (server, me, { conversation_id, seq }: Args<"mark_read">) =>
    server.markRead(server.placeOf(me, conversation_id), me, seq),
  pin_conversation: (server, me, { conversation_id, pinned }: Args<"pin_conversation">) =>
    server.changeMarks(server.placeOf(me, conversation_id), me, { pinned: pinned ?? true }),
  mute_conversation: (server, me, { conversation_id, muted }: Args<"mute_conversation">) =>
    server.changeMarks(server.placeOf(me, conversation_id), me, { muted: muted ?? true }),
  hide_conversation: (server, me, { conversation_id }: Args<"hide_conversation">) => {
    const place = server.placeOf(me, conversation_id);
    return server.changeMarks(place, me, { hidden_seq: place.messages.length });
  },
  clear_history: (server, me, { conversation_id }: Args<"clear_history">) => {
    const place = server.placeOf(me, conversation_id);
    const last = place.messages.length;
    return server.changeMarks(place, me, { cleared_seq: last, read_seq: last });
  },
  leave_group: (server, me, { conversation_id }: Args<"leave_group">) => {
    server.takeOut(server.placeOf(me, conversation_id), me);
    return null;
  },
  list_conversations: (server, me, args: Args<"list_conversations">) => {
    const all = server.list(me);
    const from = all.findIndex(({ id }) => id === args.after_cursor) + 1;
    return all.slice(from, from + (args.page_size ?? 50)).map((item) => ({
      ...item,
      cursor: item.id,
    }));
  },
  list_messages: (server, me, args: Args<"list_messages">) => {
    const { before_seq = Infinity, after_seq, page_size = 50 } = args;
    const history = server.history(me, args.conversation_id).filter(({ seq }) => seq < before_seq);
    return after_seq === undefined
      ? history.slice(-page_size)
      : history.filter(({ seq }) => seq > after_seq).slice(0, page_size);
  },
  list_friend_requests: () => [],
  list_group_requests: () => [],
  sync: (server, me, args: Args<"sync">) => sync(server, me, args),
};

type Cursors = Record<string, { seq: number; version: number; state: number }>;

function sync(server: ModelServer, me: string, args: Args<"sync">): Answers["sync"] {
  const { page_size: size = 500, notice_seq: held = 0 } = args;
  const cursors = (args.cursors ?? {}) as Cursors;
  const moved = [...server.places.values()].filter((place) =>
    hasMoved(place, me, cursors[place.id])
  )
    .toSorted((a, b) => b.last_message_at - a.last_message_at || (a.id < b.id ? -1 : 1));
  const conversations: SyncItem[] = [];
  let left = size;
  let has_more = false;
  for (const place of moved) {
    if (left <= 0) {
      has_more = true;
      break;
    }
    const item = syncItem(server, place, me, cursors[place.id], left);
    conversations.push(item);
    left -= item.messages.length + item.changes.length;
    has_more ||= item.has_more;
  }
  const all = server.notices.get(me)!;
  const notices = all.slice(held <= all.length ? held : 0).slice(0, size);
  return {
    conversations,
    gone: Object.keys(cursors).filter((id) => !server.places.get(id)?.members.get(me)?.isIn),
    notices,
    has_more: has_more || notices.length === size,
    server_time: server.now(),
  };
}

function hasMoved(place: Place, me: string, held: Cursors[string] | undefined): boolean {
  const member = place.members.get(me);
  if (!member?.isIn) return false;
  const last = place.messages.length;
  if (!held && last <= (member.hidden_seq ?? -1)) return false;
  return last !== (held?.seq ?? -1) || place.version !== (held?.version ?? 0) ||
    member.state !== (held?.state ?? 0);
}

function syncItem(
  server: ModelServer,
  place: Place,
  me: string,
  held: Cursors[string] | undefined,
  size: number,
): SyncItem {
  const item = server.item(place, me);
  const last = item.last_seq;
  const goesOn = held !== undefined && held.seq <= last;
  const from = Math.max(item.cleared_seq, goesOn ? held.seq : Math.max(0, last - 50));
  const changed = goesOn
    ? place.changes.filter(({ version }) => version > held.version).slice(0, size)
    : [];
  const isFull = changed.length === size;
  const until = Math.min(last, from + size - changed.length);
  const seqs = new Set(changed.map(({ seq }) => seq));
  return {
    ...item,
    cursor: {
      seq: until,
      version: isFull ? changed.at(-1)!.version : place.version,
      state: item.state,
    },
    from_seq: from,
    messages: place.messages.slice(from, until),
    changes: place.messages.filter(({ seq }) =>
      seqs.has(seq) && seq > item.cleared_seq && seq <= from
    ),
    has_more: until < last || isFull,
  };
}
