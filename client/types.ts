// The words of the wire, as types only: nothing of zod or of the generated schema is loaded at run time.
import type { Database } from "../functions/_shared/database.gen.ts";
import type {
  ConversationItem,
  ConversationPage,
  Envelope,
  Face,
  Marks,
  Media,
  MemberItem,
  PushEvent,
  RecordEntry,
  SyncAnswer,
  Upload as StoredUpload,
} from "../functions/_shared/contract.ts";

export type { ConversationItem, Envelope, Face, Marks, MemberItem, PushEvent, RecordEntry };
export type { ConversationPage, SyncAnswer };

type Functions = Database["chat"]["Functions"];

/** Oneself, with what only oneself sees. */
export type OwnProfile = Face & {
  nickname: string | null;
  requires_friend_approval: boolean;
  requires_group_approval: boolean;
};

/** One row of the view `chat.friends`. */
export type Friend = Database["chat"]["Views"]["friends"]["Row"];

export type FriendRequest = {
  id: string;
  status: "pending" | "refused" | "ignored" | "withdrawn";
  note: string;
  create_time: number;
  person: Face;
};

export type GroupRequest = {
  id: string;
  conversation_id: string;
  awaits_person: boolean;
  awaits_group: boolean;
  note: string;
  create_time: number;
  group: { name: string; avatar: string | null; member_count: number };
  person: Face;
  inviter: Face | null;
};

export type GroupPreview = {
  name: string;
  avatar: string | null;
  member_count: number;
  join_mode: "open" | "approval" | "closed";
  is_member: boolean;
};

export type GroupLink = { url: string; join_code: string; name: string };

type Joining<Status extends string> = { status: Status; conversation_id: string };

/** What each verb answers. */
export type Answers = {
  answer_friend_request: null;
  answer_group_invitation: Joining<"joined" | "refused" | "awaits_group">;
  answer_join_request: Joining<"joined" | "refused" | "awaits_person">;
  block_user: null;
  choose_cover: Media;
  clear_history: Marks;
  create_group: ConversationItem;
  delete_media: null;
  dissolve_group: null;
  find_profile: Face;
  forward_messages: Envelope[];
  get_group_link: GroupLink;
  get_messages: Envelope[];
  get_profile: OwnProfile | Face;
  get_upload: StoredUpload;
  hide_conversation: Marks;
  invite_to_group: {
    user_id: string;
    status: "joined" | "already_in" | "awaits_person" | "awaits_group";
  }[];
  join_group: Joining<"joined" | "already_in" | "awaits_group">;
  leave_group: null;
  list_conversations: ConversationPage;
  list_friend_requests: FriendRequest[];
  list_group_requests: GroupRequest[];
  list_members: MemberItem[];
  list_messages: Envelope[];
  mark_read: Marks & { unread: number; mentioned: boolean };
  mute_conversation: Marks;
  mute_group: null;
  mute_member: null;
  open_direct: ConversationItem;
  open_record: RecordEntry[];
  pin_conversation: Marks;
  prepare_upload: { bucket: string; path: string };
  preview_group: GroupPreview;
  remove_friend: null;
  remove_member: null;
  request_friend: { status: "pending"; request_id: string } | {
    status: "accepted";
    request_id: null;
  };
  reset_group_link: GroupLink;
  revoke_message: Envelope;
  send_message: Envelope;
  set_friend_remark: null;
  set_group: ConversationItem;
  set_group_role: null;
  set_my_group_face: ConversationItem;
  set_profile: OwnProfile;
  sync: SyncAnswer;
  transfer_group: null;
  unblock_user: null;
  version: string;
  withdraw_friend_request: null;
};

/** The verbs that clients call. */
export type Verb = keyof Answers & keyof Functions;

/** What a verb is called with: its arguments by their JSON keys. */
export type Args<V extends Verb> = Functions[V]["Args"];

/** Calls a verb. @throws {ChatError} */
export type Call = <V extends Verb>(verb: V, args: Args<V>) => Promise<Answers[V]>;
