// What the model of the server is made of.
import { ChatError } from "../../client/errors.ts";
import type { Envelope } from "../../client/types.ts";

export type Member = {
  state: number;
  read_seq: number;
  cleared_seq: number;
  hidden_seq: number | null;
  pinned: boolean;
  muted: boolean;
  isIn: boolean;
};

export type Place = {
  id: string;
  kind: "direct" | "group";
  epoch: number;
  version: number;
  last_message_at: number;
  messages: Envelope[];
  changes: { version: number; seq: number }[];
  members: Map<string, Member>;
};

const NOBODY = "00000000-0000-0000-0000-000000000000";

export function newMember(): Member {
  return {
    state: 0,
    read_seq: 0,
    cleared_seq: 0,
    hidden_seq: null,
    pinned: false,
    muted: false,
    isIn: true,
  };
}

export function marksOf(place: Place, member: Member) {
  const { isIn: _, ...marks } = member;
  return { conversation_id: place.id, ...marks };
}

export function unreadOf(place: Place, me: string) {
  const { read_seq, cleared_seq } = place.members.get(me)!;
  const unread = place.messages.filter(({ seq, from_id, type }) =>
    seq > Math.max(read_seq, cleared_seq) && from_id !== me && type !== "systemNotice"
  );
  return {
    unread: unread.length,
    mentioned: unread.some(({ options }) =>
      options.mentions?.some((id) => id === me || id === NOBODY)
    ),
  };
}

export function faceOf(id: string, name: string) {
  return { id, username: null, name, avatar: null, is_guest: false };
}

export function groupTopic(place: Place): string {
  return `chat:group:${place.id}:${place.epoch}`;
}

export function refused(code: string, status: number): ChatError {
  return new ChatError(code, status, code);
}

export function envelope(
  some: Partial<Envelope> & Pick<Envelope, "id" | "seq" | "conversation_id">,
): Envelope {
  return {
    version: 0,
    from_id: "system",
    from_name: "Somebody",
    from_avatar: null,
    to_id: "",
    to_name: "",
    to_avatar: null,
    chatType: "single",
    type: "systemNotice",
    actionType: null,
    data: { data: "", dataType: false, otherData: null },
    redirect: null,
    options: {},
    create_time: 1,
    isremove: 0,
    group: null,
    ...some,
  };
}
