import type { ConversationItem } from "../../client/index.ts";
import { titleOf } from "../names.ts";
import { go, hashOf } from "../route.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { useConfirm } from "./confirm.tsx";
import { Check } from "./field.tsx";
import { GroupInfo } from "./group_info.tsx";
import { PersonInfo } from "./person_info.tsx";
import { Icon } from "./icon.tsx";

/** What is told about a conversation, and what can be done with it. */
export function ConversationInfo(
  { item }: { readonly item: ConversationItem },
) {
  const { say } = useWords();
  const close = () => go(hashOf(item.id));
  return (
    <aside
      className="info"
      aria-label={say("about_chat")}
      onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && close()}
    >
      <header className="bar">
        <button
          type="button"
          className="icon back"
          aria-label={say("back")}
          onClick={close}
        >
          <Icon shape="back" />
        </button>
        <h2>{say("about_chat")}</h2>
        <button
          type="button"
          className="icon wide-only"
          aria-label={say("close")}
          onClick={close}
        >
          <Icon shape="close" />
        </button>
      </header>
      <div className="info-body">
        {item.group && <GroupInfo item={item} group={item.group} />}
        {item.peer && <PersonInfo peer={item.peer} />}
        <OwnMarks item={item} />
      </div>
    </aside>
  );
}

function OwnMarks({ item }: { readonly item: ConversationItem }) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run } = useAction();
  const confirm = useConfirm();
  const { conversations } = chat;
  const conversation_id = item.id;
  return (
    <section className="stack padded">
      <Check
        label={say("pin")}
        checked={item.pinned}
        onChange={({ target }) =>
          void run(() =>
            conversations.pinConversation({
              conversation_id,
              pinned: target.checked,
            })
          )}
      />
      <Check
        label={say("mute")}
        checked={item.muted}
        onChange={({ target }) =>
          void run(() =>
            conversations.muteConversation({
              conversation_id,
              muted: target.checked,
            })
          )}
      />
      <button
        type="button"
        className="dangerous"
        onClick={() =>
          confirm.ask(say("clear_history_sure", { name: titleOf(item) }), () =>
            void run(() => conversations.clearHistory({ conversation_id })))}
      >
        {say("clear_history")}
      </button>
      {confirm.dialog}
    </section>
  );
}
