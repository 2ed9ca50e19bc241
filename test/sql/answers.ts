// What the verbs answer, as far as the tests look at it.
export type Face = {
  id: string;
  username: string | null;
  name: string;
  avatar: string | null;
  is_guest: boolean;
};

export type Profile = Face & {
  nickname: string | null;
  requires_friend_approval: boolean;
  requires_group_approval: boolean;
};

export type Envelope = {
  id: string;
  seq: number;
  version: number;
  conversation_id: string | null;
  from_id: string;
  from_name: string;
  from_avatar: string | null;
  to_id: string;
  to_name: string;
  to_avatar: string | null;
  chatType: string;
  type: string;
  actionType: string | null;
  data: { data: unknown; dataType: unknown; otherData: unknown };
  redirect: { url: string; type: string } | null;
  options: Record<string, unknown>;
  create_time: number;
  isremove: number;
  group: unknown;
};

export type Marks = {
  conversation_id: string;
  state: number;
  read_seq: number;
  cleared_seq: number;
  hidden_seq: number | null;
  pinned: boolean;
  muted: boolean;
};

export type Item = Omit<Marks, "conversation_id"> & {
  id: string;
  kind: string;
  last_seq: number;
  version: number;
  last_message_at: number;
  unread: number;
  mentioned: boolean;
  last_message: Envelope | null;
  signal_topic: string;
  /** Only in a direct conversation. */
  peer: Face & {
    remark: string | null;
    is_friend: boolean;
    is_blocked: boolean;
    read_seq: number;
  };
  /** Null in a direct conversation. */
  group: GroupItem | null;
};

export type GroupItem = {
  name: string;
  avatar: string | null;
  announcement: string;
  join_mode: string;
  hides_history: boolean;
  member_count: number;
  is_muted: boolean;
  is_dissolved: boolean;
  my_role: string;
  my_nickname: string | null;
  my_avatar: string | null;
  silenced_until: number | null;
  topic: string;
};

export type MemberItem = Face & { role: string; silenced_until: number | null; joined_at: number };

export type Joined = { status: string; conversation_id: string };

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

export type RecordEntry = {
  from_name: string;
  from_avatar: string | null;
  type: string;
  data: Envelope["data"];
  create_time: number;
  isremove: number;
};

export type ListedItem = Item & { cursor: string };

export type Synced = {
  conversations: (Item & {
    cursor: { seq: number; version: number; state: number };
    from_seq: number;
    messages: Envelope[];
    changes: Envelope[];
    has_more: boolean;
  })[];
  gone: string[];
  notices: Envelope[];
  has_more: boolean;
  server_time: number;
};

export type FriendRequest = {
  id: string;
  status: string;
  note: string;
  create_time: number;
  person: Face;
};

/** A file as messages bring it. What is not known is left out. */
export type MessageMedia = {
  media_id: string;
  kind: string;
  bucket: string;
  path: string;
  mime_type: string;
  size: number;
  width?: number;
  height?: number;
  duration?: number;
  waveform?: number[];
  file_name?: string;
  time?: number;
  cover?: { bucket: string; path: string; width: number | null; height: number | null };
};

/** A file as its owner sees it. */
export type Media = MessageMedia & {
  owner_id: string;
  image_class_id: number;
  create_time: number;
  is_checked: boolean;
};

/** The answer of every verb. A new verb gets a line here, and `call()` knows it. */
export type Answers = {
  add_avatar: Media;
  add_cover: Media;
  answer_friend_request: null;
  answer_group_invitation: Joined;
  answer_join_request: Joined;
  block_user: null;
  choose_cover: Media;
  claim_orphaned_files: { bucket: string; name: string }[];
  clear_history: Marks;
  create_group: Item;
  delete_media: null;
  dissolve_group: null;
  find_profile: Face;
  find_video_host: string | null;
  forward_messages: Envelope[];
  get_group_link: { join_code: string; name: string; url: string };
  get_messages: Envelope[];
  get_profile: Profile;
  get_settings: Record<string, unknown>;
  get_upload: Media & { id: string; max_size: number | null; version: string | null };
  hide_conversation: Marks;
  invite_to_group: { user_id: string; status: string }[];
  join_group: Joined;
  leave_group: null;
  list_conversations: ListedItem[];
  list_friend_requests: FriendRequest[];
  list_group_requests: GroupRequest[];
  list_members: MemberItem[];
  list_messages: Envelope[];
  mark_read: Marks & { unread: number; mentioned: boolean };
  mute_conversation: Marks;
  mute_group: null;
  mute_member: null;
  open_direct: Item;
  open_record: RecordEntry[];
  pin_conversation: Marks;
  prepare_cover: { owner_id: string; bucket: string; path: string; cover: Media | null };
  prepare_upload: { bucket: string; path: string };
  preview_group: {
    name: string;
    avatar: string | null;
    member_count: number;
    join_mode: string;
    is_member: boolean;
  };
  reject_upload: null;
  remove_friend: null;
  remove_member: null;
  request_friend: { status: string; request_id: string | null };
  reset_group_link: { join_code: string; name: string; url: string };
  revoke_message: Envelope;
  send_message: Envelope;
  set_friend_remark: null;
  set_group: Item;
  set_group_role: null;
  set_my_group_face: Item;
  set_profile: Profile;
  set_settings: Record<string, unknown>;
  settle_orphaned_files: null;
  settle_upload: Media;
  sync: Synced;
  transfer_group: null;
  unblock_user: null;
  version: string;
  withdraw_friend_request: null;
};
