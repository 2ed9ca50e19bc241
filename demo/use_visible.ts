import { type RefObject, useEffect, useSyncExternalStore } from "react";

/** Whether somebody can see the page. */
export function useVisible(): boolean {
  return useSyncExternalStore(
    (listener) => {
      document.addEventListener("visibilitychange", listener);
      return () => document.removeEventListener("visibilitychange", listener);
    },
    () => document.visibilityState === "visible",
  );
}

const WIDE = matchMedia("(min-width: 720px)");

/** Whether the list and a conversation have room side by side; as in app.css. */
export function useWide(): boolean {
  return useSyncExternalStore(
    (listener) => {
      WIDE.addEventListener("change", listener);
      return () => WIDE.removeEventListener("change", listener);
    },
    () => WIDE.matches,
  );
}

/** Calls back when a part comes into view. */
export function useSeen(
  part: RefObject<HTMLElement | null>,
  onSeen: () => void,
): void {
  useEffect(() => {
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && onSeen());
    if (part.current) watcher.observe(part.current);
    return () => watcher.disconnect();
  });
}
