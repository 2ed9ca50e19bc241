// The chat's live state in React. An entry point of its own, for apps that have React.
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useSyncExternalStore,
} from "react";
import type { Chat } from "./create_chat.ts";
import type { SignalsView } from "./live/signals.ts";
import type { Outgoing } from "./outbox/outgoing.ts";
import type { Status } from "./slices.ts";
import type { Slice } from "./store/hub.ts";
import type { MessagesView, PeopleView } from "./store/views.ts";
import type { ConversationItem, Envelope } from "./types.ts";

const ChatContext = createContext<Chat | null>(null);

/** Gives the chat to everything below. It does not start it: that is for whoever created it. */
export function ChatProvider(
  { chat, children }: { chat: Chat; children?: ReactNode },
): ReactElement {
  return createElement(ChatContext.Provider, { value: chat }, children);
}

/** The chat of the `ChatProvider` above. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error("useChat needs a ChatProvider above it");
  return chat;
}

/** A part of the live state, always as it is now. */
export function useSlice<Value>(slice: Slice<Value>): Value {
  // On a server it is what is known there: nothing, unless the app has started a chat.
  return useSyncExternalStore(slice.subscribe, slice.getSnapshot, slice.getSnapshot);
}

export function useStatus(): Status {
  return useSlice(useChat().live.status);
}

/** The list: pinned ones first, then by the newest message. */
export function useConversations(): readonly ConversationItem[] {
  return useSlice(useChat().live.conversations);
}

/** One conversation of the list; null while it is not in it. */
export function useConversation(id: string): ConversationItem | null {
  return useConversations().find((item) => item.id === id) ?? null;
}

export function useMessages(conversationId: string): MessagesView {
  return useSlice(useChat().live.messages(conversationId));
}

/** Messages that the server has not confirmed, of all conversations. */
export function useOutgoing(): readonly Outgoing[] {
  return useSlice(useChat().live.outgoing);
}

export function usePeople(): PeopleView {
  return useSlice(useChat().live.people);
}

export function useNotices(): readonly Envelope[] {
  return useSlice(useChat().live.notices);
}

/** What has been begun to write in a conversation. */
export function useDraft(conversationId: string): string {
  return useSlice(useChat().live.drafts).get(conversationId) ?? "";
}

/** Who types and who is there, in the open conversation. */
export function useSignals(): SignalsView {
  return useSlice(useChat().live.signals);
}
