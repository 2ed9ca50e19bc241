// The list of outgoing messages as all tabs share it: in memory at once, in the storage soon.
import type { ChatStorage } from "../storage/chat_storage.ts";
import type { Tabs } from "../tabs.ts";
import type { OutboxChange, Outgoing } from "./outgoing.ts";

export interface Shelf {
  /** Does a change at once here; resolves when it is kept. */
  change(change: OutboxChange): Promise<void>;
  /** Reads what is kept, because this tab has just begun or another tab has changed it. */
  read(): Promise<void>;
}

export type ShelfOptions = {
  readonly key: string;
  readonly storage: ChatStorage;
  readonly tabs: Tabs;
  readonly show: (list: readonly Outgoing[]) => void;
  /** It is kept: other tabs can read it. */
  readonly onKept: () => void;
};

export function createShelf({ key, storage, tabs, show, onKept }: ShelfOptions): Shelf {
  let stored: readonly Outgoing[] = [];
  /** Done here, but not kept yet. */
  const open: OutboxChange[] = [];
  // A storage that is full or forbidden costs the memory of a restart, not the messages.
  let isKeeping = true;

  function showAll(): void {
    show(open.reduce((list, change) => change(list), stored));
  }

  async function load(): Promise<readonly Outgoing[]> {
    if (!isKeeping) return stored;
    return await storage.get(key).then(parse, () => {
      isKeeping = false;
      return stored;
    });
  }

  return {
    change: async (change) => {
      open.push(change);
      showAll();
      await tabs.alone(key, async () => {
        const before = await load();
        const after = change(before);
        if (isKeeping && after !== before) {
          await write(storage, key, after).catch(() => isKeeping = false);
        }
        stored = after;
        open.splice(open.indexOf(change), 1);
      });
      showAll();
      onKept();
    },
    read: async () => {
      await tabs.alone(key, async () => stored = await load());
      showAll();
    },
  };
}

async function write(
  storage: ChatStorage,
  key: string,
  list: readonly Outgoing[],
): Promise<void> {
  if (list.length) await storage.set(key, JSON.stringify(list));
  else await storage.delete(key);
}

// Whatever else lies under the key is nothing that could be sent.
function parse(text: string | null): readonly Outgoing[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter(isOutgoing) : [];
  } catch {
    return [];
  }
}

function isOutgoing(value: unknown): value is Outgoing {
  return typeof value === "object" && value !== null && "id" in value &&
    "conversation_id" in value && "body" in value;
}
