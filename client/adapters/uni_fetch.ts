import { abortError, lineError, type UniAnswer, type UniApi } from "./uni_api.ts";

/** Answers that have no body, whatever the platform makes of it. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * `fetch` over `request`, as supabase-js uses it. Bodies go and come whole: nothing streams. Of browsers it needs
 * `Headers`, `URL`, `URLSearchParams`, `TextEncoder` and `TextDecoder`, as supabase-js does.
 */
export function uniFetch(api: Pick<UniApi, "request">): typeof fetch {
  return async (input, init = {}) => {
    if (typeof input === "object" && "url" in input) {
      throw new TypeError("This platform has no Request.");
    }
    const url = String(input);
    const { method = "GET", signal } = init;
    if (signal?.aborted) throw abortError(signal);
    const headers = new Headers(init.headers);
    const data = bodyOf(init.body, headers);
    const answer = await ask(api, {
      url,
      method: method.toUpperCase(),
      header: Object.fromEntries(headers),
      ...data === undefined ? {} : { data },
    }, signal);
    return toResponse(url, answer);
  };
}

type Question = Pick<Parameters<UniApi["request"]>[0], "url" | "method" | "header" | "data">;

function ask(
  api: Pick<UniApi, "request">,
  question: Question,
  signal: AbortSignal | null | undefined,
): Promise<UniAnswer> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      task.abort();
      if (signal) reject(abortError(signal));
    };
    const settle = <Value>(act: (value: Value) => void) => (value: Value) => {
      signal?.removeEventListener("abort", abort);
      act(value);
    };
    const task = api.request({
      ...question,
      dataType: "bytes", // anything but json: whoever asked parses it
      responseType: "arraybuffer",
      success: settle(resolve),
      fail: settle((error) => reject(lineError(error))),
    });
    signal?.addEventListener("abort", abort);
  });
}

function bodyOf(
  body: BodyInit | null | undefined,
  headers: Headers,
): string | ArrayBuffer | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === "string") {
    if (!headers.has("content-type")) headers.set("content-type", "text/plain;charset=UTF-8");
    return body;
  }
  if (body instanceof ArrayBuffer) return body;
  if (ArrayBuffer.isView(body)) {
    // The platform takes whole buffers only.
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice().buffer;
  }
  if (body instanceof URLSearchParams) {
    headers.set("content-type", "application/x-www-form-urlencoded;charset=UTF-8");
    return String(body);
  }
  throw new TypeError(
    "This platform sends texts and bytes only. Files go by their paths: uniSender.",
  );
}

function toResponse(url: string, { statusCode, header = {}, data }: UniAnswer): Response {
  const status = Number(statusCode);
  const headers = new Headers(
    Object.entries(header).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const bytes = WITHOUT_BODY.has(status) ? new ArrayBuffer(0) : bytesOf(data);
  let bodyUsed = false;
  const take = () => {
    if (bodyUsed) return Promise.reject(new TypeError("The body was read already."));
    bodyUsed = true;
    return Promise.resolve(bytes);
  };
  const response = {
    url,
    status,
    ok: status >= 200 && status < 300,
    statusText: "",
    headers,
    body: null,
    type: "basic",
    redirected: false,
    get bodyUsed() {
      return bodyUsed;
    },
    arrayBuffer: take,
    bytes: async () => new Uint8Array(await take()),
    text: async () => textOf(await take()),
    json: async () => JSON.parse(textOf(await take())),
    blob: async () => new Blob([await take()], { type: headers.get("content-type") ?? "" }),
    clone: () => toResponse(url, { statusCode, header, data }),
  };
  // All of a Response but streams and forms, which are not to be had here.
  return response as unknown as Response;
}

/** Some platforms answer texts all the same. */
function bytesOf(data: unknown): ArrayBuffer {
  if (data instanceof ArrayBuffer) return data;
  if (data === undefined || data === null) return new ArrayBuffer(0);
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return new TextEncoder().encode(text).buffer;
}

function textOf(bytes: ArrayBuffer): string {
  return new TextDecoder().decode(bytes);
}
