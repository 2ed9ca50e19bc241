import { bind, type Method } from "./verbs.ts";
import type { Call } from "../types.ts";

const VERBS = [
  "request_friend",
  "withdraw_friend_request",
  "answer_friend_request",
  "list_friend_requests",
  "remove_friend",
  "set_friend_remark",
  "block_user",
  "unblock_user",
] as const;

/** Asking, answering, and shutting out. Each method is the verb of its name in docs/verbs.md. */
export interface FriendsRoom {
  /**
   * Asks somebody to be friends. Answers status pending with the request_id, or accepted.
   *
   * @throws {ChatError} `guests_cannot`, `cannot_be_yourself`, `note_invalid`,
   * `profile_not_found`, `person_is_blocked`, `already_friends`, `friend_request_pending`,
   * `friend_request_too_soon`
   */
  requestFriend: Method<"request_friend">;
  /**
   * Takes back a friend request that has not been answered.
   *
   * @throws {ChatError} `guests_cannot`, `friend_request_not_found`
   */
  withdrawFriendRequest: Method<"withdraw_friend_request">;
  /**
   * Answers a friend request with accept, refuse or ignore; a remark is what the caller calls
   * the new friend.
   *
   * @throws {ChatError} `guests_cannot`, `answer_invalid`, `remark_invalid`,
   * `friend_request_not_found`
   */
  answerFriendRequest: Method<"answer_friend_request">;
  /**
   * Friend requests received or sent, newest first; page on with the last id.
   *
   * @throws {ChatError} `guests_cannot`, `direction_invalid`, `page_size_invalid`
   */
  listFriendRequests: Method<"list_friend_requests">;
  /**
   * Ends a friendship for both sides. The conversation stays.
   *
   * @throws {ChatError} `guests_cannot`, `friend_not_found`
   */
  removeFriend: Method<"remove_friend">;
  /**
   * Changes what the caller calls a friend; an empty remark removes it.
   *
   * @throws {ChatError} `guests_cannot`, `remark_invalid`, `friend_not_found`
   */
  setFriendRemark: Method<"set_friend_remark">;
  /**
   * Shuts somebody out: they cannot find, ask or write to the caller. They are not told.
   *
   * @throws {ChatError} `cannot_be_yourself`, `profile_not_found`
   */
  blockUser: Method<"block_user">;
  /**
   * Lets somebody in again who was blocked.
   */
  unblockUser: Method<"unblock_user">;
}

export function friendsRoom(call: Call): FriendsRoom {
  return bind(call, VERBS);
}
