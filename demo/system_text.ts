// What the system says, in the language of the page: the server has one language for everybody.
import type { Envelope } from "../client/index.ts";
import type { Say, Word } from "./words.ts";

type SystemMessage = Pick<Envelope, "actionType" | "data" | "from_name">;

const ALONE: Readonly<Record<string, Word>> = {
  revoke: "system_revoke",
  friend_added: "system_friend_added",
  group_created: "system_group_created",
  group_joined: "system_group_joined",
  group_left: "system_group_left",
  group_muted: "system_group_muted",
  group_unmuted: "system_group_unmuted",
  group_changed: "system_group_changed",
  group_face_changed: "system_group_face_changed",
  group_dissolved: "system_group_dissolved",
};

const ABOUT_PEOPLE: Readonly<Record<string, Word>> = {
  group_members_added: "system_group_members_added",
  group_member_removed: "system_group_member_removed",
  group_role_changed: "system_group_role_changed",
  group_transferred: "system_group_transferred",
  group_member_muted: "system_group_member_muted",
  group_member_unmuted: "system_group_member_unmuted",
};

/** Who somebody is, as far as it is known here. */
export type NameOf = (id: string) => string | undefined;

export function systemText(
  message: SystemMessage,
  say: Say,
  nameOf: NameOf,
): string {
  const action = message.actionType ?? "";
  const word = ALONE[action] ?? ABOUT_PEOPLE[action];
  if (!word) return String(message.data.data);
  const { subject_ids = [] } = (message.data.otherData ?? {}) as {
    subject_ids?: string[];
  };
  const known = subject_ids.map(nameOf).filter((name) => name !== undefined);
  const isAll = known.length === subject_ids.length;
  return say(word, {
    name: message.from_name,
    people: (isAll ? known : [...known, say("others")]).join(say("and_comma")),
  });
}
