import { go, HOME } from "../route.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { useConfirm } from "./confirm.tsx";
import type { GroupProps } from "./group_info.tsx";

/** The owner ends a group for everybody; all others leave it. */
export function GroupExit({ item, group }: GroupProps) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const confirm = useConfirm();
  const conversation_id = item.id;
  const isOwner = group.my_role === "owner";

  async function leave(): Promise<void> {
    if (await run(() => chat.groups.leaveGroup({ conversation_id }))) go(HOME);
  }

  return (
    <section className="stack padded">
      <button
        type="button"
        className="dangerous"
        disabled={isBusy}
        onClick={() =>
          isOwner
            ? confirm.ask(say("dissolve_sure", { name: group.name }), () =>
              void run(() => chat.groups.dissolveGroup({ conversation_id })))
            : confirm.ask(say("leave_sure", { name: group.name }), () =>
              void leave())}
      >
        {say(isOwner ? "dissolve" : "leave")}
      </button>
      {confirm.dialog}
    </section>
  );
}
