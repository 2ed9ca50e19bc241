import { type FormEvent, useState } from "react";
import { go, hashOf } from "../route.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { FriendChoice } from "./friend_choice.tsx";

export function CreateGroup({ onClose }: { readonly onClose: () => void }) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      const { id } = await chat.groups.createGroup({
        name: name.trim(),
        ...chosen.length ? { user_ids: [...chosen] } : {},
      });
      go(hashOf(id));
      onClose();
    });
  }

  return (
    <Dialog title={say("create_group")} onClose={onClose}>
      <form className="stack padded" onSubmit={onSubmit}>
        <Field
          label={say("group_name")}
          value={name}
          maxLength={50}
          required
          onChange={({ target }) => setName(target.value)}
        />
        <FriendChoice chosen={chosen} onChoose={setChosen} />
        <button
          type="submit"
          className="primary"
          disabled={isBusy || !name.trim()}
        >
          {say("create_group")}
        </button>
      </form>
    </Dialog>
  );
}
