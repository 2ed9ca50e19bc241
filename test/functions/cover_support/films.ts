// Films of numbered pictures, made by the decoder itself: it is ffmpeg, and can code as well.
import { createDecoder, type Decoder } from "../../../functions/chat-video-cover/engine/decoder.ts";
import { loadEngine } from "../../../functions/chat-video-cover/engine/loader.ts";
import { HEIGHT, rawFilm, WIDTH } from "./pictures.ts";

/** Pictures of a film, and how many a second. */
export const COUNT = 60;
export const RATE = 25;

const made = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
let decoder: Promise<Decoder> | undefined;

/** A film coded as `args` say, in the words of ffmpeg; made once. */
export function film(args: string): Promise<Uint8Array<ArrayBuffer>> {
  const raw = `-f rawvideo -pix_fmt gray -s ${WIDTH}x${HEIGHT} -r ${RATE} -i /film`;
  return remember(args, () => ffmpeg(rawFilm(COUNT), `${raw} ${args}`));
}

/** A film of the same pictures that lies beside this file: our ffmpeg hangs or crashes when it codes these. */
export function stored(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(name, import.meta.url));
}

/** Another film made from a film. */
export function changed(
  original: Uint8Array<ArrayBuffer>,
  args: string,
): Promise<Uint8Array<ArrayBuffer>> {
  return ffmpeg(original.slice(), args);
}

/** A film with some bytes replaced wherever they are; a letter is a byte. */
export function replaced(
  original: Uint8Array<ArrayBuffer>,
  from: string,
  to: string,
): Uint8Array<ArrayBuffer> {
  // Not a TextDecoder: its Latin-1 is another one.
  const text = Array.from(original, (byte) => String.fromCharCode(byte)).join("")
    .replaceAll(from, to);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function ffmpeg(input: Uint8Array, args: string): Promise<Uint8Array<ArrayBuffer>> {
  decoder ??= loadEngine().then(createDecoder);
  const { picture, log } = await (await decoder).run(
    () => Promise.resolve(input),
    ["-v", "error", ...args.split(" "), "/picture"],
    performance.now() + 60_000,
  );
  if (!picture) throw new Error(`No film from ${args}: ${log.join("\n")}`);
  return picture;
}

function remember(
  name: string,
  make: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const film = made.get(name) ?? make();
  made.set(name, film);
  return film;
}
