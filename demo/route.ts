// Where the person is, in the address: so that the back button of a phone goes back.
import { useSyncExternalStore } from "react";

export type Tab = "chats" | "people" | "me";
export type Route = {
  readonly tab: Tab;
  readonly conversationId: string | null;
  /** What is told about the conversation, beside it. */
  readonly isInfo: boolean;
};

export const HOME = "#/chats";

export function go(hash: string): void {
  location.hash = hash;
}

export function hashOf(conversationId: string, isInfo = false): string {
  return `#/chats/${conversationId}${isInfo ? "/info" : ""}`;
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(
    (listener) => {
      addEventListener("hashchange", listener);
      return () => removeEventListener("hashchange", listener);
    },
    () => location.hash,
  );
  const [, tab, id, info] = hash.split("/");
  return {
    tab: tab === "people" || tab === "me" ? tab : "chats",
    conversationId: tab === "chats" && id && /^[\da-f-]{36}$/.test(id) ? id : null,
    isInfo: info === "info",
  };
}
