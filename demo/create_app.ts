import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { type Chat, createChat, indexedDbStorage } from "../client/index.ts";
import { sendInParts } from "../client/media/resumable.ts";
import { takePicture } from "../client/media/take_picture.ts";
import type { Config } from "./config.ts";
import { createStore, type Store } from "./create_store.ts";
import { createUploads, type Uploads } from "./media/uploads.ts";

// deno-lint-ignore no-explicit-any -- the typed client is `chat`; this one is for accounts and functions
export type Supabase = SupabaseClient<any, any, any>;

/** Everything that lives as long as the page. */
export type App = {
  readonly supabase: Supabase;
  readonly chat: Chat;
  readonly uploads: Uploads;
  /** Own texts that were revoked, by message, to be edited and said again. */
  readonly revokedTexts: Store<ReadonlyMap<string, string>>;
};

/** A server that says nothing at all would keep a button waiting for ever. */
const PATIENCE = 30_000;
/** The first call of a function starts it, and a cover is made from a whole film. */
const PATIENCE_WITH_FUNCTIONS = 120_000;

export function createApp({ url, key }: Config): App {
  const supabase: Supabase = createClient(url, key, {
    global: { fetch: fetchWithEnd },
  });
  const chat = createChat(supabase, {
    storage: indexedDbStorage(),
    // In parts however small: only then an upload says how far it is.
    media: { parts: sendInParts, wholeUpTo: 0, takePicture },
  });
  chat.start();
  return {
    supabase,
    chat,
    uploads: createUploads(chat),
    revokedTexts: createStore(new Map()),
  };
}

const fetchWithEnd: typeof fetch = (input, init) => {
  const url = String(input instanceof Request ? input.url : input);
  const end = AbortSignal.timeout(
    url.includes("/functions/v1/") ? PATIENCE_WITH_FUNCTIONS : PATIENCE,
  );
  return fetch(input, {
    ...init,
    signal: init?.signal ? AbortSignal.any([init.signal, end]) : end,
  });
};
