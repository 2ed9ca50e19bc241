// What goes over the wire, stated once: docs/envelope.md explains it field by field. zod checks it in tests and
// functions; clients take the types only.
import { z } from "./deps.ts";

export * from "./function_contract.ts";

const Id = z.uuid();
const Milliseconds = z.int().positive();
const Position = z.int().nonnegative();

/** What is told to single people, and kept for them until they have read it. */
export const NOTICES = [
  "friend_requested",
  "friend_request_withdrawn",
  "friend_request_refused",
  "friend_request_ignored",
  "friend_added",
  "friend_removed",
  "group_invited",
  "group_join_requested",
  "group_request_refused",
  "group_joined",
  "group_removed",
] as const;

/** What the system says in a conversation. */
export const SYSTEM_ACTIONS = [
  "friend_added",
  "group_created",
  "group_members_added",
  "group_joined",
  "group_left",
  "group_member_removed",
  "group_role_changed",
  "group_transferred",
  "group_member_muted",
  "group_member_unmuted",
  "group_muted",
  "group_unmuted",
  "group_changed",
  "group_face_changed",
  "group_dissolved",
] as const;

/** Messages that bring a file. */
export const MEDIA_KINDS = ["image", "video", "audio", "file"] as const;

const InBucket = z.strictObject({ bucket: z.string(), path: z.string() });
const Sides = z.strictObject({ width: z.int().positive(), height: z.int().positive() });

/** A file as messages bring it: the `otherData` of an envelope. What is not known is left out. */
export const MessageMedia = InBucket.extend({
  media_id: Id,
  kind: z.enum(MEDIA_KINDS),
  mime_type: z.string(),
  /** Bytes. */
  size: Position,
  ...Sides.partial().shape,
  /** Milliseconds. */
  duration: Position.optional(),
  /** How loud it is over time: 0 to 100. */
  waveform: z.array(z.int().min(0).max(100)).max(128).optional(),
  /** The name to show. */
  file_name: z.string().max(255).optional(),
  /** The picture to show a video with. */
  cover: InBucket.extend(Sides.partial().shape).optional(),
});
export type MessageMedia = z.infer<typeof MessageMedia>;

/** What was said, or what happened: the `data` of an envelope. */
export const EnvelopeData = z.strictObject({
  /** Text for `text`, `forward` and `systemNotice`; the words under a file; for `custom`, whatever the app put there. */
  data: z.json(),
  /** The app's own type of a `custom` message; false for all others. */
  dataType: z.union([z.literal(false), z.string().min(1).max(50)]),
  /** For files, `MessageMedia`; for `forward`, how many entries there are; for notices, the ids of what they are about. */
  otherData: z.json(),
});

/** Of a message: what it answers, whom it calls by name, whether it came from elsewhere. */
export const EnvelopeOptions = z.strictObject({
  reply_to: z.strictObject({ id: Id, seq: Position }).optional(),
  /** The nil UUID stands for everybody. */
  mentions: z.array(z.string()).optional(),
  forwarded: z.literal(true).optional(),
  /** Of a revoke, for its sender: the text to edit and send again. */
  text: z.string().optional(),
  actor_id: Id.optional(),
  subject_id: Id.optional(),
});

export const GroupFace = z.strictObject({
  id: Id,
  name: z.string().min(1).max(50),
  avatar: z.string().max(1000).nullable(),
});

/** The one shape of everything that is pushed or read back: messages and notices. */
export const Envelope = z.strictObject({
  id: Id,
  /** Position in the conversation; for a notice, among the person's notices. */
  seq: z.int().positive(),
  version: Position,
  /** Null for a notice. */
  conversation_id: Id.nullable(),
  /** A person; `redirect-applyFriend-<id>` for a friend request. */
  from_id: z.string(),
  from_name: z.string().min(1).max(50),
  from_avatar: z.string().max(1000).nullable(),
  to_id: Id,
  to_name: z.string().min(1).max(50),
  to_avatar: z.string().max(1000).nullable(),
  chatType: z.enum(["single", "group"]),
  type: z.enum([...MEDIA_KINDS, "text", "custom", "forward", "systemNotice"]),
  actionType: z.enum([...NOTICES, ...SYSTEM_ACTIONS, "revoke"]).nullable(),
  data: EnvelopeData,
  /** A page of the app that handles it. */
  redirect: z.strictObject({ url: z.string(), type: z.literal("navigateTo") }).nullable(),
  options: EnvelopeOptions,
  create_time: Milliseconds,
  isremove: z.union([z.literal(0), z.literal(1)]),
  group: GroupFace.nullable(),
});
export type Envelope = z.infer<typeof Envelope>;

/** A person as others see them. */
export const Face = z.strictObject({
  id: Id,
  username: z.string().nullable(),
  name: z.string().min(1).max(50),
  avatar: z.string().max(1000).nullable(),
  is_guest: z.boolean(),
});
export type Face = z.infer<typeof Face>;

/** What a conversation is to the person who asks: the payload of `conversation_changed`. */
export const Marks = z.strictObject({
  conversation_id: Id,
  state: Position,
  read_seq: Position,
  cleared_seq: Position,
  hidden_seq: Position.nullable(),
  pinned: z.boolean(),
  muted: z.boolean(),
});
export type Marks = z.infer<typeof Marks>;

export const Role = z.enum(["owner", "admin", "member"]);

/** A group as one of its members sees it. */
export const GroupItem = GroupFace.omit({ id: true }).extend({
  announcement: z.string().max(1000),
  join_mode: z.enum(["open", "approval", "closed"]),
  hides_history: z.boolean(),
  member_count: Position,
  is_muted: z.boolean(),
  is_dissolved: z.boolean(),
  my_role: Role,
  my_nickname: z.string().nullable(),
  my_avatar: z.string().nullable(),
  /** Until when the caller may not speak; null when the caller may. */
  silenced_until: Milliseconds.nullable(),
  /** Where messages are pushed, until `topic_moved`. */
  topic: z.string(),
});
export type GroupItem = z.infer<typeof GroupItem>;

/** A member of a group as the others see them. */
export const MemberItem = Face.extend({
  role: Role,
  silenced_until: Milliseconds.nullable(),
  joined_at: Milliseconds,
});
export type MemberItem = z.infer<typeof MemberItem>;

/** One entry of a forwarded record. */
export const RecordEntry = z.strictObject({
  from_name: z.string().min(1).max(50),
  from_avatar: z.string().max(1000).nullable(),
  type: z.enum([...MEDIA_KINDS, "text", "custom", "systemNotice"]),
  data: EnvelopeData,
  create_time: Milliseconds,
  isremove: z.union([z.literal(0), z.literal(1)]),
});
export type RecordEntry = z.infer<typeof RecordEntry>;

/** One conversation of the list. */
export const ConversationItem = Marks.omit({ conversation_id: true }).extend({
  id: Id,
  kind: z.enum(["direct", "group"]),
  last_seq: Position,
  version: Position,
  last_message_at: Milliseconds,
  unread: Position,
  /** True when an unread message calls the caller by name. */
  mentioned: z.boolean(),
  last_message: Envelope.nullable(),
  /** For typing and presence while the conversation is open on screen. */
  signal_topic: z.string(),
  group: GroupItem.nullable(),
  peer: Face.extend({
    /** What the caller calls this friend. */
    remark: z.string().nullable(),
    is_friend: z.boolean(),
    /** True when the caller has shut the other one out. */
    is_blocked: z.boolean(),
    read_seq: Position,
  }).nullable(),
});
export type ConversationItem = z.infer<typeof ConversationItem>;

/** What `list_conversations` answers. */
export const ConversationPage = z.array(ConversationItem.extend({ cursor: z.string() }));
export type ConversationPage = z.infer<typeof ConversationPage>;

/** What `sync` answers. */
export const SyncAnswer = z.strictObject({
  conversations: z.array(ConversationItem.extend({
    /** What the client holds with this answer: it goes into `cursors` the next time. */
    cursor: z.strictObject({ seq: Position, version: Position, state: Position }),
    /** The messages that follow come after this position. */
    from_seq: Position,
    messages: z.array(Envelope),
    /** Earlier messages that changed since: they replace what the client holds. */
    changes: z.array(Envelope),
    has_more: z.boolean(),
  })),
  /** Ids the client holds but is not in. */
  gone: z.array(Id),
  notices: z.array(Envelope),
  has_more: z.boolean(),
  server_time: Milliseconds,
});
export type SyncAnswer = z.infer<typeof SyncAnswer>;

/** Events of `chat:user:<id>` and `chat:group:<id>:<epoch>`, and what they carry. */
export const PUSHES = {
  message_created: Envelope,
  message_revoked: Envelope,
  friend_requested: Envelope,
  friend_request_withdrawn: Envelope,
  friend_request_refused: Envelope,
  friend_request_ignored: Envelope,
  friend_added: Envelope,
  friend_removed: Envelope,
  group_invited: Envelope,
  group_join_requested: Envelope,
  group_request_refused: Envelope,
  group_joined: Envelope,
  group_removed: Envelope,
  /** The group goes on under another topic: ask for it, and leave this one. */
  topic_moved: z.strictObject({ conversation_id: Id }),
  friend_remark_changed: z.strictObject({ user_id: Id, remark: z.string().nullable() }),
  person_blocked: z.strictObject({ user_id: Id }),
  person_unblocked: z.strictObject({ user_id: Id }),
  profile_changed: Face,
  conversation_changed: Marks,
  conversation_read: z.strictObject({ conversation_id: Id, user_id: Id, read_seq: Position }),
} as const;
export type PushEvent = keyof typeof PUSHES;
