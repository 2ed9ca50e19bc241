import { Buffer } from "node:buffer";
import type { Call, Client } from "../_shared/call.ts";
import { PreparedCover, type VideoCover, type VideoCoverRequest } from "../_shared/contract.ts";
import { Refusal } from "../_shared/refusal.ts";
import { unwrap } from "../_shared/unwrap.ts";
import { allowUrl } from "./allow_url.ts";
import { findVideo, identify, type Video } from "./find_video.ts";
import { ossSnapshot } from "./oss_snapshot.ts";
import { recipeOf } from "./recipe.ts";
import { storeCover } from "./store_cover.ts";
import { takePicture } from "./take_picture.ts";
import type { Tools } from "./tools.ts";

/** Milliseconds for everything together; self-hosted Supabase ends a function after a minute. */
const WALL = 50_000;

/** Seconds that the address of a cover is good for. */
const LINK_LIFE = 3600;

type Shown = NonNullable<PreparedCover["cover"]> & { bytes?: Uint8Array };

/**
 * One picture of a video as a file of its own. Who may have covers is for `chat.prepare_cover` to say, who may read
 * the video for Storage; the same request again gets the picture that is there.
 */
export function createVideoCover(
  tools: Tools,
): (call: Call<VideoCoverRequest>) => Promise<VideoCover> {
  return async ({ body, asCaller, asService }) => {
    const signal = AbortSignal.timeout(WALL);
    const video = findVideo(body, tools.project);
    const identity = await identify(video, asCaller);
    const prepared = await prepare(body, identity, asCaller);
    // Only now, because those who may have no covers at all hear that first.
    if (identity === null) throw new Refusal("media_not_found");
    const service = asService();
    if (video.kind === "elsewhere") {
      const provider = await allowUrl(video.url, service);
      if (provider === "oss") return ossSnapshot(video.url, body);
    }
    const shown = prepared.cover ?? await make({ video, prepared, body, service, tools, signal });
    return await answer({ prepared, shown, body, service, tools });
  };
}

async function prepare(
  body: VideoCoverRequest,
  identity: string | null,
  asCaller: Client,
): Promise<PreparedCover> {
  const recipe = await recipeOf(identity ?? "", body);
  return PreparedCover.parse(
    unwrap(await asCaller.rpc("prepare_cover", { recipe, format: body.format })),
  );
}

async function make({ video, prepared, body, service, tools, signal }: {
  video: Video;
  prepared: PreparedCover;
  body: VideoCoverRequest;
  service: Client;
  tools: Tools;
  signal: AbortSignal;
}): Promise<Shown> {
  const cover = await takePicture({ video, body, service, tools, signal });
  await storeCover({ video, prepared, format: body.format, cover, service });
  return cover;
}

async function answer({ prepared: { bucket, path }, shown, body, service, tools }: {
  prepared: PreparedCover;
  shown: Shown;
  body: VideoCoverRequest;
  service: Client;
  tools: Tools;
}): Promise<VideoCover> {
  const files = service.storage.from(bucket);
  const { data: link, error } = await files.createSignedUrl(path, LINK_LIFE);
  if (error) throw error;
  const { format, time } = body;
  const { width, height, duration, time: picture_time } = shown;
  return {
    ...body.base64 && { base64: dataUrl(shown.bytes ?? await download(), format) },
    url: link.signedUrl.replace(tools.project.url, tools.project.publicUrl),
    ...{ bucket, path, format, time, picture_time, width, height, duration },
  };

  async function download(): Promise<Uint8Array> {
    const { data, error } = await files.download(path);
    if (error) throw error;
    return new Uint8Array(await data.arrayBuffer());
  }
}

function dataUrl(bytes: Uint8Array, format: "png" | "jpg"): string {
  const type = format === "jpg" ? "image/jpeg" : "image/png";
  return `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
}
