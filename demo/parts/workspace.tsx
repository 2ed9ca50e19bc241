import { useEffect, useState } from "react";
import { go, hashOf, HOME, type Route, type Tab, useRoute } from "../route.ts";
import { useApp, useConversation, useSlice } from "../use_app.ts";
import { useWide } from "../use_visible.ts";
import { useWords } from "../words.ts";
import { ChatView } from "./chat_view.tsx";
import { ConnectionBar } from "./connection_bar.tsx";
import { ConversationInfo } from "./conversation_info.tsx";
import { ConversationList } from "./conversation_list.tsx";
import { JoinByLink } from "./join_group.tsx";
import { Me } from "./me.tsx";
import { People } from "./people.tsx";

const TABS: readonly Tab[] = ["chats", "people", "me"];

/** The list, the conversation, and what is told about it: side by side, or on a phone one at a time. */
export function Workspace() {
  const route = useRoute();
  const { say } = useWords();
  const shownId = useShownId(route);
  const conversation = useConversation(shownId);
  const pane = route.conversationId === null ? "list" : route.isInfo ? "info" : "chat";
  const isInfo = route.isInfo && conversation !== null;

  return (
    <div className="workspace" data-pane={pane}>
      <aside className="side" aria-label={say(`tab_${route.tab}`)}>
        <ConnectionBar />
        <div className="side-body">
          {route.tab === "chats" && <ConversationList chosen={shownId} />}
          {route.tab === "people" && <People />}
          {route.tab === "me" && <Me />}
        </div>
        <Tabs tab={route.tab} shownId={shownId} />
      </aside>
      <main className="middle">
        {shownId
          ? (
            <ChatView
              key={shownId}
              id={shownId}
              item={conversation}
            />
          )
          : <p className="empty">{say("choose_chat")}</p>}
      </main>
      {isInfo && <ConversationInfo key={conversation.id} item={conversation} />}
      <JoinByLink />
    </div>
  );
}

/** Where there is room, a conversation stays open while one looks something up beside it. */
function useShownId({ conversationId, tab }: Route): string | null {
  const isWide = useWide();
  const [last, setLast] = useState(conversationId);
  useEffect(() => {
    if (conversationId || tab === "chats") setLast(conversationId);
  }, [conversationId, tab]);
  return conversationId ?? (isWide && tab !== "chats" ? last : null);
}

function Tabs({ tab, shownId }: { readonly tab: Tab; readonly shownId: string | null }) {
  const { say } = useWords();
  const { chat } = useApp();
  const items = useSlice(chat.live.conversations);
  const { received, groups } = useSlice(chat.live.people);
  const me = useSlice(chat.live.status).user_id;
  const unread = items.reduce(
    (sum, item) => sum + (item.muted ? 0 : item.unread),
    0,
  );
  const requests = received.filter(({ status }) => status === "pending").length +
    groups.filter(({ person, awaits_person }) => person.id !== me || awaits_person).length;
  const counts: Record<Tab, number> = {
    chats: unread,
    people: requests,
    me: 0,
  };

  useEffect(() => {
    document.title = unread ? `(${unread}) ${say("title")}` : say("title");
  }, [unread, say]);

  return (
    <nav className="tabs" aria-label={say("parts")}>
      {TABS.map((one) => (
        <button
          key={one}
          type="button"
          aria-current={one === tab ? "page" : undefined}
          onClick={() => go(one !== "chats" ? `#/${one}` : shownId ? hashOf(shownId) : HOME)}
        >
          {say(`tab_${one}`)}
          {counts[one] > 0 && <span className="badge">{Math.min(99, counts[one])}</span>}
        </button>
      ))}
    </nav>
  );
}
