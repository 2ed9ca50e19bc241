import type { RefObject } from "react";
import type { ConversationItem } from "../../client/index.ts";
import { useMe } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { useMessageActions } from "./message_actions.ts";

export type Mentioned = { readonly id: string; readonly name: string };

/** Stands for everybody in the group. */
const EVERYBODY = "00000000-0000-0000-0000-000000000000";
const MOST = 6;

/** Those whose name still stands in the text. */
export function mentionsIn(
  text: string,
  mentioned: readonly Mentioned[],
): string[] {
  return [
    ...new Set(
      mentioned.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id),
    ),
  ];
}

/** What stands between an @ and where one writes; null when there is none. */
export function useMentionQuery(
  text: string,
  area: RefObject<HTMLTextAreaElement | null>,
) {
  const at = area.current?.selectionStart ?? text.length;
  const [, query = null] = text.slice(0, at).match(/(?:^|\s)@([^\s@]{0,30})$/) ?? [];
  return {
    text: query,
    replaced: (name: string) =>
      `${text.slice(0, at - (query?.length ?? 0))}${name} ${text.slice(at)}`,
  };
}

export function MentionList({ group, query, onPick }: {
  readonly group: NonNullable<ConversationItem["group"]>;
  readonly query: string;
  readonly onPick: (one: Mentioned) => void;
}) {
  const { say } = useWords();
  const { members } = useMessageActions();
  const me = useMe();
  const people = [...members.values()].filter(({ id }) => id !== me);
  const everybody = { id: EVERYBODY, name: say("everybody"), avatar: null };
  const all = group.my_role === "member" ? people : [everybody, ...people];
  const fitting = all
    .filter(({ name }) => name.toLowerCase().includes(query.toLowerCase()))
    .slice(0, MOST);
  if (!fitting.length) return null;
  return (
    <ul className="mention-list" aria-label={say("mention")}>
      {fitting.map(({ id, name, avatar }) => (
        <li key={id}>
          <button
            type="button"
            className="choice"
            onClick={() => onPick({ id, name })}
          >
            <Avatar name={name} url={avatar} size={24} />
            <bdi>{name}</bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}
