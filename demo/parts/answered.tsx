import type { Envelope } from "../../client/index.ts";
import { summaryOf } from "../names.ts";
import { useWords } from "../words.ts";
import { Icon } from "./icon.tsx";

/** The message that is being answered, above the text. */
export function Answered({ message, onForget }: {
  readonly message: Envelope;
  readonly onForget: () => void;
}) {
  const { say } = useWords();
  return (
    <div className="answered">
      <p className="quote">
        <bdi className="quote-name">
          {say("reply_to", { name: message.from_name })}
        </bdi>
        <bdi>{summaryOf(message, say)}</bdi>
      </p>
      <button
        type="button"
        className="icon"
        aria-label={say("cancel_reply")}
        onClick={onForget}
      >
        <Icon shape="close" />
      </button>
    </div>
  );
}
