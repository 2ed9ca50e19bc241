// A picture out of a video, made by the browser. An entry point of its own; what decodes is loaded when it is needed.
import type { TakePicture } from "../rooms/media.ts";

/**
 * Null where the browser cannot read the video: then the server makes the cover.
 *
 * @example
 * ```ts
 * const chat = createChat(supabase, { media: { takePicture } });
 * await chat.media.makeCover(video, { file });
 * ```
 */
export const takePicture: TakePicture = async (file, wish) => {
  if (!("VideoDecoder" in globalThis)) return null;
  const { decodePicture } = await import("./decode_picture.ts");
  return await decodePicture(file, wish);
};
