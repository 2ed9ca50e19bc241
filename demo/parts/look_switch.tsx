import { createContext, useContext } from "react";
import type { Look, Theme } from "../look.ts";
import { useWords } from "../words.ts";

export const LookContext = createContext<
  { look: Look; setLook: (look: Look) => void }
>({
  look: { language: "en", theme: "auto" },
  setLook: () => {},
});

const THEMES: readonly Theme[] = ["auto", "light", "dark"];

/** Language, and light or dark. */
export function LookSwitch() {
  const { look, setLook } = useContext(LookContext);
  const { say } = useWords();
  return (
    <div className="look-switch">
      <button
        type="button"
        className="quiet"
        lang={look.language === "zh" ? "en" : "zh-CN"}
        onClick={() => setLook({ ...look, language: look.language === "zh" ? "en" : "zh" })}
      >
        {look.language === "zh" ? "English" : "中文"}
      </button>
      <label>
        <span className="hidden-label">{say("theme")}</span>
        <select
          value={look.theme}
          onChange={(event) =>
            setLook({
              ...look,
              theme: THEMES[event.target.selectedIndex] ?? "auto",
            })}
        >
          {THEMES.map((theme) => <option key={theme} value={theme}>{say(`theme_${theme}`)}
          </option>)}
        </select>
      </label>
    </div>
  );
}
