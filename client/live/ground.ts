// What all parts of a session stand on.
import type { ChatStorage } from "../storage/chat_storage.ts";
import type { State } from "../store/state.ts";
import type { Tabs } from "../tabs.ts";
import type { Transport } from "../transport.ts";

export type Settings = {
  readonly storage: ChatStorage;
  readonly tabs: Tabs;
  /** How many topics this client hears at most. */
  readonly maxTopics: number;
  /** Milliseconds between two questions while nothing is pushed. */
  readonly syncInterval: number;
  /** Messages in one answer of sync. */
  readonly syncPageSize: number;
  /** Messages in one page of a conversation. */
  readonly historyPageSize: number;
  /** Of how many conversations to hold messages besides the open one, and how many of each. */
  readonly maxLogs: number;
  readonly maxLogLength: number;
  /** Up to how many milliseconds to wait when everybody in a group is told to ask. */
  readonly moveJitter: number;
};

export type Ground = {
  readonly me: string;
  readonly state: State;
  readonly transport: Transport;
  readonly settings: Settings;
  /** Tells whoever watches a slice. */
  readonly touch: (name: string) => void;
  /** The end of the session: nothing is taken over any more. */
  readonly ending: AbortController;
  /** Called after conversations have changed. */
  readonly followers: (() => void)[];
};

/** The name under which the tabs of one browser know this person. */
export function nameOf(me: string): string {
  return `supabase-chat:${me}`;
}
