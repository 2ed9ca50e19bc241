import assert from "node:assert/strict";
import { coverOf } from "./cover_support/covers.ts";
import { COUNT, film, RATE } from "./cover_support/films.ts";
import { likeness } from "./cover_support/pictures.ts";

const CALLS = 200;
const MB = 1024 * 1024;
const H264 = "-c:v libx264 -pix_fmt yuv420p -g 20 -bf 3 -qp 6";

Deno.test(`${CALLS} good and broken films in a row: every cover right, and no more memory than at first`, async () => {
  const good = await Promise.all([
    film(`${H264} -f mp4`),
    film(`${H264} -f matroska`),
    film(`${H264} -movflags frag_keyframe+empty_moov -f mp4`),
    film("-c:v mpeg4 -g 10 -q:v 1 -f avi"),
  ]);
  const seen: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const bytes = good[call % good.length] ?? good[0];
    const picture = call % COUNT;
    const request = { time: picture * 1000 / RATE, width: call % 7 ? 0 : 1920 };
    if (call % 3 === 0) await assert.rejects(coverOf(broken(bytes, call), request));
    else if (call % 11 === 0) await assert.rejects(coverOf(bytes, request, { wall: 1 }));
    else {
      const cover = await coverOf(bytes, request);
      if (!request.width) assert.ok(likeness(cover.bytes, picture) > 40, `call ${call}`);
    }
    seen.push(Deno.memoryUsage().rss);
  }
  // By then the engine's code is compiled for good.
  const early = Math.max(...seen.slice(60, 120));
  const late = Math.max(...seen.slice(140));
  assert.ok(late < early + 40 * MB, `${early / MB} MB, later ${late / MB} MB`);
});

/** Cut off in the middle, or with its pictures or its index full of holes. */
function broken(film: Uint8Array<ArrayBuffer>, call: number): Uint8Array<ArrayBuffer> {
  if (call % 2) return film.slice(0, 40 + film.length / 50);
  const bytes = film.slice();
  for (let at = 4; at < bytes.length; at += 3) bytes[at] = at * call;
  return bytes;
}
