import { useState } from "react";
import type { ConversationItem, MemberItem } from "../../client/index.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import { FriendChoice } from "./friend_choice.tsx";
import { useTell } from "./toast.tsx";

export function InviteToGroup({ item, members, onClose }: {
  readonly item: ConversationItem;
  readonly members: ReadonlyMap<string, MemberItem>;
  readonly onClose: () => void;
}) {
  const { chat } = useApp();
  const { say } = useWords();
  const tell = useTell();
  const { run, isBusy } = useAction();
  const [chosen, setChosen] = useState<readonly string[]>([]);

  async function invite(): Promise<void> {
    const results = await chat.groups.inviteToGroup({
      conversation_id: item.id,
      user_ids: [...chosen],
    });
    const waiting = results.some(({ status }) => status.startsWith("awaits"));
    tell(say(waiting ? "invited_waiting" : "invited"));
    onClose();
  }

  return (
    <Dialog title={say("invite")} onClose={onClose}>
      <FriendChoice
        chosen={chosen}
        onChoose={setChosen}
        without={new Set(members.keys())}
      />
      <footer className="dialog-foot">
        <button
          type="button"
          className="primary"
          disabled={isBusy || !chosen.length}
          onClick={() => void run(invite)}
        >
          {say("invite")}
        </button>
      </footer>
    </Dialog>
  );
}
