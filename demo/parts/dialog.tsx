import { type ReactNode, useEffect, useRef } from "react";
import { useWords } from "../words.ts";
import { Icon } from "./icon.tsx";

/** The browser's own dialog: it holds the focus, and Esc closes it. */
export function Dialog({ title, onClose, children }: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="dialog-inside">
        <header className="bar">
          <h2>{title}</h2>
          <button
            type="button"
            className="icon"
            aria-label={say("close")}
            onClick={onClose}
          >
            <Icon shape="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
