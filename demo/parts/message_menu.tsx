import type { ConversationItem, Envelope } from "../../client/index.ts";
import { callFunction } from "../media/call_function.ts";
import { useAction, useApp, useMe } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Menu, type MenuItem } from "./menu.tsx";
import { useMessageActions } from "./message_actions.ts";

/** The default of the project's setting; the server decides. */
const REVOKE_WINDOW = 5 * 60 * 1000;
const RANK = { owner: 2, admin: 1, member: 0 };

export function MessageMenu({ message, item }: {
  readonly message: Envelope;
  readonly item: ConversationItem;
}) {
  const { say } = useWords();
  const { answer, forward, select } = useMessageActions();
  const { run } = useAction();
  const revoke = useRevoke();
  const mayRevoke = useMayRevoke(message, item);
  const text = message.type === "text" ? String(message.data.data) : null;
  const items: MenuItem[] = [
    {
      label: say("reply"),
      act: () => {
        answer(message);
        document.querySelector<HTMLElement>("#composer")?.focus();
      },
    },
    { label: say("forward"), act: () => forward(message) },
    { label: say("select"), act: () => select(message) },
  ];
  if (text !== null) {
    items.push({
      label: say("copy"),
      act: () => void run(() => navigator.clipboard.writeText(text)),
    });
  }
  if (mayRevoke) {
    items.push({
      label: say("revoke"),
      act: () => revoke(message),
      isDangerous: true,
    });
  }
  return <Menu className="message-menu" label={say("message_menu")} items={items} />;
}

function useMayRevoke(message: Envelope, item: ConversationItem): boolean {
  const me = useMe();
  const { members } = useMessageActions();
  const isMine = message.from_id === me;
  if (isMine) return Date.now() - message.create_time < REVOKE_WINDOW;
  const theirs = members.get(message.from_id)?.role ?? "member";
  return item.group !== null && RANK[item.group.my_role] > RANK[theirs];
}

/** The verb takes the words away; the function also deletes the file. */
function useRevoke(): (message: Envelope) => void {
  const { chat, supabase, revokedTexts } = useApp();
  const { run } = useAction();
  const me = useMe();
  return (message) =>
    void run(async () => {
      if (message.data.otherData && message.type !== "forward") {
        return await callFunction(supabase, "chat-revoke", { id: message.id });
      }
      const { options } = await chat.messages.revokeMessage({
        message_id: message.id,
      });
      if (message.from_id !== me || !options.text) return;
      revokedTexts.set(
        new Map([...revokedTexts.getSnapshot(), [message.id, options.text]]),
      );
    });
}
