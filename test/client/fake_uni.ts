// `uni` and `wx` as their documentation describes them: callbacks, tasks, their limits, and what they lack.
import type { Callbacks, UniApi } from "../../client/adapters/uni_api.ts";

// The platform's own, also where a test has taken them from everybody else.
const { fetch, FormData, WebSocket, TextDecoder } = globalThis;

const METHODS = new Set(["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT"]);
/** Requests and uploads at one time; others wait their turn. */
const AT_ONCE = 10;
const SOCKETS = 5;

export type FakeUni = UniApi & {
  /** The most requests that were under way at one time. */
  mostAtOnce(): number;
  goOffline(): void;
  goOnline(): void;
  show(): void;
  hide(): void;
  files: Map<string, Blob>;
  values: Map<string, unknown>;
  breakStorage(): void;
};

export function fakeUni({ networkType = "wifi" } = {}): FakeUni {
  const limit = limiter();
  const files = new Map<string, Blob>();
  const network = listeners<{ isConnected: boolean }>();
  const shown = listeners<void>();
  const hidden = listeners<void>();
  const { values, breakStorage, ...storage } = fakeStorage();
  return {
    ...storage,
    values,
    breakStorage,
    files,
    mostAtOnce: limit.most,
    request: (options) => startRequest(options, limit),
    uploadFile: (options) => startUpload(options, limit, files),
    connectSocket: connector(),
    getNetworkType: ({ success }) => queueMicrotask(() => success({ networkType })),
    onNetworkStatusChange: network.add,
    onAppShow: shown.add,
    onAppHide: hidden.add,
    goOffline: () => network.tell({ isConnected: false }),
    goOnline: () => network.tell({ isConnected: true }),
    show: () => shown.tell(),
    hide: () => hidden.tell(),
  };
}

type Limit = ReturnType<typeof limiter>;

function limiter() {
  const waiting: (() => void)[] = [];
  let running = 0;
  let most = 0;
  return {
    most: () => most,
    run: async <Value>(act: () => Promise<Value>): Promise<Value> => {
      if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
      running += 1;
      most = Math.max(most, running);
      try {
        return await act();
      } finally {
        running -= 1;
        waiting.shift()?.();
      }
    },
  };
}

/** Without a callback there is a promise instead of a task. */
function needsCallbacks({ success, fail }: Partial<Callbacks<never>>): void {
  if (!success && !fail) throw new Error("uni-app would answer a promise here, not a task");
}

function startRequest(options: Parameters<UniApi["request"]>[0], limit: Limit) {
  needsCallbacks(options);
  const { url, method, header, data, responseType, dataType } = options;
  const end = new AbortController();
  const ask = async () => {
    if (!METHODS.has(method)) throw new Error("method error");
    if (method === "GET" && data !== undefined) throw new Error("data would become a query");
    const answer = await fetch(url, {
      method,
      headers: header,
      body: data ?? null,
      signal: end.signal,
    });
    const bytes = await answer.arrayBuffer();
    const text = () => new TextDecoder().decode(bytes);
    return {
      statusCode: answer.status,
      header: Object.fromEntries(answer.headers),
      data: responseType === "arraybuffer"
        ? bytes
        : dataType === "json"
        ? JSON.parse(text())
        : text(),
    };
  };
  limit.run(ask).then(options.success, failing(options, "request", end.signal));
  return { abort: () => end.abort() };
}

function failing(
  { fail }: Pick<Callbacks<never>, "fail">,
  name: string,
  signal: AbortSignal,
): (error: Error) => void {
  return ({ message }) => fail({ errMsg: `${name}:fail ${signal.aborted ? "abort" : message}` });
}

function startUpload(
  options: Parameters<UniApi["uploadFile"]>[0],
  limit: Limit,
  files: Map<string, Blob>,
) {
  needsCallbacks(options);
  const end = new AbortController();
  const progress = listeners<{ progress: number }>();
  const send = async () => {
    await Promise.resolve(); // the task is there first
    const file = files.get(options.filePath);
    if (!file) throw new Error("file not found");
    const form = new FormData();
    for (const [name, value] of Object.entries(options.formData)) form.set(name, value);
    form.set(options.name, file, options.filePath.split("/").at(-1)!);
    progress.tell({ progress: 50 });
    const { url, header: headers } = options;
    const answer = await fetch(url, { method: "POST", headers, body: form, signal: end.signal });
    progress.tell({ progress: 100 });
    return { statusCode: answer.status, data: await answer.text() };
  };
  limit.run(send).then(options.success, failing(options, "uploadFile", end.signal));
  return { abort: () => end.abort(), onProgressUpdate: progress.add };
}

/** What is told reaches those who listened before. */
function listeners<Told>() {
  const all: ((told: Told) => void)[] = [];
  return {
    add: (listener: (told: Told) => void) => void all.push(listener),
    tell: (told: Told) => all.forEach((listener) => listener(told)),
  };
}

function connector(): UniApi["connectSocket"] {
  let open = 0;
  return (options) => {
    needsCallbacks(options);
    const opened = listeners<void>();
    const messages = listeners<{ data: string | ArrayBuffer }>();
    const errors = listeners<{ errMsg?: string }>();
    const ends = listeners<{ code?: number; reason?: string }>();
    const task = {
      onOpen: opened.add,
      onMessage: messages.add,
      onError: errors.add,
      onClose: ends.add,
    };
    if (open >= SOCKETS) {
      queueMicrotask(() => options.fail({ errMsg: "connectSocket:fail exceed max task count" }));
      return { ...task, send: () => {}, close: () => {} };
    }
    open += 1;
    const socket = new WebSocket(options.url, options.protocols ?? []);
    socket.binaryType = "arraybuffer";
    queueMicrotask(() => options.success({}));
    socket.onopen = () => opened.tell();
    socket.onmessage = ({ data }) => messages.tell({ data });
    // Of what never came about, some tell the error only.
    let isBroken = false;
    // And of what is closed before it is open, nothing at all.
    let isCalledOff = false;
    socket.onerror = () => {
      isBroken = true;
      if (!isCalledOff) errors.tell({ errMsg: "connection failed" });
    };
    socket.onclose = ({ code, reason }) => {
      open -= 1;
      if (!isBroken && !isCalledOff) ends.tell({ code, reason });
    };
    return {
      ...task,
      send: ({ data, fail }) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(data);
        else fail?.({ errMsg: "sendSocketMessage:fail" });
      },
      close: ({ code, reason }) => {
        isCalledOff = socket.readyState === WebSocket.CONNECTING;
        socket.close(code, reason);
      },
    };
  };
}

function fakeStorage() {
  const values = new Map<string, unknown>();
  let isBroken = false;
  const answer = <Value>(
    { success, fail }: Callbacks<Value>,
    name: string,
    act: () => Value,
  ) =>
    queueMicrotask(() => {
      try {
        success(act());
      } catch (error) {
        fail({ errMsg: `${name}:fail ${error instanceof Error ? error.message : error}` });
      }
    });
  const read = (key: string) => {
    if (isBroken) throw new Error("system error");
    if (!values.has(key)) throw new Error("data not found");
    return { data: values.get(key) };
  };
  return {
    values,
    breakStorage: () => void (isBroken = true),
    getStorage: ({ key, ...callbacks }: Parameters<UniApi["getStorage"]>[0]) =>
      answer(callbacks, "getStorage", () => read(key)),
    getStorageInfo: (callbacks: Parameters<UniApi["getStorageInfo"]>[0]) =>
      answer(callbacks, "getStorageInfo", () => ({ keys: [...values.keys()] })),
    setStorage: ({ key, data, ...callbacks }: Parameters<UniApi["setStorage"]>[0]) =>
      answer(callbacks, "setStorage", () => values.set(key, data)),
    removeStorage: ({ key, ...callbacks }: Parameters<UniApi["removeStorage"]>[0]) =>
      answer(callbacks, "removeStorage", () => values.delete(key)),
  };
}
