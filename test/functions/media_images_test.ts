import assert from "node:assert/strict";
import exifr from "exifr";
import sharp from "sharp";
import { ascii, type Bytes, concat, u32 } from "../../functions/chat-media/bytes.ts";
import { cleanImage } from "../../functions/chat-media/clean_image.ts";
import { measureImage } from "../../functions/chat-media/image_facts.ts";
import {
  assertTells,
  decodable,
  draw,
  drawRgbJpeg,
  drawTalkativeJpeg,
  drawTalkativePng,
  type Format,
  FORMATS,
  HEIGHT,
  mimeOf,
  pixelsOf,
  SECRET,
  tells,
  WIDTH,
} from "./media_pictures.ts";

async function clean(picture: Bytes, format: Format): Promise<Bytes> {
  return (await cleanImage(picture, mimeOf(format))).bytes;
}

/** What a reader of Exif makes of it; an error of it is part of that. */
async function readExif(picture: Bytes) {
  const { exif } = await sharp(decodable(picture)).metadata();
  if (!exif) return {};
  const tiff = exif.subarray(exif.subarray(0, 4).toString() === "Exif" ? 6 : 0);
  return await exifr.parse(tiff, { tiff: true, gps: true }) ?? {};
}

async function measure(picture: Bytes, format: Format) {
  const { bytes, orientation } = await cleanImage(picture, mimeOf(format));
  return measureImage(bytes, orientation, mimeOf(format));
}

async function assertClean(picture: Bytes, format: Format): Promise<Bytes> {
  assertTells(picture);
  const cleaned = await clean(picture, format);
  assert.ok(!tells(cleaned));
  assert.deepEqual(await pixelsOf(cleaned), await pixelsOf(picture));
  assert.deepEqual(await clean(cleaned, format), cleaned, "a second time changes nothing");
  return cleaned;
}

for (const format of FORMATS) {
  Deno.test(`a ${format} tells nothing any more, and has the same pixels`, async () => {
    await assertClean(await draw(format), format);
  });
}

for (const format of ["jpeg", "png", "webp", "avif", "heic"] as const) {
  Deno.test(`a reader of Exif finds the place in a ${format}, and not when it is cleaned`, async () => {
    const picture = await draw(format);
    const before = await readExif(picture);
    assert.equal(Math.round(before.latitude), 31);
    assert.equal(before.Make, SECRET);
    assert.deepEqual(await readExif(await clean(picture, format)), {});
  });
}

Deno.test("a jpeg loses everything that is not pixels, also behind its end", async () => {
  await assertClean(await drawTalkativeJpeg(), "jpeg");
});

Deno.test("a png loses all texts, its time and what stands behind its end", async () => {
  const cleaned = await assertClean(await drawTalkativePng(), "png");
  assert.ok(!new TextDecoder("latin1").decode(cleaned).includes("tIME"));
});

for (const format of ["jpeg", "png", "webp"] as const) {
  Deno.test(`a ${format} keeps its orientation, and nothing else of its Exif`, async () => {
    const cleaned = await assertClean(await draw(format, { orientation: 6 }), format);
    const { orientation, exif } = await sharp(cleaned).metadata();
    assert.equal(orientation, 6);
    assert.ok(exif && exif.length <= 32);
  });
}

Deno.test("the colour profile stays", async () => {
  for (const format of ["jpeg", "png", "webp", "avif"] as const) {
    const before = await sharp(await draw(format)).metadata();
    const after = await sharp(await clean(await draw(format), format)).metadata();
    assert.ok(before.icc);
    assert.deepEqual(after.icc, before.icc);
  }
});

Deno.test("sides are those that a viewer sees", async () => {
  for (const format of FORMATS) {
    assert.deepEqual(await measure(await draw(format), format), { width: WIDTH, height: HEIGHT });
  }
  for (const format of ["jpeg", "png", "webp", "avif", "heic"] as const) {
    const turned = await draw(format, { orientation: 6 });
    assert.deepEqual(await measure(turned, format), { width: HEIGHT, height: WIDTH }, format);
  }
});

Deno.test("an animation keeps its frames, their times and how often they run", async () => {
  const frames = await Promise.all(
    ["#f00", "#0f0", "#00f"].map((background) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } }).png().toBuffer()
    ),
  );
  for (const format of ["gif", "webp"] as const) {
    const bytes = await sharp(frames, { join: { animated: true } })
      .toFormat(format, { delay: [100, 200, 300], loop: 3 })
      .withExif({ IFD0: { Copyright: SECRET } })
      .toBuffer();
    const cleaned = await clean(new Uint8Array(bytes), format);
    const { pages, delay, loop } = await sharp(cleaned, { animated: true }).metadata();
    assert.deepEqual({ pages, delay, loop }, { pages: 3, delay: [100, 200, 300], loop: 3 });
    assert.deepEqual(await pixelsOf(cleaned), await pixelsOf(new Uint8Array(bytes)));
    assert.ok(!tells(cleaned));
  }
});

Deno.test("a gif keeps running as often as it did beside its comments", async () => {
  const gif = await draw("gif");
  const before = await sharp(gif, { animated: true }).metadata();
  const after = await sharp(await clean(gif, "gif"), { animated: true }).metadata();
  assert.ok(before.loop);
  assert.equal(after.loop, before.loop);
});

Deno.test("a progressive jpeg keeps all of its scans", async () => {
  const bytes = await sharp(await draw("jpeg")).withMetadata().jpeg({ progressive: true })
    .toBuffer();
  await assertClean(new Uint8Array(bytes), "jpeg");
});

Deno.test("a jpeg keeps its colours when they are not the usual ones", async () => {
  const picture = await drawRgbJpeg();
  const withoutAdobe = concat([picture.subarray(0, 2), picture.subarray(18)]);
  assert.notDeepEqual(await pixelsOf(picture), await pixelsOf(withoutAdobe));
  await assertClean(picture, "jpeg");
});

Deno.test("a jpeg with a crippled header loses it", async () => {
  const jpeg = await draw("jpeg");
  for (const length of [5, 12, 13]) {
    const jfif = concat([Uint8Array.of(0xff, 0xe0, 0, length + 2), ascii("JFIF\0".padEnd(length))]);
    const picture = concat([jpeg.subarray(0, 2), jfif, jpeg.subarray(2)]);
    assert.deepEqual(await clean(picture, "jpeg"), await clean(jpeg, "jpeg"));
  }
});

Deno.test("a webp does not announce what it no longer has", async () => {
  const flags = (webp: Bytes) => webp[20]! & 0x0c;
  const webp = await draw("webp");
  assert.equal(flags(webp), 0x0c);
  assert.equal(flags(await clean(webp, "webp")), 0);
  assert.equal(flags(await clean(await draw("webp", { orientation: 6 }), "webp")), 0x08);
});

Deno.test("a jpeg whose end was forgotten is a picture still", async () => {
  const jpeg = await draw("jpeg");
  assert.deepEqual(await clean(jpeg.subarray(0, -2), "jpeg"), await clean(jpeg, "jpeg"));
});

Deno.test("a heic loses what lies between its pictures, and what stands behind it", async () => {
  const heic = await draw("heic");
  const film = concat([
    u32(8 + 8 + SECRET.length),
    ascii(`mpvdftypmp42${SECRET}`.slice(0, 16)),
    ascii(SECRET),
  ]);
  for (const tail of [film, ascii(SECRET), ascii(`\0\0\0\0mpvd${SECRET}`)]) {
    const picture = concat([heic, tail]);
    const cleaned = await assertClean(picture, "heic");
    assert.equal(cleaned.length, picture.length);
  }
});

Deno.test("a picture with more pixels than a phone can show is refused", async () => {
  const png = await draw("png");
  png.set(u32(20_000), 16);
  png.set(u32(5_001), 20);
  await assert.rejects(measure(png, "png"), { code: "image_too_large" });
  png.set(u32(5_000), 20);
  assert.deepEqual(await measure(png, "png"), { width: 20_000, height: 5_000 });
});

Deno.test("a picture without pixels is unreadable", async () => {
  const png = await draw("png");
  png.set(u32(0), 16);
  await assert.rejects(measure(png, "png"), { code: "file_unreadable" });
});
