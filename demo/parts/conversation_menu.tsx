import type { ConversationItem } from "../../client/index.ts";
import { titleOf } from "../names.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Menu } from "./menu.tsx";

/** What a conversation is to oneself: on top, silent, out of the list. */
export function ConversationMenu(
  { item }: { readonly item: ConversationItem },
) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run } = useAction();
  const { conversations } = chat;
  const conversation_id = item.id;
  return (
    <Menu
      className="row-menu"
      label={say("more_about", { name: titleOf(item) })}
      items={[
        {
          label: say(item.pinned ? "unpin" : "pin"),
          act: () =>
            void run(() =>
              conversations.pinConversation({
                conversation_id,
                pinned: !item.pinned,
              })
            ),
        },
        {
          label: say(item.muted ? "unmute" : "mute"),
          act: () =>
            void run(() =>
              conversations.muteConversation({
                conversation_id,
                muted: !item.muted,
              })
            ),
        },
        {
          label: say("hide"),
          act: () => void run(() => conversations.hideConversation({ conversation_id })),
        },
      ]}
    />
  );
}
