import type { ChatStorage } from "./chat_storage.ts";

/** What browsers call `Storage`; other platforms have their like, perhaps with promises. */
export interface KeyValueStore {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

/** Keeps in `localStorage`, in AsyncStorage, or in whatever has the same three methods. */
export function keyValueStorage(store: KeyValueStore): ChatStorage {
  return {
    get: async (key) => await store.getItem(key),
    set: async (key, value) => void await store.setItem(key, value),
    delete: async (key) => void await store.removeItem(key),
  };
}
