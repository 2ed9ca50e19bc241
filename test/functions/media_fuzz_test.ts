import assert from "node:assert/strict";
import fc from "fast-check";
import { Refusal } from "../../functions/_shared/refusal.ts";
import { ascii, type Bytes, concat, u32 } from "../../functions/chat-media/bytes.ts";
import { cleanImage } from "../../functions/chat-media/clean_image.ts";
import { measureImage } from "../../functions/chat-media/image_facts.ts";
import { judgeType, sniff } from "../../functions/chat-media/file_type.ts";
import { findWords } from "../../functions/chat-media/movie_words.ts";
import {
  draw,
  drawTalkativeJpeg,
  drawTalkativePng,
  type Format,
  FORMATS,
  mimeOf,
} from "./media_pictures.ts";

/** Whether it is still a picture. Everything but a clean picture or a refusal fails the test. */
async function survives(bytes: Bytes, format: Format): Promise<boolean> {
  try {
    const { bytes: cleaned, orientation } = await cleanImage(bytes, mimeOf(format));
    measureImage(cleaned, orientation, mimeOf(format));
    assert.deepEqual((await cleanImage(cleaned, mimeOf(format))).bytes, cleaned);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}

async function samples(format: Format): Promise<Bytes[]> {
  const [plain, turned] = [await draw(format), await draw(format, { orientation: 6 })];
  if (format === "jpeg") return [plain, turned, await drawTalkativeJpeg()];
  if (format === "png") return [plain, turned, await drawTalkativePng()];
  return [plain, turned];
}

for (const format of FORMATS) {
  Deno.test(`a ${format} that ends anywhere is a picture or refused`, async () => {
    for (const sample of await samples(format)) {
      assert.ok(await survives(sample, format));
      const step = Math.ceil(sample.length / 1500);
      for (let length = 0; length < sample.length; length += step) {
        await survives(sample.slice(0, length), format);
      }
      for (let length = 0; length < Math.min(sample.length, 600); length += 1) {
        await survives(sample.slice(0, length), format);
      }
    }
  });

  Deno.test(`a ${format} with wrong bytes is a picture or refused`, async () => {
    const changes = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255), fc.boolean()),
      { minLength: 1, maxLength: 8 },
    );
    for (const sample of await samples(format)) {
      await fc.assert(
        fc.asyncProperty(changes, async (changes) => {
          const broken = sample.slice();
          // Half of them near the beginning, where the structure is.
          for (const [where, byte, isEarly] of changes) {
            broken[Math.floor(where * (isEarly ? 900 : broken.length - 1))] = byte;
          }
          await survives(broken, format);
        }),
        { numRuns: 300 },
      );
    }
  });

  Deno.test(`random bytes behind the beginning of a ${format} are refused`, async () => {
    const sample = await draw(format);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(40), async (noise, keep) => {
        await survives(concat([sample.subarray(0, keep), noise]), format);
      }),
      { numRuns: 500 },
    );
  });
}

Deno.test("any bytes have a type, or none, or are refused", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string(), async (noise, claimed) => {
      const bytes = new Uint8Array(noise);
      await sniff(bytes);
      for (const kind of ["image", "video", "file"] as const) {
        await judgeType(bytes, claimed, kind).catch((error) => assert.ok(error instanceof Refusal));
      }
    }),
  );
});

Deno.test("looking for words in a film ends, whatever the film is made of", async () => {
  const box = (type: string, body: Bytes) => concat([u32(body.length + 8), ascii(type), body]);
  const nested = (depth: number): Bytes => {
    let inside = box("udta", new Uint8Array(4));
    for (let i = 0; i < depth; i += 1) inside = box("trak", inside);
    return inside;
  };
  for (
    const film of [
      nested(20_000),
      concat(Array.from({ length: 20_000 }, () => box("free", new Uint8Array()))),
    ]
  ) {
    let reads = 0;
    await findWords(
      (start, end) => {
        reads += 1;
        return Promise.resolve(film.subarray(start, end));
      },
      0,
      film.length,
    );
    assert.ok(reads <= 1000);
  }
});

Deno.test("a picture of very many empty parts is refused before it fills the memory", async () => {
  const many = (part: Bytes, count: number) => {
    const bytes = new Uint8Array(part.length * count);
    for (let i = 0; i < count; i += 1) bytes.set(part, i * part.length);
    return bytes;
  };
  const [png, jpeg, gif, webp] = await Promise.all([
    draw("png"),
    draw("jpeg"),
    draw("gif"),
    draw("webp"),
  ]);
  const screen = 13 + 3 * 2 ** (((gif[10] ?? 0) & 7) + 1);
  const [chunk, tables] = [
    concat([u32(0), ascii("IDAT"), u32(0)]),
    Uint8Array.of(0xff, 0xdb, 0, 2),
  ];
  const [timing, frame] = [Uint8Array.of(0x21, 0xf9, 0), ascii("ALPH\0\0\0\0")];
  const padded = (count: number): [Format, Bytes][] => [
    ["png", concat([png.subarray(0, 33), many(chunk, count), png.subarray(33)])],
    ["jpeg", concat([jpeg.subarray(0, 2), many(tables, count), jpeg.subarray(2)])],
    ["gif", concat([gif.subarray(0, screen), many(timing, count), gif.subarray(screen)])],
    ["webp", resized(concat([webp, many(frame, count)]))],
  ];
  for (const [format, bytes] of padded(1000)) assert.ok(await survives(bytes, format), format);
  for (const [format, bytes] of padded(1_500_000)) {
    assert.ok(!await survives(bytes, format), format);
  }
});

function resized(webp: Bytes): Bytes {
  webp.set(u32(webp.length - 8, true), 4);
  return webp;
}
