import { useEffect, useState } from "react";
import type { ConversationItem, Envelope } from "../../client/index.ts";
import { refusalText } from "../refusals.ts";
import { useApp, useSlice } from "../use_app.ts";
import { useMembers } from "../use_members.ts";
import { useWords } from "../words.ts";
import { ChatHeader } from "./chat_header.tsx";
import { Composer } from "./composer.tsx";
import { Forward, type Forwarding } from "./forward.tsx";
import { MessageActionsContext } from "./message_actions.ts";
import { MessageList } from "./message_list.tsx";
import { SelectionBar } from "./selection_bar.tsx";
import { useTell } from "./toast.tsx";

/** One conversation: what was said, and where to say something. */
export function ChatView(
  { id, item }: { readonly id: string; item: ConversationItem | null },
) {
  const { chat } = useApp();
  const { say, language } = useWords();
  const tell = useTell();
  const { is_synced } = useSlice(chat.live.status);
  const members = useMembers(item);
  const [answered, setAnswered] = useState<Envelope | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string> | null>(null);
  const [forwarding, setForwarding] = useState<Forwarding | null>(null);
  const isThere = item !== null;

  useEffect(() => {
    if (!isThere) return;
    chat.conversations.open(id).catch((error) => tell(refusalText(error, language), "problem"));
    return () => void chat.conversations.open(null).catch(() => {}); // nobody is signed in any more
  }, [id, isThere]);

  if (!item) {
    return <p className="empty">{say(is_synced ? "chat_gone" : "one_moment")}</p>;
  }
  const actions = {
    answer: setAnswered,
    forward: (message: Envelope) => setForwarding({ ids: [message.id], mode: "each" }),
    select: (message: Envelope) => setSelected(toggled(selected ?? new Set(), message.id)),
    selected,
    members: members.byId,
  };
  return (
    <MessageActionsContext value={actions}>
      <ChatHeader item={item} />
      <MessageList item={item} />
      {selected
        ? (
          <SelectionBar
            count={selected.size}
            onCancel={() => setSelected(null)}
            onForward={(mode) => setForwarding({ ids: [...selected].sort(), mode })}
          />
        )
        : <Composer item={item} answered={answered} onAnswered={setAnswered} />}
      {forwarding && (
        <Forward
          {...forwarding}
          onClose={() => {
            setForwarding(null);
            setSelected(null);
          }}
        />
      )}
    </MessageActionsContext>
  );
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return ids.has(id) ? new Set([...ids].filter((one) => one !== id)) : new Set([...ids, id]);
}
