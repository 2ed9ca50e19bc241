import assert from "node:assert/strict";
import type pg from "pg";

/** Makes sure that a call is refused in these words; answers the refusal. */
export async function refuses(
  call: Promise<unknown>,
  sqlstate: string,
  message?: string,
): Promise<Refusal> {
  const refusal = await call.then(
    () => assert.fail(`This was allowed; expected ${sqlstate} ${message ?? ""}`),
    readRefusal,
  );
  assert.deepEqual(
    { sqlstate: refusal.sqlstate, message: refusal.message },
    { sqlstate, message: message ?? refusal.message },
  );
  return refusal;
}

export type Refusal = {
  sqlstate: string;
  message: string;
  sentence: string;
  /** Seconds after which it may be tried again. */
  retryAfter: number | null;
};

// As PostgREST reads errors: with SQLSTATE PGRST, message and detail are JSON and carry the headers.
function readRefusal(error: pg.DatabaseError): Refusal {
  const { code, message, detail } = error;
  if (code !== "PGRST") {
    return { sqlstate: code ?? String(error), message, sentence: detail ?? "", retryAfter: null };
  }
  const body = JSON.parse(message);
  const { status, headers } = JSON.parse(detail ?? "{}");
  assert.equal(body.code, `PT${status}`);
  return {
    sqlstate: body.code,
    message: body.message,
    sentence: body.details,
    retryAfter: Number(headers["Retry-After"]),
  };
}

/** What only Edge Functions say: of requests, and of files, whose bytes the database never sees. */
export const AT_THE_DOOR = [
  "internal",
  "method_not_allowed",
  "request_invalid",
  "request_too_large",
  "file_disguised",
  "file_unreadable",
  "image_too_large",
  "video_codec_unsupported",
  "video_has_no_picture",
  "video_host_not_allowed",
  "video_time_beyond_end",
  "video_too_large",
  "video_too_slow",
  "video_unreachable",
  "video_unreadable",
];
