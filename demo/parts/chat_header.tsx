import type { ConversationItem } from "../../client/index.ts";
import { avatarOf, titleOf } from "../names.ts";
import { go, hashOf, HOME, useRoute } from "../route.ts";
import { useApp, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { useMessageActions } from "./message_actions.ts";
import { Icon } from "./icon.tsx";

export function ChatHeader({ item }: { readonly item: ConversationItem }) {
  const { say } = useWords();
  const { isInfo } = useRoute();
  const title = titleOf(item);
  return (
    <header className="bar chat-header">
      <button
        type="button"
        className="icon back"
        aria-label={say("back")}
        onClick={() => go(HOME)}
      >
        <Icon shape="back" />
      </button>
      <Avatar name={title} url={avatarOf(item)} size={36} />
      <div className="chat-title">
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <Subtitle item={item} />
      </div>
      <button
        type="button"
        className="icon"
        aria-label={say("about_chat")}
        aria-expanded={isInfo}
        onClick={() => go(hashOf(item.id, !isInfo))}
      >
        <Icon shape="info" />
      </button>
    </header>
  );
}

/** Who types, else who is there. */
function Subtitle({ item }: { readonly item: ConversationItem }) {
  const { chat } = useApp();
  const { say } = useWords();
  const { members } = useMessageActions();
  const { typing, present } = useSlice(chat.live.signals);
  // Anybody in the conversation can claim to be anybody: only known people are shown.
  const names = typing.map((id) => members.get(id)?.name).filter((name) => name !== undefined);
  if (item.peer && typing.includes(item.peer.id)) {
    return <p className="dim">{say("typing")}</p>;
  }
  if (item.group && names.length) {
    return (
      <p className="dim">
        {say("people_type", { people: names.slice(0, 3).join(", ") })}
      </p>
    );
  }
  if (item.group) {
    return (
      <p className="dim">
        {say("members", { count: item.group.member_count })}
      </p>
    );
  }
  return item.peer && present.includes(item.peer.id)
    ? <p className="dim here">{say("is_here")}</p>
    : (
      <p className="dim">
        {item.peer?.username ? `@${item.peer.username}` : ""}
      </p>
    );
}
