import type { Client } from "../_shared/call.ts";
import type { PreparedCover } from "../_shared/contract.ts";
import { Refusal } from "../_shared/refusal.ts";
import { unwrap } from "../_shared/unwrap.ts";
import type { Cover } from "./engine/extract_cover.ts";
import type { Video } from "./find_video.ts";

/** Puts the picture into Storage and into the library, where it goes together with its video. */
export async function storeCover({ video, prepared: { bucket, path }, format, cover, service }: {
  video: Video;
  prepared: PreparedCover;
  format: "png" | "jpg";
  cover: Cover;
  service: Client;
}): Promise<void> {
  const { bytes, width, height, time, duration } = cover;
  const files = service.storage.from(bucket);
  const { error } = await files.upload(path, bytes, {
    contentType: format === "jpg" ? "image/jpeg" : "image/png",
  });
  // There already: the same request came at the same time, or was broken off after this point.
  const isOurs = !error;
  if (error && errorCode(error) !== "409") throw inWords(error);
  try {
    unwrap(
      await service.rpc("add_cover", {
        ...{ path, size: bytes.byteLength, width, height },
        time_ms: time,
        duration_ms: duration,
        ...video.kind === "stored" && { video_bucket: video.bucket, video_path: video.path },
      }),
    );
  } catch (error) {
    // Refused, because the video has gone meanwhile: nothing else would ever delete this picture.
    if (isOurs && error instanceof Refusal) await files.remove([path]);
    throw error;
  }
}

function inWords(error: Error): Error {
  return errorCode(error) === "413" ? new Refusal("file_too_large") : error;
}

// Storage answers 400 for nearly everything, and says in the body what it means.
function errorCode(error: Error): string | null {
  return "statusCode" in error ? String(error.statusCode) : null;
}
