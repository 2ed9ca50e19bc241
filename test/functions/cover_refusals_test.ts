import assert from "node:assert/strict";
import { createDecoder } from "../../functions/chat-video-cover/engine/decoder.ts";
import { EngineMissing, loadEngine } from "../../functions/chat-video-cover/engine/loader.ts";
import {
  type CoverRefusalCode,
  extractCover,
  LIMITS,
  type Limits,
} from "../../functions/chat-video-cover/engine/extract_cover.ts";
import { openHttpSource } from "../../functions/chat-video-cover/engine/ranges.ts";
import { coverOf, never, serving } from "./cover_support/covers.ts";
import { changed, COUNT, film, RATE, replaced, stored } from "./cover_support/films.ts";
import { likeness } from "./cover_support/pictures.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LENGTH = COUNT * 1000 / RATE;
const H264 = "-c:v libx264 -pix_fmt yuv420p -g 20 -bf 3 -qp 6";
const MP4 = `${H264} -f mp4`;
const FAST_START = `${H264} -movflags +faststart -f mp4`;
const FRAGMENTS = `${H264} -movflags frag_keyframe+empty_moov -f mp4`;
const SOUND = "-f s16le -ar 8000 -ac 1 -i /film";

/** What is no film, or none that can be shown. */
const REFUSED: Record<string, [code: CoverRefusalCode, make: () => Bytes | Promise<Bytes>]> = {
  "nothing at all": ["video_unreadable", () => new Uint8Array()],
  "one byte": ["video_unreadable", () => text("x")],
  "noise": ["video_unreadable", () => noise(100_000)],
  "a playlist": ["video_unreadable", () => text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n")],
  "a playlist after a film's first box": [
    "video_unreadable",
    () => text("\0\0\0\x18ftypisom\0\0\0\0isommp41#EXTM3U\nhttp://127.0.0.1:1/a.ts\n"),
  ],
  "a list of parts": ["video_unreadable", () => text("ffconcat version 1.0\nfile /film\n")],
  "a recipe for streaming": ["video_unreadable", () => text('<?xml version="1.0"?><MPD></MPD>')],
  "subtitles": ["video_unreadable", () => text("1\n00:00:00,000 --> 00:00:02,000\nhello\n")],
  "a description of a call": ["video_unreadable", () => text("v=0\r\nc=IN IP4 127.0.0.1\r\n")],
  "a picture": ["video_unreadable", async () => (await coverOf(await film(MP4))).bytes],
  "a film cut off before its index": [
    "video_unreadable",
    async () => (await film(MP4)).slice(0, -1000),
  ],
  "a film with the pictures missing": [
    "video_unreadable",
    async () => await untilBox(await film(FAST_START), "mdat"),
  ],
  "a film with its pictures in another file": [
    "video_unreadable",
    async () => replaced(await film(MP4), "url \0\0\0\x01", "url \0\0\0\0"),
  ],
  "a film with noise for pictures": [
    "video_unreadable",
    async () => await withNoise(await film(FAST_START)),
  ],
  "sound in mp4": ["video_has_no_picture", () => sound("-c:a aac -f mp4")],
  "sound in Matroska": ["video_has_no_picture", () => sound("-c:a aac -f matroska")],
  "sound in Ogg": ["video_has_no_picture", () => sound("-c:a libvorbis -f ogg")],
  "sound in a transport stream": ["video_has_no_picture", () => sound("-c:a aac -f mpegts")],
  "sound in MP3": ["video_has_no_picture", () => sound("-c:a libmp3lame -f mp3")],
  "sound in WAV": ["video_has_no_picture", () => sound("-f wav")],
  "sound in FLAC": ["video_has_no_picture", () => sound("-f flac")],
  "AV1": ["video_codec_unsupported", () => stored("av1.mp4")],
  "pictures that name billions of themselves": [
    "video_too_large",
    async () => replaced(await film(MP4), ...inflated(await film(MP4), "stts", 8)),
  ],
  "pictures moved billions of times": [
    "video_too_large",
    async () => replaced(await film(MP4), ...inflated(await film(MP4), "ctts", 8)),
  ],
  "a fragment that names billions of pictures": [
    "video_too_large",
    async () => bareRun(await film(FRAGMENTS)),
  ],
};

for (const [name, [code, make]] of Object.entries(REFUSED)) {
  for (const mode of ["fast", "exact"] as const) {
    Deno.test(`${mode}, ${name} is refused as ${code}`, async () => {
      const bytes = await make();
      await assert.rejects(coverOf(bytes, { mode, time: 100 }), { name: "CoverRefusal", code });
    });
  }
}

for (const args of [MP4, FRAGMENTS, `${H264} -f matroska`, "-c:v mpeg4 -q:v 1 -f avi"]) {
  for (const mode of ["fast", "exact"] as const) {
    Deno.test(`${mode}, there is nothing after the last picture: ${args}`, async () => {
      const bytes = await film(args);
      for (const time of [LENGTH, LENGTH + 1, 1_000_000_000]) {
        await assert.rejects(coverOf(bytes, { mode, time }), {
          code: "video_time_beyond_end",
          details: { duration: LENGTH },
        });
      }
      const last = await coverOf(bytes, { mode: "exact", time: LENGTH - 1 });
      assert.ok(likeness(last.bytes, COUNT - 1) > 40);
    });
  }
}

/** What one request may not cost. */
const COSTLY: Record<string, [CoverRefusalCode, Partial<Limits>, args: string]> = {
  "pictures larger than allowed": ["video_too_large", { pixels: 96 * 64 - 1 }, MP4],
  "pictures larger than allowed, in a film that goes whole": [
    "video_too_large",
    { pixels: 96 * 64 - 1 },
    "-c:v mpeg4 -q:v 1 -f avi",
  ],
  "a film that only goes whole, and is too large for it": [
    "video_too_large",
    { wholeFile: 1000 },
    "-c:v mpeg4 -q:v 1 -f avi",
  ],
  "more pictures in the index than allowed": ["video_too_large", { samples: COUNT - 1 }, MP4],
  "more pictures from the key on than allowed": ["video_too_slow", { groupPackets: 5 }, MP4],
  "more bytes from the key on than allowed": ["video_too_slow", { groupBytes: 4_000 }, MP4],
  "no time": ["video_too_slow", { wall: 1 }, MP4],
};

for (const [name, [code, limits, args]] of Object.entries(COSTLY)) {
  Deno.test(`${name}: ${code}`, async () => {
    const bytes = await film(args);
    await assert.rejects(coverOf(bytes, { time: 700 }, limits), { code });
    // And the next one is none the worse for it.
    assert.ok(likeness((await coverOf(bytes, { time: 700 })).bytes, 17) > 40);
  });
}

Deno.test("billions of pictures that are said to lie together are not looked for", async () => {
  const bytes = (await film(MP4)).slice();
  const start = indexOf(bytes, "stsc");
  new DataView(bytes.buffer).setUint32(start + 16, 0xffff_fff0);
  const asked = performance.now();
  await coverOf(bytes, { time: 700 }).catch(() => {});
  assert.ok(performance.now() - asked < 5_000);
});

Deno.test("sound in more samples than a film may have pictures does no harm", async () => {
  const bytes = await changed(
    await film(MP4),
    "-f mov -i /film -f lavfi -i sine=r=48000:d=15 -c:v copy -c:a pcm_s16le -f mov",
  );
  assert.ok(likeness((await coverOf(bytes, { time: 700 })).bytes, 17) > 40);
});

Deno.test("a film whose pictures do not fit into the decoder's memory is too large, and the next is not", async () => {
  const large = await changed(
    new Uint8Array(1),
    "-f lavfi -i color=size=5600x5600:duration=0.04 -c:v rawvideo -pix_fmt gray -f avi",
  );
  await assert.rejects(coverOf(large, { width: 3840 }, { pixels: 6000 ** 2 }), {
    code: "video_too_large",
  });
  assert.ok(likeness((await coverOf(await film(MP4), { time: 700 })).bytes, 17) > 40);
});

Deno.test("a decoder that runs out of time is stopped in the middle, and decodes the next film", async () => {
  const bytes = await film(MP4);
  const decoder = createDecoder(await loadEngine());
  const decode = (time: number) =>
    decoder.run(
      () => Promise.resolve(bytes.slice()),
      "-i /film -frames:v 1 -f image2 -update 1 -c:v png /picture".split(" "),
      performance.now() + time,
    );
  await assert.rejects(decode(1), { code: "video_too_slow" });
  const { picture } = await decode(60_000);
  assert.ok(likeness(picture ?? new Uint8Array(), 0) > 40);
});

Deno.test("somebody who hangs up is not waited for", async () => {
  const source = await openHttpSource(serving(await film(MP4)), LIMITS, never);
  const wish = { time: 0, mode: "exact", width: 0, height: 0, format: "png" } as const;
  await assert.rejects(extractCover(source, wish, LIMITS, AbortSignal.abort()), {
    code: "video_too_slow",
  });
});

Deno.test("who comes when too many wait is told so, and all others get their cover", async () => {
  const bytes = await film(MP4);
  const results = await Promise.allSettled(
    Array.from({ length: 30 }, (_, n) => coverOf(bytes, { time: n * 40 })),
  );
  const refused = results.filter(({ status }) => status === "rejected");
  assert.ok(refused.length > 0 && refused.length < 20);
  results.forEach((result, n) => {
    if (result.status === "rejected") assert.equal(result.reason.code, "busy");
    else assert.ok(likeness(result.value.bytes, n) > 40, `picture ${n}`);
  });
});

Deno.test("a decoder with another content is not run, wherever it comes from", async () => {
  const read = Deno.readFile;
  try {
    Deno.readFile = () => Promise.resolve(text("alert()"));
    await assert.rejects(loadEngine(() => Promise.resolve(text("alert()"))), EngineMissing);
    Deno.readFile = () => Promise.reject(new Deno.errors.NotFound());
    await assert.rejects(loadEngine(), /ffmpeg-core.js .* SHA-256/);
    await assert.rejects(loadEngine(() => Promise.reject(new Error("no bucket"))), EngineMissing);
    await loadEngine(async (file) =>
      new Uint8Array(await read(`node_modules/@ffmpeg/core/dist/umd/${file}`))
    );
  } finally {
    Deno.readFile = read;
  }
});

function text(letters: string): Bytes {
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** The same every time. */
function noise(length: number): Bytes {
  return Uint8Array.from({ length }, (_, at) => Math.imul(at + 1, 2654435761) >>> 13);
}

function sound(args: string): Promise<Bytes> {
  return changed(noise(32_000), `${SOUND} ${args}`);
}

function indexOf(bytes: Bytes, name: string): number {
  const at = new TextDecoder("latin1").decode(bytes).indexOf(name);
  assert.notEqual(at, -1, `no ${name}`);
  return at;
}

function untilBox(bytes: Bytes, name: string): Bytes {
  return bytes.slice(0, indexOf(bytes, name) + 4);
}

function withNoise(bytes: Bytes): Bytes {
  const from = indexOf(bytes, "mdat") + 4;
  const broken = bytes.slice();
  broken.set(noise(bytes.length - from), from);
  return broken;
}

/** A box, and the same with the first count in it as high as can be. */
function inflated(bytes: Bytes, name: string, at: number): [from: string, to: string] {
  const start = indexOf(bytes, name);
  const box = String.fromCharCode(...bytes.slice(start, start + at + 8));
  return [box, `${box.slice(0, at + 4)}\xff\xff\xff\xf0`];
}

/** The first run of a fragment without anything about its pictures, but ever so many of them. */
function bareRun(bytes: Bytes): Bytes {
  const broken = bytes.slice();
  const view = new DataView(broken.buffer);
  const run = indexOf(bytes, "trun");
  view.setUint32(run + 4, 1);
  view.setUint32(run + 8, 0xffff_fff0);
  return broken;
}
