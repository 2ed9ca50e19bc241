import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import type { Stored } from "../../stack/services/storage/contract.ts";
import { StorageError } from "../../stack/services/storage/errors.ts";
import { renderImage } from "../../stack/services/storage/render.ts";

const RED = { r: 255, g: 0, b: 0 };
const BLUE = { r: 0, g: 0, b: 255 };
const WEBP = "image/avif,image/webp,image/*,*/*;q=0.8";

Deno.test("cover fills the frame and cuts off what hangs over", async () => {
  await using file = await stored(await redAndBlue().png().toBuffer());
  const image = await pixels(await render(file, { width: "50", height: "50" }));
  assert.deepEqual([image.width, image.height], [50, 50]);
  assert.deepEqual([image.at(2, 25), image.at(47, 25)], ["red", "blue"]);
  // The source is twice as wide as high: its outer quarters are gone, and the seam is still in the middle.
  assert.deepEqual([image.at(22, 25), image.at(27, 25)], ["red", "blue"]);
});

Deno.test("contain keeps everything inside the frame", async () => {
  await using file = await stored(await redAndBlue().png().toBuffer());
  const image = await pixels(
    await render(file, { width: "50", height: "50", resize: "contain" }),
  );
  assert.deepEqual([image.width, image.height], [50, 25]);
});

Deno.test("fill stretches the whole image to the frame", async () => {
  await using file = await stored(await stripes().png().toBuffer());
  const image = await pixels(await render(file, { width: "60", height: "60", resize: "fill" }));
  assert.deepEqual([image.width, image.height], [60, 60]);
  // With cover, the red edges would have been cut off.
  assert.deepEqual([image.at(2, 30), image.at(30, 30), image.at(57, 30)], ["red", "blue", "red"]);
});

Deno.test("one side alone keeps the proportions, whatever the way of resizing", async () => {
  await using file = await stored(await redAndBlue().png().toBuffer());
  for (const resize of ["cover", "contain", "fill"]) {
    const image = await pixels(await render(file, { width: "100", height: "0", resize }));
    assert.deepEqual([image.width, image.height], [100, 50], resize);
  }
});

Deno.test("an image is never made larger than it is", async () => {
  await using file = await stored(await redAndBlue().png().toBuffer());
  for (const resize of ["cover", "contain", "fill"]) {
    const image = await pixels(await render(file, { width: "900", height: "450", resize }));
    assert.deepEqual([image.width, image.height], [200, 100], resize);
  }
});

Deno.test("a side beyond the limit is taken for the limit", async () => {
  const wide = sharp({ create: { width: 3000, height: 10, channels: 3, background: RED } });
  await using file = await stored(await wide.png().toBuffer());
  const image = await pixels(await render(file, { width: "99999999999999999999" }));
  assert.equal(image.width, 2500);
});

Deno.test("a photo is turned the way its camera was held", async () => {
  const turned = redAndBlue().withMetadata({ orientation: 6 });
  await using file = await stored(await turned.jpeg().toBuffer());
  const image = await pixels(await render(file, { width: "50" }));
  assert.deepEqual([image.width, image.height], [50, 100]);
  assert.deepEqual([image.at(25, 5), image.at(25, 95)], ["red", "blue"]);
});

Deno.test("those who accept WebP get it, unless they ask for the original format", async () => {
  await using file = await stored(await redAndBlue().png().toBuffer());
  const typeOf = async (transform: Record<string, string>, accept: string | null) => {
    const response = await render(file, transform, accept);
    const { format } = await pixels(response.clone());
    const type = response.headers.get("content-type");
    assert.equal(type, `image/${format === "heif" ? "avif" : format}`);
    return type;
  };
  assert.equal(await typeOf({}, WEBP), "image/webp");
  assert.equal(await typeOf({}, "image/*,*/*"), "image/png");
  assert.equal(await typeOf({}, null), "image/png");
  assert.equal(await typeOf({ format: "origin" }, WEBP), "image/png");
  assert.equal(await typeOf({ format: "webp" }, null), "image/webp");
  assert.equal(await typeOf({ format: "avif", width: "20" }, null), "image/avif");
});

Deno.test("a lower quality makes a smaller file", async () => {
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  const grain = sharp({
    create: { width: 200, height: 200, channels: 3, background: RED, noise },
  });
  await using file = await stored(await grain.jpeg({ quality: 95 }).toBuffer());
  const [low, normal, high] = await Promise.all(
    ["20", undefined, "100"].map(async (quality) =>
      (await (await render(file, quality ? { quality } : {})).bytes()).length
    ),
  );
  assert.ok(low! < normal! && normal! < high!, `${low} < ${normal} < ${high}`);
});

Deno.test("the answer says what was done to the image", async () => {
  await using file = await stored(await redAndBlue().png().toBuffer());
  const response = await render(file, { width: "20", height: "10", quality: "50" });
  assert.equal(
    response.headers.get("x-transformations"),
    "height:10,width:20,resizing_type:fill,quality:50",
  );
  const length = Number(response.headers.get("content-length"));
  assert.equal((await response.bytes()).length, length);
});

Deno.test("of an animation, the first frame is shown", async () => {
  const frames = await Promise.all(
    [RED, BLUE].map((background) =>
      sharp({ create: { width: 30, height: 30, channels: 3, background } }).png().toBuffer()
    ),
  );
  const animation = await sharp(frames, { join: { animated: true } }).gif().toBuffer();
  assert.equal((await sharp(animation).metadata()).pages, 2);
  await using file = await stored(animation);
  const response = await render(file, { width: "10" });
  assert.equal(response.headers.get("content-type"), "image/gif");
  const image = await pixels(response);
  assert.deepEqual([image.width, image.height, image.pages], [10, 10, 1]);
  assert.equal(image.at(5, 5), "red");
});

Deno.test("a damaged photo is shown as far as it goes", async () => {
  const whole = await redAndBlue().jpeg().toBuffer();
  await using file = await stored(whole.subarray(0, whole.length - 40));
  const image = await pixels(await render(file, { width: "50" }));
  assert.equal(image.at(5, 2), "red");
});

Deno.test("options that make no sense are refused", async () => {
  await using file = await stored(await redAndBlue().png().toBuffer());
  const refusals = {
    "querystring/width must be integer": { width: "wide" },
    "querystring/height must be integer": { height: "-1" },
    "querystring/resize must be equal to one of the allowed values": { resize: "inside" },
    "querystring/format must be equal to one of the allowed values": { format: "toString" },
    "querystring/quality must be integer": { quality: "1.5" },
    "querystring/quality must be >= 20": { quality: "19" },
    "querystring/quality must be <= 100": { quality: "101" },
  };
  for (const [message, transform] of Object.entries(refusals)) {
    await assertRefused(render(file, transform), 400, message);
  }
});

Deno.test("what is no image is refused, and so are drawings", async () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  await using text = await stored(encode("Not a picture, whatever its name says."));
  await using nothing = await stored(encode(""));
  for (const file of [text, nothing]) {
    await assertRefused(render(file, {}), 422, "Source image is broken or not an image");
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>`;
  await using drawing = await stored(encode(svg));
  await assertRefused(render(drawing, {}), 422, "Source image type is not supported");
});

Deno.test("an image of too many pixels is refused, however small its file", async () => {
  await using file = await stored(claimingToBe(30_000, await redAndBlue().png().toBuffer()));
  await assertRefused(render(file, { width: "10" }), 422, "Source image resolution is too big");
});

Deno.test("an image of too many bytes is refused before it is read", async () => {
  await using file = await stored(new Uint8Array());
  const large = { ...file, size: 25 * 1024 * 1024 + 1 };
  await assertRefused(render(large, {}), 422, "Source image file is too big");
});

Deno.test("an object that is removed meanwhile is not found", async () => {
  await using file = await stored(new Uint8Array());
  const gone = { ...file, path: `${file.path}-gone` };
  await assertRefused(render(gone, {}), 404, "Object not found");
});

Deno.test("a crowd is served a few at a time, and refused beyond a queue", async () => {
  await using file = await stored(await redAndBlue().png().toBuffer());
  const answers = await Promise.allSettled(
    Array.from({ length: 50 }, () => render(file, { width: "10" })),
  );
  const refused = answers.filter(({ status }) => status === "rejected");
  assert.equal(refused.length, 50 - 2 - 32);
  for (const answer of refused) {
    assert.ok(answer.status === "rejected" && answer.reason.http === 429);
  }
  assert.equal((await render(file, { width: "10" })).status, 200);
});

/** Left half red, right half blue. */
function redAndBlue() {
  return sharp({ create: { width: 200, height: 100, channels: 3, background: RED } })
    .composite([{
      input: { create: { width: 100, height: 100, channels: 3, background: BLUE } },
      left: 100,
      top: 0,
    }]);
}

/** Blue between two red edges of a fifth each. */
function stripes() {
  return sharp({ create: { width: 200, height: 100, channels: 3, background: RED } })
    .composite([{
      input: { create: { width: 120, height: 100, channels: 3, background: BLUE } },
      left: 40,
      top: 0,
    }]);
}

/** The same PNG, with a head that tells of a huge square. */
function claimingToBe(side: number, png: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(png);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, side);
  view.setUint32(20, side);
  view.setUint32(29, crc32(bytes.subarray(12, 29)));
  return bytes;
}

async function stored(content: Uint8Array): Promise<Stored & AsyncDisposable> {
  const path = await Deno.makeTempFile({ prefix: "supabase-chat-render-" });
  await Deno.writeFile(path, content);
  return {
    id: crypto.randomUUID(),
    bucketId: "photos",
    name: "picture",
    version: crypto.randomUUID(),
    size: content.length,
    mimeType: "application/octet-stream",
    cacheControl: "max-age=3600",
    contentEncoding: null,
    eTag: '"abc"',
    lastModified: new Date("2026-01-01T00:00:00Z"),
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}

function render(
  file: Stored,
  transform: Record<string, string>,
  accept: string | null = null,
): Promise<Response> {
  return renderImage(file, new URLSearchParams(transform), accept);
}

async function pixels(response: Response) {
  const image = sharp(await response.bytes());
  const { width, height, format, pages = 1 } = await image.metadata();
  const raw = await image.removeAlpha().raw().toBuffer();
  return {
    width,
    height,
    format,
    pages,
    at: (x: number, y: number) => {
      const [r = 0, , b = 0] = raw.subarray((y * width + x) * 3);
      return r > 200 && b < 60 ? "red" : b > 200 && r < 60 ? "blue" : "neither";
    },
  };
}

async function assertRefused(
  answer: Promise<Response>,
  status: number,
  message: string,
): Promise<void> {
  await assert.rejects(answer, (error) => {
    assert.ok(error instanceof StorageError, String(error));
    assert.deepEqual([error.status, error.message], [status, message]);
    return true;
  });
}
