import type { ConversationItem } from "../../client/index.ts";
import { summaryOf } from "../names.ts";
import { useApp, useAsked, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";

/** What a message answers: taken from what is held, else asked for. Nothing of it is stored in the answer. */
export function Quote({ item, seq, onJump }: {
  readonly item: ConversationItem;
  readonly seq: number;
  readonly onJump: (seq: number) => void;
}) {
  const { chat } = useApp();
  const { say } = useWords();
  const { messages } = useSlice(chat.live.messages(item.id));
  const held = messages.find((message) => message.seq === seq);
  const isHeld = held !== undefined;
  const asked = useAsked(
    () =>
      isHeld
        ? Promise.resolve([])
        : chat.messages.getMessages({ conversation_id: item.id, seqs: [seq] }),
    [seq, isHeld],
  );
  const message = held ?? asked.value?.[0];
  const isMissing = !message &&
    (asked.problem !== null || asked.value !== null);
  return (
    <button
      type="button"
      className="quote"
      onClick={() => onJump(seq)}
      disabled={!message}
    >
      {message
        ? (
          <>
            {message.type !== "systemNotice" && (
              <bdi className="quote-name">{message.from_name}</bdi>
            )}
            <bdi>{summaryOf(message, say)}</bdi>
          </>
        )
        : say(isMissing ? "message_gone" : "one_moment")}
    </button>
  );
}
