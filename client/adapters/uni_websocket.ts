import type { UniApi, UniSocket } from "./uni_api.ts";

type Event = { readonly type: string; readonly target: unknown };
type MessageEvent = Event & { readonly data: string | ArrayBuffer };
type CloseEvent = Event & {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
};
// deno-lint-ignore no-explicit-any -- as the WebSocket of browsers: a listener says what it takes
type Listener = (event: any) => void;

/** What realtime-js takes as its `transport`. */
export interface SocketLike {
  readonly CONNECTING: number;
  readonly OPEN: number;
  readonly CLOSING: number;
  readonly CLOSED: number;
  readonly readyState: number;
  readonly url: string;
  readonly protocol: string;
  binaryType: string;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: string | ArrayBufferLike | ArrayBufferView | Blob): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: Listener): void;
  removeEventListener(type: string, listener: Listener): void;
}

export type SocketConstructor = new (
  url: string | URL,
  protocols?: string | string[],
) => SocketLike;

/** The connection broke, or never came about. */
const BROKEN = 1006;
const NO_CODE = 1005;

const State = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;

/** A `WebSocket` over `connectSocket`. */
export function uniWebSocket(api: Pick<UniApi, "connectSocket">): SocketConstructor {
  // A class, because whoever takes it says `new`.
  return class UniWebSocket implements SocketLike {
    static readonly CONNECTING = State.CONNECTING;
    static readonly OPEN = State.OPEN;
    static readonly CLOSING = State.CLOSING;
    static readonly CLOSED = State.CLOSED;
    readonly CONNECTING = State.CONNECTING;
    readonly OPEN = State.OPEN;
    readonly CLOSING = State.CLOSING;
    readonly CLOSED = State.CLOSED;
    readonly url: string;
    readonly protocol = "";
    readyState: number = State.CONNECTING;
    binaryType = "arraybuffer";
    onopen: SocketLike["onopen"] = null;
    onmessage: SocketLike["onmessage"] = null;
    onerror: SocketLike["onerror"] = null;
    onclose: SocketLike["onclose"] = null;
    readonly #listeners = new Map<string, Set<Listener>>();
    readonly #task: UniSocket;

    constructor(url: string | URL, protocols: string | string[] = []) {
      this.url = String(url);
      const names = [protocols].flat();
      this.#task = api.connectSocket({
        url: this.url,
        ...names.length ? { protocols: names } : {},
        success: () => {}, // of the call, not of the connection
        fail: () => this.#break(),
      });
      this.#task.onOpen(() => this.#open());
      this.#task.onMessage(({ data }) => this.#tell("message", { data }));
      this.#task.onError(() => this.#break());
      this.#task.onClose(({ code, reason }) => this.#end(code ?? NO_CODE, reason ?? ""));
    }

    send(data: Parameters<SocketLike["send"]>[0]): void {
      if (this.readyState === State.CONNECTING) throw invalid("It is not open yet.");
      if (this.readyState !== State.OPEN) return; // as browsers do
      this.#task.send({ data: dataOf(data), fail: () => this.#break() });
    }

    close(code = 1000, reason = ""): void {
      if (code !== 1000 && !(code >= 3000 && code < 5000)) {
        throw invalid(`${code} is not for apps.`);
      }
      if (this.readyState >= State.CLOSING) return;
      const wasOpen = this.readyState === State.OPEN;
      this.readyState = State.CLOSING;
      this.#task.close({ code, reason });
      // Not every platform tells the end of what was never open.
      if (!wasOpen) queueMicrotask(() => this.#break());
    }

    addEventListener(type: string, listener: Listener): void {
      const listeners = this.#listeners.get(type) ?? new Set();
      this.#listeners.set(type, listeners.add(listener));
    }

    removeEventListener(type: string, listener: Listener): void {
      this.#listeners.get(type)?.delete(listener);
    }

    #open(): void {
      if (this.readyState !== State.CONNECTING) return;
      this.readyState = State.OPEN;
      this.#tell("open", {});
    }

    #break(): void {
      if (this.readyState === State.CLOSED) return;
      this.#tell("error", {});
      this.#end(BROKEN, "");
    }

    /** Some platforms tell an error only, some an end only, some both. */
    #end(code: number, reason: string): void {
      if (this.readyState === State.CLOSED) return;
      this.readyState = State.CLOSED;
      this.#tell("close", { code, reason, wasClean: code !== BROKEN });
    }

    #tell(type: "open" | "message" | "error" | "close", more: object): void {
      if (type === "message" && this.readyState !== State.OPEN) return;
      const event = { type, target: this, ...more };
      const own: Listener | null = this[`on${type}`];
      own?.(event);
      for (const listener of [...this.#listeners.get(type) ?? []]) listener(event);
    }
  };
}

function dataOf(data: Parameters<SocketLike["send"]>[0]): string | ArrayBuffer {
  if (typeof data === "string" || data instanceof ArrayBuffer) return data;
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice().buffer;
  }
  throw new TypeError("This platform sends texts and bytes only.");
}

function invalid(message: string): Error {
  return Object.assign(new Error(message), { name: "InvalidStateError" });
}
