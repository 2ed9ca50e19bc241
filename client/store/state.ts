// Everything that one signed-in person sees on this device.
import type { Envelope, Friend, FriendRequest, GroupRequest } from "../types.ts";
import type { Outgoing } from "../outbox/outgoing.ts";
import { type Conversation, trimmed } from "./conversation.ts";

export type State = {
  readonly me: string;
  readonly conversations: Map<string, Conversation>;
  /** Ids of conversations in the order in which their messages were last looked at. */
  readonly used: Set<string>;
  readonly openId: { current: string | null };
  readonly notices: NoticeBoard;
  readonly people: People;
  outgoing: readonly Outgoing[];
  drafts: ReadonlyMap<string, string>;
  readonly touch: (name: string) => void;
};

/** Notices, the newest ones, and the seq up to which all have come. */
export type NoticeBoard = { seq: number; newest: readonly Envelope[] };

export type People = {
  friends: readonly Friend[];
  received: readonly FriendRequest[];
  sent: readonly FriendRequest[];
  /** Invitations and requests to join that concern the person. */
  groups: readonly GroupRequest[];
};

const MAX_NOTICES = 200;

export function createState(me: string, touch: (name: string) => void): State {
  return {
    me,
    conversations: new Map(),
    used: new Set(),
    openId: { current: null },
    notices: { seq: 0, newest: [] },
    people: { friends: [], received: [], sent: [], groups: [] },
    outgoing: [],
    drafts: new Map(),
    touch,
  };
}

export function messagesName(conversationId: string): string {
  return `messages:${conversationId}`;
}

/** Puts a conversation in the place of what is held of it; null takes it away. */
export function keep(state: State, id: string, conversation: Conversation | null): void {
  const held = state.conversations.get(id);
  if (held === (conversation ?? undefined)) return;
  if (conversation) state.conversations.set(id, conversation);
  else state.conversations.delete(id);
  if (held?.item !== conversation?.item) state.touch("conversations");
  if (held?.log !== conversation?.log || held?.excerpt !== conversation?.excerpt) {
    state.touch(messagesName(id));
  }
}

/** Changes a conversation that is held; whether it is. */
export function change(
  state: State,
  id: string,
  how: (held: Conversation) => Conversation,
): boolean {
  const held = state.conversations.get(id);
  if (held) keep(state, id, how(held));
  return held !== undefined;
}

/** Adds notices that follow each other; whether they follow what is held. */
export function addNotices(state: State, notices: readonly Envelope[]): boolean {
  const board = state.notices;
  const fresh = notices.filter(({ seq }) => seq > board.seq);
  if (fresh.some(({ seq }, i) => seq !== board.seq + 1 + i)) return false;
  if (fresh.length) {
    board.seq += fresh.length;
    board.newest = [...board.newest, ...fresh].slice(-MAX_NOTICES);
    state.touch("notices");
  }
  return true;
}

/** Lets go of messages that nobody has looked at for long. */
export function trim(state: State, maxLogs: number, maxLength: number): void {
  const kept = new Set([...state.used].slice(-maxLogs));
  for (const [id, conversation] of state.conversations) {
    if (id === state.openId.current) continue;
    keep(state, id, trimmed(conversation, kept.has(id) ? maxLength : 0));
  }
  for (const id of state.used) if (!kept.has(id)) state.used.delete(id);
}

/** Somebody looks at these messages. */
export function use(state: State, id: string): void {
  state.used.delete(id);
  state.used.add(id);
}
