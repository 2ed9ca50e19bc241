import assert from "node:assert/strict";
import { LIMITS } from "../../functions/chat-video-cover/engine/extract_cover.ts";
import { type FetchRange, openHttpSource } from "../../functions/chat-video-cover/engine/ranges.ts";
import { coverOf, never, serving } from "./cover_support/covers.ts";
import { film } from "./cover_support/films.ts";

const KB = 1024;
const FILM = Uint8Array.from({ length: 3_000_000 }, (_, at) => at * 7919 >>> 5);

type Range = { start: number; end: number };

/** A server, and what it was asked for. */
function listening(change: FetchRange = serving(FILM)): { serve: FetchRange; asked: Range[] } {
  const asked: Range[] = [];
  const serve: FetchRange = (range, signal) => {
    asked.push(range);
    return change(range, signal);
  };
  return { serve, asked };
}

Deno.test("reads are what is there, wherever they begin and end", async () => {
  const source = await openHttpSource(serving(FILM), LIMITS, never);
  assert.equal(source.size, FILM.length);
  for (const [start, end] of [[0, 1], [65_535, 65_537], [100, 900_000], [2_999_990, 4_000_000]]) {
    assert.deepEqual(await source.read(start ?? 0, end ?? 0), FILM.slice(start, end));
  }
  assert.equal((await source.read(5_000_000, 5_000_001)).length, 0);
});

Deno.test("what was read is not asked for again", async () => {
  const { serve, asked } = listening();
  const source = await openHttpSource(serve, LIMITS, never);
  await Promise.all([source.read(200_000, 300_000), source.read(250_000, 260_000)]);
  await source.read(200_000, 300_000);
  assert.equal(asked.length, 2);
});

Deno.test("who reads on and on is read for in advance, who jumps is not", async () => {
  const { serve, asked } = listening();
  const source = await openHttpSource(serve, LIMITS, never);
  for (let at = 0; at < 2_000_000; at += 1000) await source.read(at, at + 1000);
  assert.ok(asked.length < 8, `${asked.length} requests`);
  asked.length = 0;
  await source.read(2_900_000, 2_900_001);
  assert.ok(asked.every(({ start, end }) => end - start <= 64 * KB));
});

Deno.test("what is expected comes with one request", async () => {
  const { serve, asked } = listening();
  const source = await openHttpSource(serve, LIMITS, never);
  source.expect?.(1_000_000);
  for (let at = 500_000; at < 1_400_000; at += 10_000) await source.read(at, at + 10_000);
  assert.equal(asked.length, 2);
});

Deno.test("nobody reads more than the budget", async () => {
  const source = await openHttpSource(serving(FILM), { ...LIMITS, bytes: 200 * KB }, never);
  await source.read(0, 190 * KB);
  await assert.rejects(source.read(1_000_000, 1_100_000), { code: "video_too_large" });
  assert.ok(source.bytesRead <= 200 * KB);
});

const ANSWERS: Record<string, [code: string, answer: (range: Range) => Response]> = {
  "the whole film instead of a part": [
    "video_unreachable",
    () => new Response(FILM, { headers: { "content-length": `${FILM.length}` } }),
  ],
  "that it is not there": ["video_unreachable", () => new Response("no", { status: 404 })],
  "that it is broken": ["video_unreachable", () => new Response("no", { status: 500 })],
  "without saying which part": ["video_unreachable", () => new Response("", { status: 206 })],
  "with an endless size": [
    "video_unreachable",
    ({ start, end }) => part(new Uint8Array(end - start), `bytes ${start}-${end - 1}/*`),
  ],
  "with another part": [
    "video_unreachable",
    ({ start, end }) => part(new Uint8Array(end - start), `bytes ${start + 1}-${end}/9000000`),
  ],
  "more than asked for": [
    "video_unreachable",
    ({ start, end }) => part(new Uint8Array(end - start + 1), `bytes ${start}-${end - 1}/9000000`),
  ],
  "less than it says": [
    "video_unreachable",
    ({ start, end }) => part(new Uint8Array(end - start - 1), `bytes ${start}-${end - 1}/9000000`),
  ],
};

for (const [name, [code, answer]] of Object.entries(ANSWERS)) {
  Deno.test(`a server that answers ${name} is refused`, async () => {
    const serve: FetchRange = (range) => Promise.resolve(answer(range));
    await assert.rejects(openHttpSource(serve, LIMITS, never), { code });
  });
}

Deno.test("a server that stumbles is asked again", async () => {
  let attempts = 0;
  const { serve } = listening((range, signal) => {
    attempts += 1;
    if (attempts === 1) return Promise.reject(new TypeError("connection reset"));
    if (attempts === 2) return Promise.resolve(new Response("wait", { status: 503 }));
    return serving(FILM)(range, signal);
  });
  assert.deepEqual(
    await (await openHttpSource(serve, LIMITS, never)).read(0, 10),
    FILM.slice(0, 10),
  );
  assert.equal(attempts, 3);
});

Deno.test("a film that changes while it is read is refused", async () => {
  let version = 1;
  const { serve } = listening(async (range, signal) => {
    const response = await serving(FILM)(range, signal);
    response.headers.set("etag", `"${version}"`);
    return response;
  });
  const source = await openHttpSource(serve, LIMITS, never);
  version = 2;
  await assert.rejects(source.read(1_000_000, 1_000_001), { code: "video_unreadable" });
});

Deno.test("of a large film only what the picture needs is read", async () => {
  const args = "-c:v libx264 -pix_fmt yuv420p -g 20 -qp 6";
  for (const format of ["-movflags +faststart -f mp4", "-f mp4"]) {
    const small = await film(`${args} ${format}`);
    // Twenty megabytes between the pictures and the index, or after both.
    const large = padded(small, 20_000_000);
    for (const mode of ["fast", "exact"] as const) {
      const { bytesRead } = await coverOf(large, { mode, time: 2_300 });
      assert.ok(bytesRead <= 4 * 64 * KB, `${bytesRead} bytes`);
    }
  }
});

/** A film with a box of nothing before its index, or behind it when that is in front. */
function padded(film: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const letters = new TextDecoder("latin1").decode(film);
  const moov = letters.indexOf("moov") - 4;
  const at = moov > letters.indexOf("mdat") ? moov : film.length;
  const box = new Uint8Array(size);
  new DataView(box.buffer).setUint32(0, size);
  box.set(new TextEncoder().encode("free"), 4);
  const whole = new Uint8Array(film.length + size);
  whole.set(film.subarray(0, at));
  whole.set(box, at);
  whole.set(film.subarray(at), at + size);
  return whole;
}

function part(bytes: Uint8Array<ArrayBuffer>, range: string): Response {
  return new Response(bytes, { status: 206, headers: { "content-range": range } });
}
