import { useEffect, useState } from "react";
import { useApp, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";
import { refusalText } from "../refusals.ts";

/** A line is lost and found again all the time: only what lasts is worth a word. */
const PATIENCE = 3000;

export function ConnectionBar() {
  const { chat } = useApp();
  const { say, language } = useWords();
  const { connection, problem } = useSlice(chat.live.status);
  const isQuiet = connection === "live";
  const [isLong, setLong] = useState(false);

  useEffect(() => {
    setLong(false);
    if (isQuiet) return;
    const timer = setTimeout(() => setLong(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [isQuiet]);

  if (isQuiet || (connection === "connecting" && !isLong)) return null;
  return (
    <div className="connection" role="status">
      <span>
        {connection === "offline"
          ? say("offline")
          : problem
          ? refusalText(problem, language)
          : say("connecting")}
      </span>
      {connection !== "offline" && (
        <button
          type="button"
          className="quiet"
          onClick={() => chat.refresh()}
        >
          {say("try_again")}
        </button>
      )}
    </div>
  );
}
