import { bind, type Method } from "./verbs.ts";
import type { Call } from "../types.ts";

const VERBS = [
  "open_direct",
  "list_conversations",
  "pin_conversation",
  "mute_conversation",
  "hide_conversation",
  "clear_history",
  "mark_read",
  "sync",
] as const;

/** The list, and what a conversation is to oneself. Each method is the verb of its name in docs/verbs.md. */
export interface ConversationsRoom {
  /**
   * The direct conversation with somebody, as `listConversations` shows it; made if there is
   * none.
   *
   * @throws {ChatError} `cannot_be_yourself`, `profile_not_found`, `person_is_blocked`,
   * `friends_only`
   */
  openDirect: Method<"open_direct">;
  /**
   * The caller's conversations with newest message and exact unread, pinned first; page on with
   * the last item's cursor.
   *
   * @throws {ChatError} `page_size_invalid`, `cursor_invalid`
   */
  listConversations: Method<"list_conversations">;
  /**
   * Puts a conversation on top of the caller's list, or takes it down again.
   *
   * @throws {ChatError} `conversation_not_found`
   */
  pinConversation: Method<"pin_conversation">;
  /**
   * Makes a conversation silent for the caller, or lets it be heard again.
   *
   * @throws {ChatError} `conversation_not_found`
   */
  muteConversation: Method<"mute_conversation">;
  /**
   * Takes a conversation out of the caller's list until something new is said in it.
   *
   * @throws {ChatError} `conversation_not_found`
   */
  hideConversation: Method<"hide_conversation">;
  /**
   * Empties a conversation for the caller; the others keep everything.
   *
   * @throws {ChatError} `conversation_not_found`
   */
  clearHistory: Method<"clear_history">;
  /**
   * Marks everything up to a position as read; answers the marks and what is left unread.
   *
   * @throws {ChatError} `conversation_not_found`, `seq_invalid`
   */
  markRead: Method<"mark_read">;
  /**
   * Everything new since the cursors a client holds: messages, marks, notices. Bounded; repeat
   * while has_more.
   *
   * @throws {ChatError} `cursor_invalid`, `seq_invalid`, `page_size_invalid`
   */
  sync: Method<"sync">;
}

export function conversationsRoom(call: Call): ConversationsRoom {
  return bind(call, VERBS);
}
