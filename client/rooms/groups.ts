import { bind, type Method } from "./verbs.ts";
import type { Call } from "../types.ts";

const VERBS = [
  "create_group",
  "set_group",
  "set_my_group_face",
  "list_members",
  "invite_to_group",
  "answer_group_invitation",
  "join_group",
  "answer_join_request",
  "list_group_requests",
  "get_group_link",
  "reset_group_link",
  "preview_group",
  "set_group_role",
  "transfer_group",
  "mute_member",
  "mute_group",
  "remove_member",
  "leave_group",
  "dissolve_group",
] as const;

/** Making groups, coming in, roles, and leaving. Each method is the verb of its name in docs/verbs.md. */
export interface GroupsRoom {
  /**
   * Makes a group and invites people; answers it as `listConversations` shows it.
   *
   * @throws {ChatError} `guests_cannot`, `group_name_invalid`, `avatar_url_invalid`,
   * `people_invalid`, `profile_not_found`, `groups_owned_limit`, `group_is_full`
   */
  createGroup: Method<"create_group">;
  /**
   * Changes name, picture, announcement, join mode or history of a group.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `role_too_low`,
   * `group_name_invalid`, `avatar_url_invalid`, `announcement_invalid`, `join_mode_invalid`
   */
  setGroup: Method<"set_group">;
  /**
   * Changes how the caller looks in one group.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `nickname_invalid`,
   * `avatar_url_invalid`
   */
  setMyGroupFace: Method<"set_my_group_face">;
  /**
   * The people in a group with role and face; at most 500, page on with the last id.
   *
   * @throws {ChatError} `conversation_not_found`, `page_size_invalid`
   */
  listMembers: Method<"list_members">;
  /**
   * Invites people to a group. Answers for each joined, already_in, awaits_person or
   * awaits_group.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `role_too_low`,
   * `people_invalid`, `profile_not_found`, `group_is_full`
   */
  inviteToGroup: Method<"invite_to_group">;
  /**
   * Answers an invitation to a group: accept or refuse. Answers joined, refused, or
   * awaits_group.
   *
   * @throws {ChatError} `guests_cannot`, `answer_invalid`, `group_request_not_found`,
   * `profile_not_found`, `group_is_full`
   */
  answerGroupInvitation: Method<"answer_group_invitation">;
  /**
   * Joins a group by the code of its link. Answers joined, already_in or awaits_group.
   *
   * @throws {ChatError} `guests_cannot`, `note_invalid`, `group_not_found`, `group_is_closed`,
   * `profile_not_found`, `group_is_full`
   */
  joinGroup: Method<"join_group">;
  /**
   * Answers a request to join a group one manages: accept or refuse.
   *
   * @throws {ChatError} `answer_invalid`, `group_request_not_found`, `profile_not_found`,
   * `group_is_full`
   */
  answerJoinRequest: Method<"answer_join_request">;
  /**
   * Open invitations and requests to join that concern the caller; page on with the last id.
   *
   * @throws {ChatError} `page_size_invalid`
   */
  listGroupRequests: Method<"list_group_requests">;
  /**
   * Join code, name and url of a group, for its QR code.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `group_is_closed`
   */
  getGroupLink: Method<"get_group_link">;
  /**
   * Makes a new link into a group; the old one leads nowhere.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `role_too_low`,
   * `group_is_closed`
   */
  resetGroupLink: Method<"reset_group_link">;
  /**
   * What a group looks like to somebody who holds its code.
   *
   * @throws {ChatError} `group_not_found`
   */
  previewGroup: Method<"preview_group">;
  /**
   * Makes somebody admin or member.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `role_too_low`,
   * `role_invalid`, `member_not_found`
   */
  setGroupRole: Method<"set_group_role">;
  /**
   * Gives a group to another member.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `role_too_low`,
   * `cannot_be_yourself`, `member_not_found`, `profile_not_found`, `guests_cannot`,
   * `groups_owned_limit`
   */
  transferGroup: Method<"transfer_group">;
  /**
   * Silences a member for some minutes; null until lifted, 0 lifts it.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `role_too_low`,
   * `minutes_invalid`, `member_not_found`
   */
  muteMember: Method<"mute_member">;
  /**
   * Lets only owner and admins speak, or everybody again.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `role_too_low`
   */
  muteGroup: Method<"mute_group">;
  /**
   * Takes somebody of lower rank out of a group.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `role_too_low`,
   * `member_not_found`
   */
  removeMember: Method<"remove_member">;
  /**
   * Leaves a group.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `owner_cannot_leave`
   */
  leaveGroup: Method<"leave_group">;
  /**
   * Ends a group for everybody; it can still be read.
   *
   * @throws {ChatError} `conversation_not_found`, `group_dissolved`, `role_too_low`
   */
  dissolveGroup: Method<"dissolve_group">;
}

export function groupsRoom(call: Call): GroupsRoom {
  return bind(call, VERBS);
}
