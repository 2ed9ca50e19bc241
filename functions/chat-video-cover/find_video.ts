import type { Client } from "../_shared/call.ts";
import type { VideoCoverRequest } from "../_shared/contract.ts";
import { Refusal } from "../_shared/refusal.ts";

export type StoredVideo = { kind: "stored"; bucket: string; path: string };
export type Video = StoredVideo | { kind: "elsewhere"; url: URL };

// Videos of the host's own buckets could go without their covers going too.
const BUCKET = "chat-videos";

/** As files in that bucket are named. What is put into an address of Storage must not lead anywhere else. */
const PATH = /^[\w-]+(\/[\w-]+)*\.[a-z0-9]{1,10}$/;

/** An object in an address of Storage, whichever right the address itself may give. */
const OBJECT = /^\/storage\/v1\/object\/(?:(?:public|sign|authenticated)\/)?([^/]+)\/(.+)$/;

/**
 * The video that a request names.
 * @throws {Refusal} `media_not_found` for what cannot be in Storage
 */
export function findVideo(
  { bucket, path, videoUrl }: VideoCoverRequest,
  project: { url: string; publicUrl: string },
): Video {
  if (videoUrl === undefined) return stored(bucket, path);
  const url = new URL(videoUrl);
  // Storage cannot tell whom a signed address was given to, so what counts is what the caller may read anyway.
  const isOurs = [project.url, project.publicUrl].some((own) => new URL(own).host === url.host);
  if (!isOurs) return { kind: "elsewhere", url };
  const [, inBucket, inPath] = OBJECT.exec(url.pathname) ?? [];
  return stored(inBucket, inPath);
}

function stored(bucket: string | undefined, path: string | undefined): StoredVideo {
  if (bucket !== BUCKET || path === undefined || !PATH.test(path)) {
    throw new Refusal("media_not_found");
  }
  return { kind: "stored", bucket, path };
}

/** What tells this video from every other, and from what was there before; null when the caller may not read it. */
export async function identify(video: Video, asCaller: Client): Promise<string | null> {
  if (video.kind === "elsewhere") return video.url.href;
  const { bucket, path } = video;
  const { data, error } = await asCaller.storage.from(bucket).info(path);
  if (!error) return JSON.stringify([bucket, path, data.version]);
  const isRefused = "status" in error && [400, 401, 403, 404].includes(Number(error.status));
  if (!isRefused) throw error;
  return null;
}
