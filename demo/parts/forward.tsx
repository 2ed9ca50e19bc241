import { useState } from "react";
import { avatarOf, titleOf } from "../names.ts";
import { useAction, useApp, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { Dialog } from "./dialog.tsx";
import { useTell } from "./toast.tsx";

export type Forwarding = {
  readonly ids: readonly string[];
  readonly mode: "each" | "merged";
};

/** Chooses where messages are passed on to. */
export function Forward(
  { ids, mode, onClose }: Forwarding & { readonly onClose: () => void },
) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const tell = useTell();
  const items = useSlice(chat.live.conversations);
  const [chosen, setChosen] = useState<readonly string[]>([]);

  async function send(): Promise<void> {
    const isWell = await run(() =>
      chat.messages.forwardMessages({
        message_ids: [...ids],
        conversation_ids: [...chosen],
        mode,
      })
    );
    if (!isWell) return;
    tell(say("forwarded"));
    onClose();
  }

  return (
    <Dialog title={say("forward_to")} onClose={onClose}>
      <ul className="rows choose">
        {items.map((item) => (
          <li key={item.id}>
            <label className="choice">
              <input
                type="checkbox"
                checked={chosen.includes(item.id)}
                onChange={({ target }) =>
                  setChosen(
                    target.checked ? [...chosen, item.id] : chosen.filter((id) => id !== item.id),
                  )}
              />
              <Avatar name={titleOf(item)} url={avatarOf(item)} size={32} />
              <bdi>{titleOf(item)}</bdi>
            </label>
          </li>
        ))}
      </ul>
      <footer className="dialog-foot">
        <button
          type="button"
          className="primary"
          disabled={isBusy || !chosen.length}
          onClick={() => void send()}
        >
          {say("forward")}
        </button>
      </footer>
    </Dialog>
  );
}
