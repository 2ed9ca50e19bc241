import { useWords } from "../words.ts";

export function SelectionBar({ count, onForward, onCancel }: {
  readonly count: number;
  readonly onForward: (mode: "each" | "merged") => void;
  readonly onCancel: () => void;
}) {
  const { say } = useWords();
  return (
    <div
      className="bar selection"
      role="toolbar"
      aria-label={say("selected", { count })}
    >
      <span>{say("selected", { count })}</span>
      <button type="button" disabled={!count} onClick={() => onForward("each")}>
        {say("forward_each")}
      </button>
      <button
        type="button"
        disabled={!count}
        onClick={() => onForward("merged")}
      >
        {say("forward_merged")}
      </button>
      <button type="button" className="quiet" onClick={onCancel}>
        {say("cancel")}
      </button>
    </div>
  );
}
