import { createContext, useContext } from "react";
import { en } from "./words/en.ts";
import { zh } from "./words/zh.ts";

export type Language = "en" | "zh";
export type Word = keyof typeof en;
/** A text of the page, with `{name}` filled in. */
export type Say = (
  word: Word,
  values?: Readonly<Record<string, string | number>>,
) => string;
export type Words = { readonly language: Language; readonly say: Say };

const TEXTS: Record<Language, Record<Word, string>> = { en, zh };

export function wordsOf(language: Language): Words {
  return {
    language,
    say: (word, values = {}) =>
      TEXTS[language][word].replace(
        /\{(\w+)\}/g,
        (_, name: string) => String(values[name] ?? ""),
      ),
  };
}

export const WordsContext = createContext<Words>(wordsOf("en"));

export function useWords(): Words {
  return useContext(WordsContext);
}
