// A device on a bad network: everything that a client reaches goes through here, and what becomes of it is scripted.
import { type Chat, createChatOn } from "../../client/create_chat.ts";
import { ChatError } from "../../client/errors.ts";
import type { ChatStorage } from "../../client/storage/chat_storage.ts";
import { singleTab } from "../../client/tabs.ts";
import type { Ears, Line, LineStatus, Transport } from "../../client/transport.ts";
import type { Call, Friend } from "../../client/types.ts";
import type { ModelServer, Told } from "./model_server.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What happens to one thing on its way, as small numbers, so that failures shrink to zeros: all is well. */
export type Fate = () => number;

const REJOIN = [1_000, 2_000, 5_000, 10_000];

type OpenLine = { topic: string; ears: Ears; isJoined: boolean; isOver: boolean; tries: number };

export class Device {
  readonly me: string;
  chat: Chat;
  isOnline = true;
  isVisible = true;
  /** Set while the device sleeps: what is due waits. */
  #asleep: (() => void)[] | null = null;
  #isTokenGood = true;
  #lines = new Set<OpenLine>();
  #watchers = new Set<() => void>();
  #onUser: ((me: string | null) => void) | null = null;
  /** Raised by a kill: whatever belongs to an earlier life is over. */
  #life = 0;
  readonly #time: VirtualTime;
  readonly #server: ModelServer;
  readonly #fate: Fate;
  readonly #afterCommit: () => void;
  readonly #pageSize: number;
  readonly #stored = new Map<string, string>();

  constructor(
    me: string,
    world: { time: VirtualTime; server: ModelServer; fate: Fate; afterCommit: () => void },
    pageSize: number,
  ) {
    this.me = me;
    this.#time = world.time;
    this.#server = world.server;
    this.#fate = world.fate;
    this.#afterCommit = world.afterCommit;
    this.#pageSize = pageSize;
    this.chat = this.#begin();
  }

  /** The app is gone in this moment, and begins anew with what was stored. */
  kill(): void {
    this.#life++;
    this.#lines = new Set();
    this.#watchers = new Set();
    this.#asleep = null;
    this.chat = this.#begin();
  }

  goOnline(isOnline: boolean): void {
    if (isOnline === this.isOnline) return;
    this.isOnline = isOnline;
    if (!isOnline) this.breakLines();
    for (const watcher of this.#watchers) watcher();
  }

  show(isVisible: boolean): void {
    this.isVisible = isVisible;
    for (const watcher of this.#watchers) watcher();
  }

  sleep(isAsleep: boolean): void {
    const waiting = this.#asleep;
    if (isAsleep === (waiting !== null)) return;
    this.#asleep = isAsleep ? [] : null;
    if (isAsleep) this.breakLines();
    for (const run of waiting ?? []) run();
  }

  /** The token ends: calls are refused, and the server closes the channels. */
  expireToken(): void {
    this.#isTokenGood = false;
    this.closeLines();
  }

  /** The socket is gone; supabase-js tries to get another one by itself. */
  breakLines(): void {
    for (const line of this.#lines) {
      if (line.isOver) continue;
      line.isJoined = false;
      this.#status(line, "failing");
      this.#rejoin(line);
    }
  }

  /** The server closes the channels, which is final. */
  closeLines(): void {
    for (const line of this.#lines) {
      line.isJoined = false;
      line.isOver = true;
      this.#status(line, "closed");
    }
  }

  signOut(): void {
    this.#onUser?.(null);
  }

  signIn(): void {
    this.#isTokenGood = true;
    this.#onUser?.(this.me);
  }

  /** A push of the server goes to whoever has joined its topic now. */
  hear({ topic, event, payload }: Told): void {
    for (const line of this.#lines) {
      if (!line.isJoined || line.topic !== topic) continue;
      const deliver = () => {
        if (line.isJoined) line.ears.onPush(event, payload);
      };
      const fate = this.#fate() % 8;
      if (fate === 3 || fate === 4) continue; // lost
      this.#later(fate === 1 ? 3_000 : fate === 2 ? 300 : 20, deliver);
      if (fate === 5) this.#later(2_000, deliver);
    }
  }

  #begin(): Chat {
    const life = ++this.#life;
    const chat = createChatOn(this.#transport(life), {
      storage: this.#storage(life),
      tabs: singleTab(),
      maxTopics: 20,
      syncInterval: 60_000,
      syncPageSize: this.#pageSize,
      historyPageSize: 4,
      maxLogs: 2,
      maxLogLength: 3,
      moveJitter: 3_000,
    });
    chat.start();
    return chat;
  }

  #transport(life: number): Transport {
    return {
      call: this.#call(life),
      listFriends: () => this.#reach(life, () => this.#friends()),
      join: (topic, ears) => this.#join(topic, ears),
      watchUser: (listener) => {
        this.#onUser = listener;
        return this.#after(life, 0, () => listener(this.me));
      },
      refreshToken: async () => {
        await this.#reach(life, () => this.#isTokenGood = true, true);
      },
      clock: {
        now: () => this.#time.now,
        random: () => (this.#fate() % 8) / 8,
        after: (milliseconds, run) => this.#after(life, milliseconds, run),
      },
      surroundings: {
        isOnline: () => this.isOnline,
        isVisible: () => this.isVisible,
        watch: (listener) => {
          this.#watchers.add(listener);
          return () => this.#watchers.delete(listener);
        },
      },
    };
  }

  #friends(): Friend[] {
    return [...this.#server.names].filter(([id]) => this.#server.isFriend(this.me, id)).map((
      [id, name],
    ) => ({ id, name, username: null, avatar: null, remark: null, created_at: "" }));
  }

  #call(life: number): Call {
    return (verb, args) => this.#reach(life, () => this.#server.call(this.me, verb, args));
  }

  /** A request and its answer, each of which may be late or lost. */
  #reach<Value>(life: number, run: () => Value, isForToken = false): Promise<Value> {
    const fate = this.#fate() % 12;
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const fail = (status: number, code: string, after: number) =>
      void this.#after(life, after, () => reject(new ChatError(code, status, code)));
    if (!this.isOnline || fate === 3) fail(0, "unreachable", 1_000);
    else if (fate === 4) fail(503, "busy", 50);
    else if (fate === 5) fail(429, "too_many", 50);
    else {
      // On its way it needs nobody: the server gets it even if the device is gone.
      this.#time.after(fate === 1 ? 2_500 : 30, () => {
        if (!isForToken && !this.#isTokenGood) return fail(401, "PGRST303", 20);
        const answer = attempt(run);
        this.#afterCommit();
        if (fate === 6 || fate === 7) return fail(0, "unreachable", 1_000);
        this.#after(life, fate === 2 ? 2_500 : 30, () => {
          if (answer instanceof ChatError) reject(answer);
          else resolve(answer);
        });
      });
    }
    return promise;
  }

  #join(topic: string, ears: Ears): Line {
    const line = { topic, ears, isJoined: false, isOver: false, tries: 0 };
    this.#lines.add(line);
    this.#later(50, () => this.#admit(line));
    return {
      leave: () => {
        line.isOver = true;
        line.isJoined = false;
        this.#lines.delete(line);
        ears.onStatus("closed"); // as supabase-js tells it
      },
      send: () => {},
      track: () => {},
    };
  }

  #admit(line: OpenLine): void {
    if (line.isOver || line.isJoined) return;
    if (!this.isOnline || this.#asleep || this.#fate() % 8 === 7) {
      this.#status(line, "failing");
      return this.#rejoin(line);
    }
    if (!this.#isTokenGood || !this.#server.mayHear(this.me, line.topic)) {
      return this.#status(line, "refused");
    }
    line.isJoined = true;
    line.tries = 0;
    this.#status(line, "joined");
    this.#later(500, () => {
      if (line.isJoined) this.#status(line, "flowing");
    });
  }

  #rejoin(line: OpenLine): void {
    this.#later(REJOIN[Math.min(line.tries++, 3)]!, () => this.#admit(line));
  }

  #status(line: OpenLine, status: LineStatus): void {
    if (this.#lines.has(line)) line.ears.onStatus(status);
  }

  #later(milliseconds: number, run: () => void): void {
    this.#after(this.#life, milliseconds, run);
  }

  #after(life: number, milliseconds: number, run: () => void): () => void {
    let isOff = false;
    const due = () => {
      if (isOff || life !== this.#life) return;
      if (this.#asleep) this.#asleep.push(due);
      else run();
    };
    this.#time.after(milliseconds, due);
    return () => isOff = true;
  }

  #storage(life: number): ChatStorage {
    const soon = <Value>(act: () => Value): Promise<Value> =>
      new Promise((resolve) => this.#after(life, 2, () => resolve(act())));
    return {
      get: (key) => soon(() => this.#stored.get(key) ?? null),
      set: (key, value) => soon(() => void this.#stored.set(key, value)),
      delete: (key) => soon(() => void this.#stored.delete(key)),
    };
  }
}

function attempt<Value>(run: () => Value): Value | ChatError {
  try {
    return run();
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
}
