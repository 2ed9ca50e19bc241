// What somebody has begun to write, kept on the device for each conversation.
import type { State } from "./store/state.ts";
import type { ChatStorage } from "./storage/chat_storage.ts";
import type { Tabs } from "./tabs.ts";
import type { Clock } from "./transport.ts";

export interface Drafts {
  /** An empty text removes it. */
  set(conversationId: string, text: string): void;
  /** Reads what is kept. */
  read(): Promise<void>;
  end(): void;
}

export type DraftsOptions = {
  readonly key: string;
  readonly state: State;
  readonly storage: ChatStorage;
  readonly tabs: Tabs;
  readonly clock: Clock;
  readonly onKept: () => void;
};

/** Letters come fast: they are kept together after a moment. */
const PAUSE = 500;

export function createDrafts(options: DraftsOptions): Drafts {
  const { key, state, storage, tabs, clock, onKept } = options;
  const unkept = new Map<string, string>();
  let cancel: (() => void) | null = null;

  function show(drafts: Iterable<[string, string]>): void {
    const last = new Map(drafts); // an empty one takes away what came before it
    state.drafts = new Map([...last].filter(([, text]) => text !== ""));
    state.touch("drafts");
  }

  async function keepAll(): Promise<void> {
    cancel = null;
    const changes = new Map(unkept);
    unkept.clear();
    await tabs.alone(key, async () => {
      const all = new Map([...parse(await storage.get(key)), ...changes]);
      const left = [...all].filter(([, text]) => text !== "");
      await storage.set(key, JSON.stringify(Object.fromEntries(left)));
    }).then(onKept, () => {}); // without a storage, drafts live as long as the page
  }

  return {
    set: (id, text) => {
      unkept.set(id, text);
      show([...state.drafts, [id, text]]);
      cancel ??= clock.after(PAUSE, () => void keepAll());
    },
    read: async () => {
      const kept = await tabs.alone(key, () => storage.get(key)).then(parse, () => []);
      show([...kept, ...unkept]);
    },
    end: () => {
      cancel?.();
      if (unkept.size) void keepAll();
    },
  };
}

function parse(text: string | null): [string, string][] {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return Object.entries(value ?? {}).filter((entry): entry is [string, string] =>
      typeof entry[1] === "string"
    );
  } catch {
    return [];
  }
}
