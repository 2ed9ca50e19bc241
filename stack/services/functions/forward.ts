import { limited } from "../../limited.ts";
import { platformError } from "./errors.ts";
import type { Host } from "./host.ts";
import { BootError, type Call } from "./worker.ts";

const PREFIX = "/functions/v1";

/** Longest request body that is passed on. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** How long a process whose connection broke may take to be seen as dead. */
const LAST_BREATH = 2_000;

/** Hands a call to the function and its answer back, both as streams. */
export async function forward(request: Request, host: Host): Promise<Response> {
  if (Number(request.headers.get("content-length")) > MAX_BODY_BYTES) {
    return platformError("REQUEST_TOO_LARGE");
  }
  try {
    return await send(request, await host.begin());
  } catch (error) {
    if (!(error instanceof BootError)) throw error;
    return platformError("BOOT_ERROR");
  }
}

async function send(request: Request, call: Call): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const body = request.body && limited(request.body, MAX_BODY_BYTES);
  try {
    // A function sees its name, and not the prefix of the gateway.
    const response = await fetch(`${call.origin}${pathname.slice(PREFIX.length)}${search}`, {
      method: request.method,
      headers: request.headers,
      body: body?.stream ?? null,
      redirect: "manual",
      signal: call.timeUp,
    });
    return answered(response, call);
  } catch {
    call.end();
    if (body?.isTooLarge()) return platformError("REQUEST_TOO_LARGE");
    if (call.timeUp.aborted) return platformError("IDLE_TIMEOUT");
    return await broken(call);
  }
}

// The call lasts until the last byte of the answer has gone out, or nobody wants it any more.
function answered(response: Response, call: Call): Response {
  const headers = new Headers(response.headers);
  // `fetch` has unpacked the body, and tells of it as it was.
  if (headers.has("content-encoding")) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  if (response.status >= 500) {
    headers.set("sb-error-code", "EDGE_FUNCTION_ERROR");
    headers.append("access-control-expose-headers", "sb-error-code");
  }
  const { status, statusText } = response;
  if (!response.body) {
    call.end();
    return new Response(null, { status, statusText, headers });
  }
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  response.body.pipeTo(writable).catch(() => {}).finally(call.end);
  return new Response(readable, { status, statusText, headers });
}

// V8 ends by a signal when its heap is full; whatever else a function does wrong ends with a small code.
async function broken(call: Call): Promise<Response> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<0>((resolve) => {
    timer = setTimeout(() => resolve(0), LAST_BREATH);
  });
  const code = await Promise.race([call.ended, patience]);
  clearTimeout(timer);
  return platformError(code > 128 ? "WORKER_RESOURCE_LIMIT" : "WORKER_ERROR");
}
