import { CoverRefusal, tooSlow, unreadable } from "./refusal.ts";

export type FetchRange = (
  range: { start: number; end: number },
  signal: AbortSignal,
) => Promise<Response>;

type Part = {
  readonly bytes: Uint8Array;
  /** Of the whole film. */
  readonly size: number;
  readonly etag: string | null;
};

/** Milliseconds before the second and the third attempt. */
const PAUSES = [100, 400];

/** One range of a film; the last one may be shorter than asked for. */
export async function fetchBytes(
  fetchRange: FetchRange,
  range: { start: number; end: number },
  signal: AbortSignal,
): Promise<Part> {
  for (const pause of PAUSES) {
    try {
      return await attempt(fetchRange, range, signal);
    } catch (error) {
      if (error instanceof CoverRefusal) throw error;
      if (signal.aborted) throw tooSlow();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  try {
    return await attempt(fetchRange, range, signal);
  } catch (error) {
    if (error instanceof CoverRefusal) throw error;
    throw signal.aborted ? tooSlow() : unreachable("The film cannot be read.", error);
  }
}

/** Refuses what another attempt would not change, and throws anything else. */
async function attempt(
  fetchRange: FetchRange,
  range: { start: number; end: number },
  signal: AbortSignal,
): Promise<Part> {
  const response = await fetchRange(range, signal);
  if (response.status !== 206) {
    await response.body?.cancel();
    throw refused(response);
  }
  try {
    const { start, end, size } = contentRange(response);
    if (start !== range.start || end !== Math.min(range.end, size)) {
      throw unreachable("The film came in other parts than asked for.");
    }
    const bytes = await readExactly(response, end - start);
    return { bytes, size, etag: response.headers.get("etag") };
  } catch (error) {
    await response.body?.cancel().catch(() => {});
    throw error;
  }
}

function refused({ status, headers }: Response): Error {
  if (status === 416) {
    return headers.get("content-range") === "bytes */0"
      ? unreadable("The film is empty.")
      : unreadable("The film is shorter than it says.");
  }
  if (status === 200 && headers.get("content-length") === "0") {
    return unreadable("The film is empty.");
  }
  // Too many requests, and all that the server says about itself, may pass.
  if (status === 429 || status >= 500) return new Error(`The film's server answered ${status}.`);
  return status === 200
    ? unreachable("The film's server cannot send parts of it.")
    : unreachable(`The film's server answered ${status}.`);
}

function contentRange({ headers }: Response): { start: number; end: number; size: number } {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(
    headers.get("content-range") ?? "",
  );
  if (!match) throw unreachable("The film's server does not say which part it sends.");
  const [start, last, size] = match.slice(1).map(Number);
  if (start === undefined || last === undefined || size === undefined || last >= size) {
    throw unreachable("The film's server sends a part that cannot be.");
  }
  return { start, end: last + 1, size };
}

/** Stops reading as soon as there is more than was asked for. */
async function readExactly(response: Response, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for await (const chunk of response.body ?? []) {
    if (at + chunk.length > length) {
      throw unreachable("The film's server sends more than asked for.");
    }
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at < length) throw new Error("The film's server stopped in the middle.");
  return bytes;
}

function unreachable(why: string, cause?: unknown): CoverRefusal {
  return new CoverRefusal("video_unreachable", why, { cause });
}
