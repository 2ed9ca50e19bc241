import { bind, type Method } from "./verbs.ts";
import type { Call } from "../types.ts";

const VERBS = [
  "send_message",
  "list_messages",
  "get_messages",
  "revoke_message",
  "forward_messages",
  "open_record",
] as const;

/** Saying, reading, taking back, passing on. Each method is the verb of its name in docs/verbs.md. */
export interface MessagesRoom {
  /**
   * Says something: kind text with body {text}, or kind custom with body {type, data}. Answers
   * the envelope. Choose the id (UUID version 7) yourself to make repeating safe.
   *
   * @throws {ChatError} `guests_cannot`, `kind_invalid`, `body_invalid`, `text_empty`,
   * `text_too_long`, `body_too_large`, `message_id_invalid`, `message_id_conflict`,
   * `conversation_not_found`, `profile_not_found`, `person_is_blocked`, `friends_only`,
   * `group_dissolved`, `you_are_muted`, `group_is_muted`, `message_not_found`,
   * `message_is_revoked`, `mentions_invalid`
   */
  sendMessage: Method<"send_message">;
  /**
   * One page of a conversation, oldest first: newest page, before_seq, or after_seq. At most
   * 200.
   *
   * @throws {ChatError} `conversation_not_found`, `seq_invalid`, `page_size_invalid`
   */
  listMessages: Method<"list_messages">;
  /**
   * Up to 200 messages of a conversation by their seq.
   *
   * @throws {ChatError} `conversation_not_found`, `page_size_invalid`
   */
  getMessages: Method<"get_messages">;
  /**
   * Takes back one message for everyone. Answers the notice; options.text is the text to edit,
   * for its sender. Safe to repeat.
   *
   * @throws {ChatError} `guests_cannot`, `message_not_found`, `not_your_message`,
   * `revoke_window_over`, `group_dissolved`, `busy`
   */
  revokeMessage: Method<"revoke_message">;
  /**
   * Passes messages on, mode each or merged, to several conversations. Answers the new
   * envelopes.
   *
   * @throws {ChatError} `guests_cannot`, `forward_invalid`, `message_not_found`,
   * `message_is_revoked`, `conversation_not_found`, `profile_not_found`, `person_is_blocked`,
   * `friends_only`, `group_dissolved`, `you_are_muted`, `group_is_muted`
   */
  forwardMessages: Method<"forward_messages">;
  /**
   * The entries of a forwarded record: from_name, from_avatar, type, data, create_time,
   * isremove.
   *
   * @throws {ChatError} `message_not_found`
   */
  openRecord: Method<"open_record">;
}

export function messagesRoom(call: Call): MessagesRoom {
  return bind(call, VERBS);
}
