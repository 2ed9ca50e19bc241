import type { UniApi } from "./uni_api.ts";

/** A `KeyValueStore` that answers promises, which supabase-js takes too. */
export type PromisedStore = {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
};

/** For `keyValueStorage()` of the chat, and for `auth.storage` of supabase-js. */
export function uniStorage(
  api: Pick<UniApi, "getStorage" | "getStorageInfo" | "setStorage" | "removeStorage">,
): PromisedStore {
  const isThere = async (key: string) => {
    const { keys } = await promised<{ keys: string[] }>((callbacks) =>
      api.getStorageInfo(callbacks)
    );
    return keys.includes(key);
  };
  return {
    getItem: async (key) => {
      try {
        const { data } = await promised<{ data: unknown }>((callbacks) =>
          api.getStorage({ key, ...callbacks })
        );
        return typeof data === "string" ? data : null;
      } catch (error) {
        // What is not there fails like what cannot be read. Taken for nothing, a session would be lost.
        if (await isThere(key)) throw error;
        return null;
      }
    },
    setItem: async (key, data) =>
      void await promised((callbacks) => api.setStorage({ key, data, ...callbacks })),
    removeItem: async (key) =>
      void await promised((callbacks) => api.removeStorage({ key, ...callbacks })),
  };
}

function promised<Answer>(
  act: (callbacks: {
    success: (answer: Answer) => void;
    fail: (error: { errMsg?: string }) => void;
  }) => unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    act({ success: resolve, fail: ({ errMsg }) => reject(new Error(errMsg ?? "storage failed")) });
  });
}
