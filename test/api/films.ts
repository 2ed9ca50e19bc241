// Films to take covers of: every picture of them is grey, and how bright says which one it is.
import { loadEngine } from "../../functions/chat-video-cover/engine/loader.ts";
import { createDecoder } from "../../functions/chat-video-cover/engine/decoder.ts";

export const WIDTH = 64;
export const HEIGHT = 48;
const PICTURES = 30;
const A_SECOND = 10;

/** How bright the picture is that is on screen at a time in milliseconds. */
export function brightness(time: number): number {
  return 20 + 7 * Math.floor(time * A_SECOND / 1000);
}

/** Three seconds, with a key picture in each. */
export async function film(): Promise<Uint8Array<ArrayBuffer>> {
  const size = WIDTH * HEIGHT;
  const pictures = new Uint8Array(size * PICTURES);
  for (let i = 0; i < PICTURES; i += 1) {
    pictures.fill(brightness(i * 1000 / A_SECOND), i * size, (i + 1) * size);
  }
  const decoder = createDecoder(await loadEngine());
  const { picture, log } = await decoder.run(() => Promise.resolve(pictures), [
    ...["-f", "rawvideo", "-pixel_format", "gray", "-video_size", `${WIDTH}x${HEIGHT}`],
    ...["-framerate", `${A_SECOND}`, "-i", "/film"],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", `${A_SECOND}`],
    ...["-f", "mp4", "/picture"],
  ], performance.now() + 30_000);
  if (!picture) throw new Error(log.join("\n"));
  return picture;
}
