import { type KeyboardEvent, useState } from "react";
import type { ConversationItem } from "../../client/index.ts";
import { avatarOf, summaryOf, titleOf } from "../names.ts";
import { go, hashOf } from "../route.ts";
import { shortTime } from "../times.ts";
import { useApp, useMe, useNameOf, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { ConversationMenu } from "./conversation_menu.tsx";
import { CreateGroup } from "./create_group.tsx";
import { JoinGroup } from "./join_group.tsx";
import { Menu } from "./menu.tsx";
import { Icon } from "./icon.tsx";

type Asked = "group" | "join" | null;

export function ConversationList(
  { chosen }: { readonly chosen: string | null },
) {
  const { chat } = useApp();
  const { say } = useWords();
  const items = useSlice(chat.live.conversations);
  const { is_synced } = useSlice(chat.live.status);
  const [asked, setAsked] = useState<Asked>(null);

  return (
    <>
      <header className="bar">
        <h1>{say("tab_chats")}</h1>
        <Menu
          shape="plus"
          label={say("new")}
          items={[
            { label: say("find_person"), act: () => go("#/people") },
            { label: say("create_group"), act: () => setAsked("group") },
            { label: say("join_group"), act: () => setAsked("join") },
          ]}
        />
      </header>
      {items.length === 0 && <p className="empty">{say(is_synced ? "no_chats" : "one_moment")}</p>}
      <ul className="rows" onKeyDown={moveFocus}>
        {items.map((item) => (
          <ConversationRow
            key={item.id}
            item={item}
            isChosen={item.id === chosen}
          />
        ))}
      </ul>
      {asked === "group" && <CreateGroup onClose={() => setAsked(null)} />}
      {asked === "join" && <JoinGroup onClose={() => setAsked(null)} />}
    </>
  );
}

function ConversationRow(
  { item, isChosen }: { item: ConversationItem; isChosen: boolean },
) {
  const { language, say } = useWords();
  const name = titleOf(item);
  return (
    <li className="row" data-chosen={isChosen}>
      <a
        className="row-main"
        href={hashOf(item.id)}
        aria-current={isChosen ? "true" : undefined}
      >
        <Avatar name={name} url={avatarOf(item)} size={44} />
        <span className="row-text">
          <span className="row-line">
            <bdi className="row-name">{name}</bdi>
            <time className="dim">
              {shortTime(item.last_message_at, language, say)}
            </time>
          </span>
          <span className="row-line">
            <LastWords item={item} />
            <Marks item={item} />
          </span>
        </span>
      </a>
      <ConversationMenu item={item} />
    </li>
  );
}

function LastWords({ item }: { readonly item: ConversationItem }) {
  const { chat } = useApp();
  const { say } = useWords();
  const me = useMe();
  const nameOf = useNameOf();
  const draft = useSlice(chat.live.drafts).get(item.id);
  const last = item.last_message;
  if (draft) {
    return (
      <span className="row-last">
        <em className="draft">{say("draft")}</em> <bdi>{draft}</bdi>
      </span>
    );
  }
  const isNamed = last && item.kind === "group" &&
    last.type !== "systemNotice" &&
    last.from_id !== me;
  return (
    <span className="row-last">
      {item.mentioned && <em className="draft">{`${say("mentioned_you")} `}</em>}
      {isNamed && (
        <>
          <bdi>{last.from_name}</bdi>
          {": "}
        </>
      )}
      {last && <bdi>{summaryOf(last, say, nameOf)}</bdi>}
    </span>
  );
}

function Marks({ item }: { readonly item: ConversationItem }) {
  const { say } = useWords();
  return (
    <span className="row-marks">
      {item.pinned && (
        <span role="img" aria-label={say("pinned")} className="dim">
          <Icon shape="pin" size={14} />
        </span>
      )}
      {item.muted && (
        <span role="img" aria-label={say("muted_short")} className="dim">
          <Icon shape="silent" size={14} />
        </span>
      )}
      {item.unread > 0 && (
        <span
          className={item.muted ? "badge calm" : "badge"}
          aria-label={say("unread", { count: item.unread })}
        >
          {Math.min(99, item.unread)}
        </span>
      )}
    </span>
  );
}

/** Up and down go from conversation to conversation. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const links = [
    ...event.currentTarget.querySelectorAll<HTMLElement>("a.row-main"),
  ];
  const now = links.findIndex((link) => link === document.activeElement);
  if (now < 0) return;
  event.preventDefault();
  links[Math.max(0, Math.min(links.length - 1, now + step))]?.focus();
}
