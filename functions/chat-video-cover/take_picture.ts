import type { Client } from "../_shared/call.ts";
import type { VideoCoverRequest } from "../_shared/contract.ts";
import { REFUSALS } from "../_shared/errors.gen.ts";
import { Refusal } from "../_shared/refusal.ts";
import { type Cover, CoverRefusal, LIMITS } from "./engine/extract_cover.ts";
import type { FetchRange } from "./engine/ranges.ts";
import { fetchEngine } from "./fetch_engine.ts";
import type { StoredVideo, Video } from "./find_video.ts";
import { reach } from "./reach.ts";
import type { Tools } from "./tools.ts";

/** Seconds that we may read a video with one address. */
const READING_TIME = 60;

/** @throws {Refusal} why there is no picture */
export async function takePicture({ video, body, service, tools, signal }: {
  video: Video;
  body: VideoCoverRequest;
  service: Client;
  tools: Tools;
  signal: AbortSignal;
}): Promise<Cover> {
  const url = video.kind === "stored"
    ? await signedUrl(video, service)
    : await reach(video.url, { service, tools, signal });
  try {
    const source = await tools.openHttpSource(rangesOf(url, tools), LIMITS, signal);
    const cover = await tools.extractCover(
      source,
      wish(body),
      LIMITS,
      signal,
      (file) => fetchEngine(file, service),
    );
    return { ...cover, time: whole(cover.time), duration: whole(cover.duration) };
  } catch (error) {
    throw error instanceof CoverRefusal ? inOurWords(error) : error;
  }
}

async function signedUrl({ bucket, path }: StoredVideo, service: Client): Promise<string> {
  const { data, error } = await service.storage.from(bucket).createSignedUrl(path, READING_TIME);
  if (error) throw error;
  return data.signedUrl;
}

function rangesOf(url: URL | string, { fetch }: Tools): FetchRange {
  return async ({ start, end }, signal) => {
    const headers = { range: `bytes=${start}-${end - 1}`, "accept-encoding": "identity" };
    return await fetch(url, { headers, redirect: "error", signal });
  };
}

function wish({ time, mode, width, height, format, quality }: VideoCoverRequest) {
  return { time, mode, width, height, format, ...quality !== undefined && { quality } };
}

// As the database counts milliseconds; a film may claim to be of any length.
function whole(milliseconds: number): number {
  return Math.round(Math.min(Math.max(milliseconds, 0), 0x7fff_ffff));
}

function inOurWords({ code, message, details }: CoverRefusal): Refusal {
  return new Refusal({ code, status: REFUSALS[code].status, message, ...details && { details } });
}
