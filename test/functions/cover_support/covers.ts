// Asking for covers as the function does, from films in memory.
import {
  type Cover,
  type CoverRequest,
  extractCover,
  LIMITS,
  type Limits,
} from "../../../functions/chat-video-cover/engine/extract_cover.ts";
import {
  type FetchRange,
  openHttpSource,
} from "../../../functions/chat-video-cover/engine/ranges.ts";

export const never = new AbortController().signal;

/** A server that has the film, as far as the engine sees one. */
export function serving(film: Uint8Array<ArrayBuffer>): FetchRange {
  return ({ start, end }) => {
    const part = film.slice(start, end);
    const headers = { "content-range": `bytes ${start}-${start + part.length - 1}/${film.length}` };
    return Promise.resolve(
      part.length ? new Response(part, { status: 206, headers }) : emptyRange(film.length),
    );
  };
}

function emptyRange(size: number): Response {
  return new Response(null, { status: 416, headers: { "content-range": `bytes */${size}` } });
}

export async function coverOf(
  film: Uint8Array<ArrayBuffer>,
  request: Partial<CoverRequest> = {},
  limits: Partial<Limits> = {},
): Promise<Cover & { bytesRead: number }> {
  const all = { ...LIMITS, ...limits };
  const source = await openHttpSource(serving(film), all, never);
  const wish = { time: 0, mode: "exact", width: 0, height: 0, format: "png", ...request } as const;
  const cover = await extractCover(source, wish, all, never);
  return { ...cover, bytesRead: source.bytesRead };
}
