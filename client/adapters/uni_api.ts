// What the adapters need of `uni` (uni-app) or `wx` (WeChat): both have these shapes.

/** Without a callback uni-app answers a promise instead of a task. */
export type Callbacks<Answer> = {
  success: (answer: Answer) => void;
  fail: (error: { errMsg?: string }) => void;
};

export type UniAnswer = {
  readonly statusCode: number;
  readonly data: unknown;
  readonly header?: Readonly<Record<string, string | readonly string[]>>;
};

export interface UniSocket {
  send(options: { data: string | ArrayBuffer } & Partial<Callbacks<unknown>>): void;
  close(options: { code?: number; reason?: string }): void;
  onOpen(listener: () => void): void;
  onMessage(listener: (message: { data: string | ArrayBuffer }) => void): void;
  onError(listener: (error: { errMsg?: string }) => void): void;
  onClose(listener: (end: { code?: number; reason?: string }) => void): void;
}

export interface UniApi {
  request(
    options: {
      url: string;
      method: string;
      header: Record<string, string>;
      data?: string | ArrayBuffer;
      dataType: string;
      responseType: "text" | "arraybuffer";
    } & Callbacks<UniAnswer>,
  ): { abort(): void };
  connectSocket(
    options: { url: string; protocols?: string[] } & Callbacks<unknown>,
  ): UniSocket;
  uploadFile(
    options: {
      url: string;
      filePath: string;
      name: string;
      header: Record<string, string>;
      formData: Record<string, string>;
    } & Callbacks<{ statusCode: number; data: string }>,
  ): {
    abort(): void;
    onProgressUpdate(listener: (progress: { progress: number }) => void): void;
  };
  getStorage(options: { key: string } & Callbacks<{ data: unknown }>): unknown;
  getStorageInfo(options: Callbacks<{ keys: string[] }>): unknown;
  setStorage(options: { key: string; data: string } & Callbacks<unknown>): unknown;
  removeStorage(options: { key: string } & Callbacks<unknown>): unknown;
  getNetworkType(options: Callbacks<{ networkType: string }>): unknown;
  onNetworkStatusChange(listener: (status: { isConnected: boolean }) => void): void;
  onAppShow(listener: () => void): void;
  onAppHide(listener: () => void): void;
}

/** How `fetch` says that no answer came. */
export function lineError({ errMsg }: { errMsg?: string }): TypeError {
  return new TypeError(errMsg ?? "there was no answer");
}

export function abortError(signal: AbortSignal): unknown {
  return signal.reason ?? Object.assign(new Error("It was aborted."), { name: "AbortError" });
}
