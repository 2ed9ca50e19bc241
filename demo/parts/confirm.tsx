import { type ReactNode, useState } from "react";
import { useWords } from "../words.ts";
import { Dialog } from "./dialog.tsx";

type Question = { readonly text: string; readonly act: () => void };

/** Asks before something that cannot be taken back. Show `dialog` somewhere. */
export function useConfirm(): {
  ask: (text: string, act: () => void) => void;
  dialog: ReactNode;
} {
  const { say } = useWords();
  const [question, setQuestion] = useState<Question | null>(null);
  const close = () => setQuestion(null);
  return {
    ask: (text, act) => setQuestion({ text, act }),
    dialog: question && (
      <Dialog title={say("are_you_sure")} onClose={close}>
        <p className="padded" dir="auto">{question.text}</p>
        <footer className="dialog-foot">
          <button type="button" onClick={close}>{say("cancel")}</button>
          <button
            type="button"
            className="dangerous"
            onClick={() => {
              close();
              question.act();
            }}
          >
            {say("yes")}
          </button>
        </footer>
      </Dialog>
    ),
  };
}
