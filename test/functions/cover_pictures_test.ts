import assert from "node:assert/strict";
import { coverOf } from "./cover_support/covers.ts";
import { changed, COUNT, film, RATE, stored } from "./cover_support/films.ts";
import { HEIGHT, likeness, TURNS, WIDTH } from "./cover_support/pictures.ts";

const STEP = 1000 / RATE;
// B-frames wherever they may be, as the pictures are too different for ffmpeg to choose them.
const X264 = "-c:v libx264 -pix_fmt yuv420p -g 20 -bf 3 -b_strategy 0 -qp 6";

/** Films whose every picture must come out right, by what is special about them. */
const FILMS: Record<string, string> = {
  "H.264 with B-frames and the index at the end": `${X264} -f mp4`,
  "H.264 with the index in front": `${X264} -movflags +faststart -f mp4`,
  "H.264 in which groups of pictures lean on each other":
    `${X264} -x264-params open-gop=1:scenecut=0:keyint=20 -f mp4`,
  "H.264 with only one key picture": `${X264} -g 1000 -x264-params scenecut=0 -f mp4`,
  "H.264 refreshed bit by bit": `${X264} -x264-params intra-refresh=1:keyint=20 -f mp4`,
  "H.264 interlaced": `${X264} -flags +ildct+ilme -x264-params interlaced=1 -f mp4`,
  "H.264 in 4:4:4": `${X264} -pix_fmt yuv444p -f mp4`,
  "H.264 in 10 bits": `${X264} -pix_fmt yuv420p10le -f mp4`,
  "H.264 in a fragment for each group": `${X264} -movflags frag_keyframe+empty_moov -f mp4`,
  "H.264 in fragments that begin anywhere":
    `${X264} -movflags empty_moov -frag_duration 300000 -f mp4`,
  "H.264 in fragments that begin anywhere, without an index of them":
    `${X264} -movflags empty_moov+skip_trailer -frag_duration 300000 -f mp4`,
  "H.264 in a fragment for each picture":
    `${X264} -movflags frag_every_frame+empty_moov+delay_moov -f mp4`,
  "H.264 in fragments without an index of them":
    `${X264} -movflags cmaf+frag_keyframe+skip_trailer -f mp4`,
  "H.264 in QuickTime": `${X264} -f mov`,
  "H.264 in Matroska": `${X264} -f matroska`,
  "H.264 in Matroska whose clusters begin anywhere": `${X264} -cluster_time_limit 300 -f matroska`,
  "H.264 in a transport stream": `${X264} -f mpegts`,
  "VP8": "-c:v libvpx -pix_fmt yuv420p -g 20 -crf 4 -b:v 20M -f webm",
  "ProRes": "-c:v prores_ks -pix_fmt yuv422p10le -qscale:v 2 -f mov",
  "MPEG-4 in mp4": "-c:v mpeg4 -g 10 -q:v 1 -f mp4",
  "JPEG pictures": "-c:v mjpeg -pix_fmt yuvj420p -q:v 1 -f mov",
  "AVI": "-c:v mpeg4 -g 10 -q:v 1 -f avi",
  "Flash": "-c:v flv1 -g 10 -q:v 1 -f flv",
  "Windows Media": "-c:v wmv2 -g 10 -q:v 1 -f asf",
  "Theora": "-c:v libtheora -pix_fmt yuv420p -g 10 -q:v 10 -f ogg",
};

type Film = [name: string, make: () => Promise<Uint8Array<ArrayBuffer>>];

const ALL: Film[] = [
  ...Object.entries(FILMS).map(([name, args]): Film => [name, () => film(args)]),
  ["H.265 in which groups of pictures lean on each other", () => stored("hevc.mp4")],
  ["H.265 in 10 bits", () => stored("hevc_10_bits.mov")],
  ["VP9 with hidden pictures", () => stored("vp9.webm")],
  ["VP9 in mp4", async () => await changed(await stored("vp9.webm"), "-i /film -c copy -f mp4")],
];

for (const [name, make] of ALL) {
  Deno.test(`exact, every picture asked for is the right one: ${name}`, async () => {
    const bytes = await make();
    const some = [0, 1, 2, 18, 19, 20, 21, 37, 44, COUNT - 2, COUNT - 1];
    for (const picture of name.includes("anywhere") ? Array(COUNT).keys() : some) {
      // Somewhere while it is shown.
      const cover = await coverOf(bytes, { time: picture * STEP + 15 });
      assert.equal(cover.time, picture * STEP, `${picture} at another time`);
      assert.equal(cover.duration, COUNT * STEP);
      const decibels = likeness(cover.bytes, picture);
      assert.ok(decibels > 40, `${picture}: ${decibels} dB`);
    }
  });
}

Deno.test("neighbouring pictures are nothing like each other, or the tests here would see nothing", async () => {
  const { bytes } = await coverOf(await film(`${X264} -f mp4`), { time: 20 * STEP });
  assert.ok(likeness(bytes, 19) < 20);
  assert.ok(likeness(bytes, 21) < 20);
});

for (const [name, make] of ALL) {
  Deno.test(`fast, the picture is a whole one at or before the time: ${name}`, async () => {
    const bytes = await make();
    for (const picture of [0, 19, 20, 45, COUNT - 1]) {
      const cover = await coverOf(bytes, { time: picture * STEP + 15, mode: "fast" });
      assert.ok(cover.time <= picture * STEP);
      assert.ok(likeness(cover.bytes, cover.time / STEP) > 40);
    }
  });
}

Deno.test("fast takes the key picture before, exact the picture itself", async () => {
  const bytes = await film(`${X264} -x264-params scenecut=0 -f mp4`);
  const request = { time: 39 * STEP };
  assert.equal((await coverOf(bytes, { ...request, mode: "fast" })).time, 20 * STEP);
  assert.equal((await coverOf(bytes, request)).time, 39 * STEP);
});

for (const turn of [90, 180, 270] as const) {
  Deno.test(`a film turned by ${turn} degrees comes upright`, async () => {
    const lying = await film(`${X264} -f mp4`);
    const bytes = await changed(
      lying,
      `-f mov -i /film -c copy -metadata:s:v rotate=${turn} -f mp4`,
    );
    const { bytes: png, ...cover } = await coverOf(bytes, { time: 7 * STEP });
    const [width, height] = turn === 180 ? [WIDTH, HEIGHT] : [HEIGHT, WIDTH];
    assert.deepEqual([cover.width, cover.height], [width, height]);
    // The number says how far the player turns it, counted against the clock.
    const seen = likeness(png, 7, TURNS[360 - turn as 90]);
    assert.ok(seen > 40, `${seen} dB`);
  });
}

Deno.test("a film whose beginning is cut off by an edit begins at the cut", async () => {
  const whole = await film(`${X264} -f mp4`);
  const bytes = await changed(whole, "-ss 0.4 -f mov -i /film -c copy -f mp4");
  const cover = await coverOf(bytes, { time: 100 });
  assert.equal(cover.time, 80);
  assert.equal(cover.duration, COUNT * STEP - 400);
  assert.ok(likeness(cover.bytes, 12) > 40);
});

Deno.test("a film whose end is cut off by an edit ends at the cut", async () => {
  const bytes = (await film(`${X264} -f mp4`)).slice();
  const edit = new TextDecoder("latin1").decode(bytes).indexOf("elst");
  new DataView(bytes.buffer).setUint32(edit + 12, 1000);
  const cover = await coverOf(bytes, { time: 999 });
  assert.equal(cover.duration, 1000);
  assert.ok(likeness(cover.bytes, 24) > 40);
  await assert.rejects(coverOf(bytes, { time: 1000 }), {
    code: "video_time_beyond_end",
    details: { duration: 1000 },
  });
});

Deno.test("a film that begins late shows its first picture until then", async () => {
  const bytes = await film(`${X264} -vf setpts=PTS+0.5/TB -f mp4`);
  const cover = await coverOf(bytes, { time: 0 });
  assert.ok(likeness(cover.bytes, 0) > 40);
});

Deno.test("pictures shown for different times are told apart by theirs", async () => {
  const bytes = await film(
    `${X264} -vf settb=1/1000,setpts=N*N -enc_time_base 1/1000 -fps_mode passthrough -f matroska`,
  );
  // Picture n is shown from n² ms on.
  for (const [time, picture] of [[99, 9], [100, 10], [120, 10], [121, 11], [3480, 58]] as const) {
    const cover = await coverOf(bytes, { time });
    assert.ok(likeness(cover.bytes, picture) > 40, `${time} ms`);
  }
});

const SIZES: [asked: [number, number], given: [number, number]][] = [
  [[0, 0], [96, 64]],
  [[48, 0], [48, 32]],
  [[0, 32], [48, 32]],
  [[33, 77], [33, 77]],
  [[1, 1], [1, 1]],
  [[192, 0], [192, 128]],
  [[0, 3840], [3840, 2560]],
];

for (const [[width, height], given] of SIZES) {
  Deno.test(`asked for ${width} by ${height}, the cover has ${given.join(" by ")}`, async () => {
    for (const args of [`${X264} -f mp4`, FILMS.AVI ?? ""]) {
      const cover = await coverOf(await film(args), { width, height });
      assert.deepEqual([cover.width, cover.height], given);
      assert.deepEqual(sizeOfPng(cover.bytes), given);
    }
  });
}

Deno.test("pixels that are not square are shown as they are meant", async () => {
  const { width, height } = await coverOf(await film(`${X264} -vf setsar=4/3 -f mp4`));
  assert.deepEqual([width, height], [128, 64]);
});

Deno.test("a jpg is one, and its quality decides how large it is", async () => {
  const bytes = await film(`${X264} -f mp4`);
  const [fine, usual, coarse] = await Promise.all(
    [100, undefined, 1].map((quality) =>
      coverOf(bytes, { format: "jpg", width: 333, ...quality && { quality } })
    ),
  );
  for (const cover of [fine, usual, coarse]) {
    assert.deepEqual([...cover?.bytes.subarray(0, 3) ?? []], [0xff, 0xd8, 0xff]);
    assert.deepEqual([cover?.width, cover?.height], [333, 222]);
  }
  assert.ok((fine?.bytes.length ?? 0) > (usual?.bytes.length ?? 0));
  assert.ok((usual?.bytes.length ?? 0) > (coarse?.bytes.length ?? 0));
});

function sizeOfPng(png: Uint8Array): [number, number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}
