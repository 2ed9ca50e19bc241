import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

const VERSION_HEADER = "x-supabase-api-version";
const VERSION = "2024-01-01";

/** A no that the client is told: the status, the code and the sentence of the real service. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  /** Fields of the body besides code and message. */
  readonly extra: Record<string, unknown>;

  constructor(
    status: ContentfulStatusCode,
    code: string,
    message: string,
    options: ErrorOptions & { extra?: Record<string, unknown> } = {},
  ) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.extra = options.extra ?? {};
  }
}

/** Bodies that the client sent and nobody could use. */
export function invalid(message: string): Refusal {
  return new Refusal(400, "validation_failed", message);
}

/** A failure of our own; `cause` goes to the log only. */
export function failure(message: string, cause: unknown): Refusal {
  return new Refusal(500, "unexpected_failure", message, { cause });
}

/** Writes a refusal in the shape of the API version that the client speaks. */
export function answerRefusal(c: Context, refusal: Refusal): Response {
  const { status, code, message, extra } = refusal;
  c.header("x-sb-error-code", code);
  if (!speaksVersion(c.req.header(VERSION_HEADER))) {
    return c.json({ code: status, error_code: code, msg: message, ...extra }, status);
  }
  c.header(VERSION_HEADER, VERSION);
  return c.json({ code, message, ...extra }, status);
}

// Dates in this form compare as text; anything else is an old client.
function speaksVersion(version = ""): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(version) && !Number.isNaN(Date.parse(version)) &&
    version >= VERSION;
}
