// What a push changes at once. A push is a hint: what it leaves open is asked for, and what it says may come again.
import type { Envelope, Face, Marks, PushEvent } from "../types.ts";
import { withMarks, withNext, withPeerRead, withRead, withRevoked } from "../store/conversation.ts";
import { endOf } from "../store/message_log.ts";
import { addNotices, change, keep, type State, use } from "../store/state.ts";
import type { Wanted } from "./catch_up.ts";

export type Hearing = {
  readonly state: State;
  readonly ask: (...wanted: Wanted[]) => void;
  /** Whether an answer is on its way that may not know of this push. */
  readonly isAsking: () => boolean;
  /** Asks after some time: everybody in a group is told to in the same moment. */
  readonly askLater: () => void;
};

/** Takes a push, or an answer that says the same. Malformed ones are worth a question, not more. */
export function hear(hearing: Hearing, event: string, payload: unknown): void {
  try {
    // From the server alone: nobody else can write to these topics.
    dispatch(hearing, event as PushEvent, payload as never);
  } catch {
    hearing.ask("sync");
  }
}

function dispatch(hearing: Hearing, event: PushEvent, payload: never): void {
  switch (event) {
    case "message_created":
      return hearMessage(hearing, payload);
    case "message_revoked":
      return hearRevoked(hearing, payload);
    case "conversation_changed":
      return hearMarks(hearing, payload);
    case "conversation_read":
      return hearRead(hearing, payload);
    case "topic_moved":
      return hearing.askLater();
    case "profile_changed":
      return hearFace(hearing, payload);
    case "friend_remark_changed":
      return hearing.ask("friends");
    case "person_blocked":
    case "person_unblocked":
      return hearing.ask("list", "friends", "requests");
    default:
      return hearNotice(hearing, payload);
  }
}

function hearMessage({ state, ask }: Hearing, message: Envelope): void {
  const id = message.conversation_id!;
  const held = state.conversations.get(id);
  if (held && message.seq <= endOf(held.log)) return;
  const next = held && withNext(held, message, state.me);
  if (!next) return ask("sync");
  keep(state, id, next);
  use(state, id);
}

function hearRevoked({ state, ask }: Hearing, notice: Envelope): void {
  const stub: Envelope = { ...notice, isremove: 1, options: {} };
  const id = notice.conversation_id!;
  change(state, id, (held) => withRevoked(held, stub, state.me));
  if ((state.conversations.get(id)?.version ?? -1) < stub.version) ask("sync");
}

function hearMarks({ state, ask }: Hearing, marks: Marks): void {
  const id = marks.conversation_id;
  change(state, id, (held) => withMarks(held, marks, state.me));
  const held = state.conversations.get(id);
  if (!held || held.isStale || held.state < marks.state) ask("sync");
}

type Read = { conversation_id: string; user_id: string; read_seq: number };

function hearRead({ state, ask, isAsking }: Hearing, read: Read): void {
  const { conversation_id: id, read_seq } = read;
  if (read.user_id !== state.me) {
    return void change(state, id, (held) => withPeerRead(held, read_seq));
  }
  change(state, id, (held) => withRead(held, read_seq, state.me));
  const held = state.conversations.get(id);
  if (!held || held.isStale || read_seq > held.item.last_seq || isAsking()) ask("sync");
}

function hearFace({ state, ask, isAsking }: Hearing, face: Face): void {
  for (const [id, held] of state.conversations) {
    const { peer } = held.item;
    if (peer?.id !== face.id) continue;
    keep(state, id, { ...held, item: { ...held.item, peer: { ...peer, ...face } } });
  }
  const { people } = state;
  people.friends = people.friends.map((friend) =>
    friend.id === face.id
      ? { ...friend, username: face.username, name: face.name, avatar: face.avatar }
      : friend
  );
  state.touch("people");
  if (face.id === state.me) state.touch("profile");
  if (isAsking()) ask("list", "friends");
}

function hearNotice({ state, ask }: Hearing, notice: Envelope): void {
  const isNew = notice.seq > state.notices.seq;
  if (!addNotices(state, [notice])) return ask("sync");
  if (!isNew) return;
  askAbout([notice], ask);
  if (notice.actionType?.startsWith("group_")) ask("sync");
}

/** What notices of some kinds have changed is read anew. */
export function askAbout(notices: readonly Envelope[], ask: Hearing["ask"]): void {
  if (notices.length) ask("requests");
  if (notices.some(({ actionType }) => actionType?.startsWith("friend_"))) ask("friends");
}
