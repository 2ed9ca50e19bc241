// How people, conversations and messages are called in lists.
import type { ConversationItem, Envelope } from "../client/index.ts";
import { type NameOf, systemText } from "./system_text.ts";
import type { Say } from "./words.ts";

export function titleOf(item: ConversationItem): string {
  return item.group?.name ?? item.peer?.remark ?? item.peer?.name ?? "";
}

export function avatarOf(item: ConversationItem): string | null {
  return item.group?.avatar ?? item.peer?.avatar ?? null;
}

/** One line for a message: in the list, over a reply, before forwarding. */
export function summaryOf(
  message: Pick<
    Envelope,
    "type" | "actionType" | "data" | "from_name" | "isremove"
  >,
  say: Say,
  nameOf: NameOf = () => undefined,
): string {
  switch (message.type) {
    case "systemNotice":
      return systemText(message, say, nameOf);
    case "image":
    case "video":
    case "audio":
    case "file": {
      const label = say(`kind_${message.type}`);
      const words = message.data.data || fileNameOf(message);
      return words ? `${label} ${words}` : label;
    }
    case "forward":
      return say("kind_forward");
    case "custom":
      return say("kind_custom");
    case "text":
      return String(message.data.data);
  }
}

function fileNameOf({ type, data }: Pick<Envelope, "type" | "data">): string {
  const file = data.otherData as { file_name?: string } | null;
  return type === "file" ? file?.file_name ?? "" : "";
}
