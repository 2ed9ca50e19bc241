import assert from "node:assert/strict";
import { ascii, type Bytes, concat } from "../../functions/chat-media/bytes.ts";
import { judgeType, type Kind } from "../../functions/chat-media/file_type.ts";
import { draw, replaced } from "./media_pictures.ts";

const PDF = ascii("%PDF-1.7\n1 0 obj");
const ZIP = ascii("PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0a");
const COMPOUND = concat([
  Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
  new Uint8Array(600),
]);
const PROGRAM = ascii("MZ\x90\0\x03\0\0\0\x04\0\0\0");
const M4A = ascii("\0\0\0\x18ftypM4A \0\0\0\0M4A isom");
const MP4 = ascii("\0\0\0\x18ftypisom\0\0\0\0isommp42");
const WAV = ascii("RIFF\x10\0\0\0WAVEfmt ");
const HTML = ascii("<!doctype html><script>alert(1)</script>");

async function judge(bytes: Bytes, claimed: string, kind: Kind): Promise<string> {
  return await judgeType(bytes, claimed, kind);
}

async function assertDisguised(bytes: Bytes, claimed: string, kind: Kind): Promise<void> {
  await assert.rejects(
    judge(bytes, claimed, kind),
    { code: "file_disguised", status: 415 },
    claimed,
  );
}

Deno.test("a picture is what its bytes say, whatever it was called", async () => {
  assert.equal(await judge(await draw("jpeg"), "image/jpg", "image"), "image/jpeg");
  assert.equal(await judge(await draw("jpeg"), "IMAGE/JPEG; charset=x", "image"), "image/jpeg");
  assert.equal(await judge(await draw("heic"), "image/heif", "image"), "image/heic");
});

Deno.test("a picture with the general brand is known by those behind it", async () => {
  const avif = await draw("avif");
  assert.equal(String.fromCharCode(...avif.subarray(8, 12)), "avif");
  avif.set(ascii("mif1"), 8);
  assert.equal(await judge(avif, "image/avif", "image"), "image/avif");
  assert.equal(await judge(replaced(avif, "avif", "heic"), "image/heif", "image"), "image/heic");
});

Deno.test("something else is no picture, film or sound", async () => {
  await assertDisguised(await draw("png"), "image/jpeg", "image");
  await assertDisguised(PDF, "image/png", "image");
  await assertDisguised(HTML, "image/gif", "image");
  await assertDisguised(new Uint8Array(), "image/gif", "image");
  await assertDisguised(await draw("gif"), "video/mp4", "video");
  await assertDisguised(WAV, "audio/mpeg", "audio");
  await assertDisguised(ZIP, "audio/mpeg", "audio");
  await assertDisguised(MP4, "video/webm", "video");
});

Deno.test("names of one format stand for each other, and stay what the app chose", async () => {
  assert.equal(await judge(M4A, "audio/mp4", "audio"), "audio/mp4");
  assert.equal(await judge(MP4, "audio/x-m4a", "audio"), "audio/x-m4a");
  assert.equal(await judge(WAV, "audio/x-wav", "audio"), "audio/x-wav");
  assert.equal(await judge(MP4, "video/quicktime", "video"), "video/quicktime");
});

Deno.test("files of all types go under their own name", async () => {
  const honest: [Bytes, string][] = [
    [PDF, "application/pdf"],
    [ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    [ZIP, "application/x-something-made-of-zip"],
    [COMPOUND, "application/msword"],
    [PROGRAM, "application/vnd.microsoft.portable-executable"],
    [ascii("II*\0\xff\xff\xff\xff"), "image/tiff"],
    [ascii("a,b\n"), "text/csv"],
    [ascii("a,b\n"), "application/vnd.ms-excel"], // as Windows calls a csv
    [ascii("{}"), "application/json"],
    [ascii("<?xml version='1.0'?>"), "text/plain"],
    [HTML, "text/plain"],
    [ascii("whatever"), "application/x-unheard-of"],
    [HTML, "application/octet-stream"],
    [PROGRAM, "application/octet-stream"],
    [new Uint8Array(), "text/plain"],
  ];
  for (const [bytes, claimed] of honest) assert.equal(await judge(bytes, claimed, "file"), claimed);
});

Deno.test("no file goes under the name of another", async () => {
  const disguised: [Bytes, string][] = [
    [PROGRAM, "application/pdf"],
    [HTML, "application/pdf"],
    [PROGRAM, "text/plain"],
    [ZIP, "text/plain"],
    [PDF, "application/zip"],
    [PROGRAM, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    [await draw("png"), "application/x-unheard-of"],
    [PROGRAM, "application/x-unheard-of"],
    [await draw("png"), "image/jpeg"],
    [PROGRAM, "application/json"],
  ];
  for (const [bytes, claimed] of disguised) await assertDisguised(bytes, claimed, "file");
});

Deno.test("what a browser would run is not taken by its name", async () => {
  const types = [
    "text/html",
    "TEXT/HTML; charset=utf-8",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "application/xml",
    "application/atom+xml",
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "application/ecmascript",
    "text/xsl",
    "multipart/related",
    "message/rfc822",
    "application/x-shockwave-flash",
  ];
  for (const type of types) {
    const refused = { code: "mime_type_invalid", status: 415 };
    await assert.rejects(judge(HTML, type, "file"), refused, type);
  }
});
