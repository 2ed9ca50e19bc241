// What the answer of a verb says about the state. Most of it is pushed, too; but a push may be lost.
import type { Answers, Envelope, Marks, Verb } from "../types.ts";
import { withListItem } from "../store/conversation.ts";
import { change, keep } from "../store/state.ts";
import { hear, type Hearing } from "./hear.ts";
import type { Wanted } from "./catch_up.ts";

type Lesson<V extends Verb> = (hearing: Hearing, answer: Answers[V]) => void;

const nothing = () => {};

/** Asks for what the verb has changed. */
function asking(...wanted: Wanted[]): (hearing: Hearing) => void {
  return ({ ask }) => ask(...wanted);
}

function marks(hearing: Hearing, answer: Marks): void {
  hear(hearing, "conversation_changed", answer);
}

function messages(hearing: Hearing, answer: Envelope | Envelope[]): void {
  for (const message of [answer].flat()) hear(hearing, "message_created", message);
}

// What is held already may be newer than this answer: then it is asked for.
function item({ state, ask }: Hearing, answer: Answers["open_direct"]): void {
  const isHeld = change(state, answer.id, (held) => ({ ...held, isStale: true }));
  if (!isHeld) keep(state, answer.id, withListItem(undefined, answer, state.me));
  ask("sync");
}

const people = asking("friends", "requests", "sync");
const places = asking("sync", "requests");

const LESSONS: { [V in Verb]: Lesson<V> } = {
  answer_friend_request: people,
  answer_group_invitation: places,
  answer_join_request: places,
  block_user: asking("list", "friends", "requests"),
  choose_cover: nothing,
  clear_history: marks,
  create_group: item,
  delete_media: nothing,
  dissolve_group: places,
  find_profile: nothing,
  forward_messages: messages,
  get_group_link: nothing,
  get_messages: nothing,
  get_profile: nothing,
  get_upload: nothing,
  hide_conversation: marks,
  invite_to_group: places,
  join_group: places,
  leave_group: places,
  list_conversations: nothing,
  list_friend_requests: nothing,
  list_group_requests: nothing,
  list_members: nothing,
  list_messages: nothing,
  mark_read: (hearing, { unread: _, mentioned: _m, ...answer }) => marks(hearing, answer),
  mute_conversation: marks,
  mute_group: places,
  mute_member: places,
  open_direct: item,
  open_record: nothing,
  pin_conversation: marks,
  prepare_upload: nothing,
  preview_group: nothing,
  remove_friend: people,
  remove_member: places,
  request_friend: people,
  reset_group_link: nothing,
  revoke_message: (hearing, answer) => hear(hearing, "message_revoked", answer),
  send_message: messages,
  set_friend_remark: asking("friends"),
  set_group: item,
  set_group_role: places,
  set_my_group_face: item,
  set_profile: asking("sync"),
  sync: nothing,
  transfer_group: places,
  unblock_user: asking("list", "friends"),
  version: nothing,
  withdraw_friend_request: people,
};

/** Takes over what a verb has answered. */
export function learn<V extends Verb>(hearing: Hearing, verb: V, answer: Answers[V]): void {
  LESSONS[verb](hearing, answer);
}
