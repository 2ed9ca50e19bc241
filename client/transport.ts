// What the client needs of the world. `supabase_transport.ts` is the real one; tests script another.
import type { Call, Friend } from "./types.ts";

export interface Transport {
  readonly call: Call;
  /** The view `chat.friends`, all of it. @throws {ChatError} */
  listFriends(): Promise<Friend[]>;
  /**
   * Joins a private topic. After `closed` and `refused` the line is dead, and a new one is needed; from `failing` it
   * recovers by itself.
   */
  join(topic: string, ears: Ears): Line;
  /** Tells who is signed in, now and whenever it changes; null for nobody. Answers a function that ends it. */
  watchUser(listener: (userId: string | null) => void): () => void;
  /** Gets a new token. @throws {ChatError} `not_signed_in` when there is none to be had */
  refreshToken(): Promise<void>;
  readonly clock: Clock;
  readonly surroundings: Surroundings;
}

export type LineStatus =
  /** Pushes of clients flow, those of the database perhaps not yet. */
  | "joined"
  /** Pushes of the database flow. */
  | "flowing"
  | "failing"
  | "refused"
  | "closed";

export type Ears = {
  onPush(event: string, payload: unknown): void;
  onStatus(status: LineStatus): void;
  /** Who else is on the topic: what each of them gave to `track`. Only asked for where it is given. */
  onPresence?(tracked: unknown[]): void;
};

export interface Line {
  leave(): void;
  /** A broadcast to the others; whether it arrives is not known. */
  send(event: string, payload: Record<string, unknown>): void;
  track(payload: Record<string, unknown>): void;
}

export interface Clock {
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Calls back once; answers a function that prevents it. */
  after(milliseconds: number, callback: () => void): () => void;
}

export interface Surroundings {
  isOnline(): boolean;
  isVisible(): boolean;
  /** Calls back when the device comes online or goes offline, and when the page is shown or hidden. */
  watch(listener: () => void): () => void;
}
