// What is shown: made from the state when somebody looks, and the same object until it changes.
import type { ConversationItem, Envelope, Friend, FriendRequest, GroupRequest } from "../types.ts";
import type { Outgoing } from "../outbox/outgoing.ts";
import type { State } from "./state.ts";

/** The messages of a conversation that are held, and whether there are more. */
export type MessagesView = {
  readonly messages: readonly Envelope[];
  /** One's own that the server has not confirmed, in the order in which they will be sent. They come last. */
  readonly outgoing: readonly Outgoing[];
  readonly has_older: boolean;
  /** True while older messages are shown that somebody jumped to. */
  readonly has_newer: boolean;
};

/** Friends, and requests that wait or have been answered. */
export type PeopleView = {
  readonly friends: readonly Friend[];
  readonly received: readonly FriendRequest[];
  readonly sent: readonly FriendRequest[];
  readonly groups: readonly GroupRequest[];
};

export const NO_MESSAGES: MessagesView = {
  messages: [],
  outgoing: [],
  has_older: false,
  has_newer: false,
};

/** The list of conversations, without those that are hidden. */
export function listed(state: State): ConversationItem[] {
  return sorted(state).filter(({ hidden_seq, last_seq }) =>
    hidden_seq === null || last_seq > hidden_seq
  );
}

/** All conversations: pinned ones first, then by the newest message. */
export function sorted(state: State): ConversationItem[] {
  return [...state.conversations.values()]
    .map(({ item }) => item)
    .sort((a, b) =>
      Number(b.pinned) - Number(a.pinned) || b.last_message_at - a.last_message_at ||
      (a.id < b.id ? 1 : -1)
    );
}

export function messagesView(state: State, id: string): MessagesView {
  const held = state.conversations.get(id);
  if (!held) return NO_MESSAGES;
  const shown = held.excerpt ?? held.log;
  const arrived = new Set(shown.messages.map((message) => message.id));
  return {
    messages: shown.messages,
    outgoing: held.excerpt
      ? []
      : state.outgoing.filter((message) =>
        message.conversation_id === id && !arrived.has(message.id)
      ),
    has_older: shown.from > held.item.cleared_seq + 1,
    has_newer: held.excerpt !== null,
  };
}
