import type { ChatStorage } from "./chat_storage.ts";

const STORE = "values";

/** What this needs of the browser's IndexedDB, so that nobody has to compile with the browser's types. */
export interface IdbFactory {
  open(name: string, version: number): IdbRequest<IdbDatabase> & { onupgradeneeded: unknown };
}
interface IdbRequest<Value> {
  readonly result: Value;
  readonly error: unknown;
  onsuccess: unknown;
  onerror: unknown;
}
interface IdbDatabase {
  createObjectStore(name: string): unknown;
  transaction(name: string, mode: "readonly" | "readwrite"): IdbTransaction;
  close(): void;
  onclose: unknown;
  onversionchange: unknown;
}
interface IdbTransaction {
  objectStore(name: string): IdbStore;
  readonly error: unknown;
  oncomplete: unknown;
  onabort: unknown;
}
interface IdbStore {
  get(key: string): IdbRequest<unknown>;
  put(value: string, key: string): IdbRequest<unknown>;
  delete(key: string): IdbRequest<unknown>;
}

/** Keeps in the browser's IndexedDB. */
export function indexedDbStorage(
  name = "supabase-chat",
  factory: IdbFactory = browserFactory(),
): ChatStorage {
  let opened: Promise<IdbDatabase> | null = null;

  async function run(
    mode: "readonly" | "readwrite",
    act: (store: IdbStore) => IdbRequest<unknown>,
  ): Promise<unknown> {
    opened ??= open(factory, name, () => opened = null);
    const transaction = (await opened).transaction(STORE, mode);
    return await new Promise((resolve, reject) => {
      const request = act(transaction.objectStore(STORE));
      // Only a transaction that is complete has been written.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    get: async (key) => {
      const value = await run("readonly", (store) => store.get(key));
      return typeof value === "string" ? value : null;
    },
    set: async (key, value) => void await run("readwrite", (store) => store.put(value, key)),
    delete: async (key) => void await run("readwrite", (store) => store.delete(key)),
  };
}

/** `onGone`: it failed, or the browser has closed it; the next call may open it again. */
function open(factory: IdbFactory, name: string, onGone: () => void): Promise<IdbDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onerror = () => {
      onGone();
      reject(request.error);
    };
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = onGone;
      database.onversionchange = () => {
        database.close();
        onGone();
      };
      resolve(database);
    };
  });
}

function browserFactory(): IdbFactory {
  const { indexedDB } = globalThis as { indexedDB?: IdbFactory }; // browsers only
  if (!indexedDB) throw new Error("There is no IndexedDB here: use another storage.");
  return indexedDB;
}
