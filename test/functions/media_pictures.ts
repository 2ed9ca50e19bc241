// Real pictures that tell where they were taken, made by the libraries that phones and apps use.
import assert from "node:assert/strict";
import sharp from "sharp";
import type { Bytes } from "../../functions/chat-media/bytes.ts";
import { ascii, concat, latin1, u16, u32 } from "../../functions/chat-media/bytes.ts";

/** Written into every field and every extra part of every picture here. */
export const SECRET = "Mallory was here";
export const WIDTH = 64;
export const HEIGHT = 48;

const XMP =
  `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="31,13.8N" exif:By="${SECRET}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

export type Format = "jpeg" | "png" | "webp" | "gif" | "avif" | "heic";
export const FORMATS: readonly Format[] = ["jpeg", "png", "webp", "gif", "avif", "heic"];

export function mimeOf(format: Format): string {
  return `image/${format}`;
}

/** 64 by 48 pixels of noise, lying on their side for those who heed the orientation 6. */
export async function draw(format: Format, { orientation = 1 } = {}): Promise<Bytes> {
  const picture = sharp({
    create: {
      width: WIDTH,
      height: HEIGHT,
      channels: 3,
      background: "#336699",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  })
    .withExif({
      IFD0: { Make: SECRET, Copyright: SECRET },
      IFD3: {
        GPSLatitudeRef: "N",
        GPSLatitude: "31/1 13/1 48/1",
        GPSLongitudeRef: "E",
        GPSLongitude: "121/1 28/1 0/1",
      },
    })
    .withMetadata({ orientation })
    .withXmp(XMP);
  const lossless = format === "webp" || format === "avif" ? { lossless: true } : {};
  const bytes = await picture.toFormat(format === "heic" ? "avif" : format, lossless).toBuffer();
  const plain = new Uint8Array(bytes);
  if (format === "gif") return withGifWords(plain);
  // Nobody here has a coder for HEVC. The boxes around the pixels are the same ones.
  if (format === "heic") return replaced(plain, "avif", "heic");
  return plain;
}

/** The colours of all pixels, as they are stored. */
export async function pixelsOf(picture: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await sharp(decodable(picture), { animated: true }).raw().toBuffer());
}

/** For sharp, which believes the brand. */
export function decodable(picture: Uint8Array): Uint8Array {
  const isHeic = latin1(picture.subarray(8, 12)) === "heic";
  return isHeic ? replaced(new Uint8Array(picture), "heic", "avif") : picture;
}

/** A JPEG with everything that cameras put into one. */
export async function drawTalkativeJpeg(): Promise<Bytes> {
  const jpeg = await draw("jpeg", { orientation: 6 });
  const extras = [
    segment(0xe0, ascii(`JFIF\0\x01\x02\0\0\x01\0\x01\x04\x04${SECRET}`.padEnd(62))),
    segment(0xe0, concat([ascii("JFXX\0\x10"), ascii(SECRET)])), // a preview
    segment(0xe1, ascii(`http://ns.adobe.com/xmp/extension/\0${SECRET}`)),
    segment(0xe2, ascii(`MPF\0${SECRET}`)),
    segment(0xeb, ascii(`JP  jumb${SECRET}`)),
    segment(0xed, ascii(`Photoshop 3.0\x008BIM${SECRET}`)),
    segment(0xe5, ascii(SECRET)),
    segment(0xfe, ascii(SECRET)),
  ];
  // A moving picture has its film behind the end.
  return concat([jpeg.subarray(0, 2), ...extras, jpeg.subarray(2), ascii(`ftypmp42${SECRET}`)]);
}

/** A JPEG of which only one segment says that its numbers are red, green and blue. */
export async function drawRgbJpeg(): Promise<Bytes> {
  const jpeg = await draw("jpeg");
  const adobe = segment(0xee, ascii("Adobe\0\x64\0\0\0\0\0"));
  return concat([jpeg.subarray(0, 2), adobe, jpeg.subarray(2)]);
}

/** A PNG with every kind of text, a time, something private, and something behind the end. */
export async function drawTalkativePng(): Promise<Bytes> {
  const png = await draw("png", { orientation: 6 });
  const extras = [
    chunk("tEXt", ascii(`Comment\0${SECRET}`)),
    chunk("zTXt", ascii(`Raw profile type exif\0\0${SECRET}`)),
    chunk("iTXt", ascii(`XML:com.adobe.xmp\0\0\0\0\0${SECRET}`)),
    chunk("tIME", Uint8Array.of(7, 234, 1, 1, 1, 1, 1)),
    chunk("caBX", ascii(SECRET)),
  ];
  const header = 8 + 25;
  return concat([png.subarray(0, header), ...extras, png.subarray(header), ascii(SECRET)]);
}

function chunk(type: string, data: Uint8Array): Bytes {
  return concat([u32(data.length), ascii(type), data, u32(0)]);
}

function segment(marker: number, payload: Uint8Array): Bytes {
  return concat([Uint8Array.of(0xff, marker), u16(payload.length + 2), payload]);
}

function withGifWords(gif: Bytes): Bytes {
  const screen = 13 + ((gif[10] ?? 0) & 0x80 ? 3 * 2 ** (((gif[10] ?? 0) & 7) + 1) : 0);
  const block = concat([Uint8Array.of(SECRET.length), ascii(SECRET), Uint8Array.of(0)]);
  const words = [
    concat([Uint8Array.of(0x21, 0xfe), block]),
    concat([Uint8Array.of(0x21, 0xff, 11), ascii("XMP DataXMP"), block]),
    concat([Uint8Array.of(0x21, 0xff, 11), ascii("NETSCAPE2.0"), Uint8Array.of(3, 1, 5, 0, 0)]),
  ];
  return concat([gif.subarray(0, screen), ...words, gif.subarray(screen), ascii(SECRET)]);
}

/** With other brands in its first box. */
export function replaced(bytes: Bytes, from: string, to: string): Bytes {
  const copy = bytes.slice();
  const head = latin1(copy.subarray(0, 64)).replaceAll(from, to);
  copy.set(ascii(head));
  return copy;
}

export function tells(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes).includes(SECRET);
}

export function assertTells(bytes: Uint8Array): void {
  assert.ok(tells(bytes), "the test itself is broken: there is nothing to take out");
}
