// The platform of uni-app and of WeChat mini-programs, in the shapes that supabase-js and the chat take.
import type { Sender } from "../media/sender.ts";
import type { Surroundings } from "../transport.ts";
import type { UniApi } from "./uni_api.ts";
import { uniFetch } from "./uni_fetch.ts";
import { uniSender } from "./uni_sender.ts";
import { type PromisedStore, uniStorage } from "./uni_storage.ts";
import { uniSurroundings } from "./uni_surroundings.ts";
import { type SocketConstructor, uniWebSocket } from "./uni_websocket.ts";

export type { UniApi } from "./uni_api.ts";

export type UniAdapters = {
  readonly fetch: typeof fetch;
  readonly WebSocket: SocketConstructor;
  readonly storage: PromisedStore;
  readonly sender: Sender;
  readonly surroundings: Surroundings;
};

/** Everything at once; for `uni` as well as for `wx`. docs/mini-programs.md shows where each of them goes. */
export function uniAdapters(api: UniApi): UniAdapters {
  return {
    fetch: uniFetch(api),
    WebSocket: uniWebSocket(api),
    storage: uniStorage(api),
    sender: uniSender(api),
    surroundings: uniSurroundings(api),
  };
}
