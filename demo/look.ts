// Language and colours: what the device says, until the person chooses.
import { useEffect, useState } from "react";
import type { Language } from "./words.ts";

export type Theme = "auto" | "light" | "dark";
export type Look = { readonly language: Language; readonly theme: Theme };

const KEY = "supabase-chat-demo:look";

function readLook(): Look {
  const device: Look = {
    language: navigator.language.startsWith("zh") ? "zh" : "en",
    theme: "auto",
  };
  try {
    const { language, theme } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return {
      language: language === "zh" || language === "en" ? language : device.language,
      theme: theme === "light" || theme === "dark" ? theme : "auto",
    };
  } catch {
    return device; // no storage in this browser, or not ours
  }
}

export function useLook(): [Look, (look: Look) => void] {
  const [look, setLook] = useState(readLook);
  useEffect(() => {
    document.documentElement.lang = look.language === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset.theme = look.theme;
  }, [look]);
  return [look, (next) => {
    setLook(next);
    try {
      localStorage.setItem(KEY, JSON.stringify(next));
    } catch {
      // It holds until the page is closed.
    }
  }];
}
