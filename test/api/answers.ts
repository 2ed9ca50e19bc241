// What each verb answers. Every answer that a test gets is held against it.
import { z } from "npm:zod@4.6.7";
import {
  ConversationItem,
  ConversationPage,
  Envelope,
  Face,
  GroupLink,
  Marks,
  Media,
  MemberItem,
  MessageMedia,
  OrphanedFiles,
  RecordEntry,
  SyncAnswer,
  Upload,
} from "../../functions/_shared/contract.ts";

const OwnProfile = Face.extend({
  nickname: z.string().nullable(),
  requires_friend_approval: z.boolean(),
  requires_group_approval: z.boolean(),
});

const FriendRequest = z.strictObject({
  id: z.uuid(),
  status: z.enum(["pending", "refused", "ignored", "withdrawn"]),
  note: z.string().max(50),
  create_time: z.int().positive(),
  person: Face,
});

const Asked = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("pending"), request_id: z.uuid() }),
  z.strictObject({ status: z.literal("accepted"), request_id: z.null() }),
]);

const Joining = <Status extends string>(...statuses: Status[]) =>
  z.strictObject({ status: z.enum(statuses), conversation_id: z.uuid() });

const GroupRequest = z.strictObject({
  id: z.uuid(),
  conversation_id: z.uuid(),
  awaits_person: z.boolean(),
  awaits_group: z.boolean(),
  note: z.string().max(50),
  create_time: z.int().positive(),
  group: z.strictObject({
    name: z.string(),
    avatar: z.string().nullable(),
    member_count: z.int().positive(),
  }),
  person: Face,
  inviter: Face.nullable(),
});

const Invited = z.strictObject({
  user_id: z.uuid(),
  status: z.enum(["joined", "already_in", "awaits_person", "awaits_group"]),
});

const GroupPreview = z.strictObject({
  name: z.string(),
  avatar: z.string().nullable(),
  member_count: z.int().positive(),
  join_mode: z.enum(["open", "approval", "closed"]),
  is_member: z.boolean(),
});

/** A file as its owner sees it. */
const OWN = {
  owner_id: z.uuid(),
  is_checked: z.boolean(),
  time: z.int().nonnegative().optional(),
  cover: MessageMedia.shape.cover,
};

export const ANSWERS = {
  answer_friend_request: z.null(),
  answer_group_invitation: Joining("joined", "refused", "awaits_group"),
  answer_join_request: Joining("joined", "refused", "awaits_person"),
  block_user: z.null(),
  claim_orphaned_files: OrphanedFiles,
  choose_cover: Media.extend(OWN).strict(),
  clear_history: Marks,
  create_group: ConversationItem,
  delete_media: z.null(),
  dissolve_group: z.null(),
  find_profile: Face,
  forward_messages: z.array(Envelope),
  get_group_link: GroupLink.strict(),
  get_messages: z.array(Envelope),
  get_profile: z.union([OwnProfile, Face]),
  get_upload: Upload.extend({ ...OWN, id: z.uuid() }).strict(),
  hide_conversation: Marks,
  invite_to_group: z.array(Invited),
  join_group: Joining("joined", "already_in", "awaits_group"),
  leave_group: z.null(),
  list_conversations: ConversationPage,
  list_friend_requests: z.array(FriendRequest),
  list_group_requests: z.array(GroupRequest),
  list_members: z.array(MemberItem),
  list_messages: z.array(Envelope),
  mark_read: Marks.extend({ unread: z.int().nonnegative(), mentioned: z.boolean() }),
  mute_conversation: Marks,
  mute_group: z.null(),
  mute_member: z.null(),
  open_direct: ConversationItem,
  open_record: z.array(RecordEntry),
  pin_conversation: Marks,
  prepare_cover: z.strictObject({
    owner_id: z.uuid(),
    bucket: z.literal("chat-covers"),
    path: z.string(),
    cover: Media.extend(OWN).strict().nullable(),
  }),
  prepare_upload: z.strictObject({ bucket: z.string(), path: z.string() }),
  preview_group: GroupPreview,
  remove_friend: z.null(),
  remove_member: z.null(),
  request_friend: Asked,
  reset_group_link: GroupLink.strict(),
  revoke_message: Envelope,
  send_message: Envelope,
  set_friend_remark: z.null(),
  set_group: ConversationItem,
  set_group_role: z.null(),
  set_my_group_face: ConversationItem,
  set_profile: OwnProfile,
  sync: SyncAnswer,
  transfer_group: z.null(),
  unblock_user: z.null(),
  version: z.string(),
  withdraw_friend_request: z.null(),
} as const;

export type Verb = keyof typeof ANSWERS;
export type Answer<V extends Verb> = z.infer<typeof ANSWERS[V]>;
