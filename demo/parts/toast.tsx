import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
} from "react";

type Tone = "news" | "problem";
type Toast = {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
};
export type Tell = (text: string, tone?: Tone) => void;

const TellContext = createContext<Tell>(() => {});
const SHOWN_FOR = 6000;

export function useTell(): Tell {
  return useContext(TellContext);
}

/** Short sentences at the edge of the page, read out by screen readers. */
export function Toasts({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const tell = useCallback<Tell>((text, tone = "news") => {
    const id = performance.now();
    setToasts((
      before,
    ) => [...before.filter((toast) => toast.text !== text), {
      id,
      text,
      tone,
    }]);
    setTimeout(
      () => setToasts((before) => before.filter((toast) => toast.id !== id)),
      SHOWN_FOR,
    );
  }, []);
  const shelf = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What is shown last lies on top: also above a dialog.
    shelf.current?.hidePopover();
    if (toasts.length) shelf.current?.showPopover();
  }, [toasts]);
  return (
    <TellContext value={tell}>
      {children}
      <div ref={shelf} popover="manual" className="toasts" role="status">
        {toasts.map(({ id, text, tone }) => <p key={id} className={`toast ${tone}`}>{text}</p>)}
      </div>
    </TellContext>
  );
}
