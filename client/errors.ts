import type { ErrorCode } from "../functions/_shared/errors.gen.ts";

/**
 * A word of the catalogue (docs/errors.md), `unreachable` when no answer came, or what PostgREST and Postgres
 * say of requests that never reach a verb.
 */
export type ChatErrorCode = ErrorCode | "unreachable" | (string & Record<never, never>);

/** How everything in this client says no. */
export class ChatError extends Error {
  /** To branch on; the message is a sentence for people. */
  readonly code: ChatErrorCode;
  /** Of HTTP; 0 when no answer came. */
  readonly status: number;
  /** Seconds to wait, where the server said so and the browser lets it be read. */
  readonly retryAfter?: number;

  constructor(
    code: ChatErrorCode,
    status: number,
    message: string,
    { retryAfter, cause }: { retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ChatError";
    this.code = code;
    this.status = status;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}

/** Whether the same call may succeed later: nobody has refused it. */
export function isPassing(error: ChatError): boolean {
  return error.status === 0 || error.status === 429 || error.status >= 500;
}

/** Whatever was thrown, as the one class. */
export function asChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  return new ChatError("unreachable", 0, String(error), { cause: error });
}
