import assert from "node:assert/strict";
import { ascii, type Bytes, concat } from "../../functions/chat-media/bytes.ts";
import { emptyBoxes } from "../../functions/chat-media/clean_film.ts";
import { box, film, FILM_HEIGHT, FILM_WIDTH, sound, withPlaces } from "./media_films.ts";
import { assertTells, SECRET, tells } from "./media_pictures.ts";
import { Project } from "./media_project.ts";

const MEGABYTE = 1024 * 1024;
/** How long the last picture is shown is not always said. */
const FRAME = 40;

async function check(
  bytes: Bytes,
  mimeType: string,
  { bucket = "chat-videos", ...words }: Record<string, unknown> & { bucket?: string } = {},
) {
  const project = new Project();
  const place = `${bucket}/a/1`;
  project.upload(place, bytes, mimeType);
  const media = await project.check({ bucket, path: "a/1", ...words });
  return { media, project, stored: project.files.get(place)?.bytes ?? new Uint8Array() };
}

async function assertRefused(bytes: Bytes, mimeType: string, bucket: string, code: string) {
  const project = new Project();
  project.upload(`${bucket}/a/1`, bytes, mimeType);
  await assert.rejects(project.check({ bucket, path: "a/1" }), { code });
  assert.equal(project.files.size, 0);
  assert.equal(project.rows.size, 0);
}

Deno.test("films of all containers say how large and how long they are", async () => {
  const films: [Bytes, string][] = [
    [await film.mp4(), "video/mp4"],
    [await film.mov(), "video/quicktime"],
    [await film.fragmented(), "video/mp4"],
    [await film.webm(), "video/webm"],
    [await film.recorded(), "video/webm"],
  ];
  for (const [bytes, mimeType] of films) {
    const { media } = await check(bytes, mimeType);
    const { kind, mime_type, size, width, height, duration = 0 } = media;
    assert.ok(duration <= 2000 && duration >= 2000 - FRAME, `${duration}`);
    assert.deepEqual({ kind, mime_type, size, width, height }, {
      kind: "video",
      mime_type: mimeType,
      size: bytes.length,
      width: FILM_WIDTH,
      height: FILM_HEIGHT,
    });
  }
});

Deno.test("a film that was taken upright has the sides that people see", async () => {
  const { media } = await check(await film.turned(), "video/mp4");
  assert.deepEqual([media.width, media.height], [FILM_HEIGHT, FILM_WIDTH]);
});

Deno.test("sounds say how long they are", async () => {
  const sounds: [Bytes, string, number][] = [
    [await sound.m4a(), "audio/mp4", 2000],
    [await sound.wav(), "audio/x-wav", 1000],
  ];
  for (const [bytes, mimeType, duration] of sounds) {
    const { media } = await check(bytes, mimeType, { bucket: "chat-audio", duration: 5 });
    assert.equal(media.kind, "audio");
    assert.equal(media.duration, duration, "the file is believed, not the app");
    assert.equal(media.width, undefined);
  }
});

Deno.test("of a sound that says nothing the app's word is taken", async () => {
  const bytes = sound.amr();
  const { media } = await check(bytes, "audio/amr", { bucket: "chat-audio", duration: 4200 });
  assert.equal(media.duration, 4200);
  assert.equal(
    (await check(bytes, "audio/amr", { bucket: "chat-audio" })).media.duration,
    undefined,
  );
});

Deno.test("a voice message has the waveform that the app drew, a film has none", async () => {
  const waveform = [0, 50, 100];
  const voice = await check(await sound.ogg(), "audio/ogg", { bucket: "chat-audio", waveform });
  assert.deepEqual(voice.media.waveform, waveform);
  assert.equal(
    (await check(await film.mp4(), "video/mp4", { waveform })).media.waveform,
    undefined,
  );
});

Deno.test("a sound among the films, and a film among the sounds, is removed", async () => {
  await assertRefused(await sound.m4a(), "video/mp4", "chat-videos", "file_disguised");
  await assertRefused(await sound.webm(), "video/webm", "chat-videos", "file_disguised");
  await assertRefused(await film.mp4(), "audio/mp4", "chat-audio", "file_disguised");
  await assertRefused(await film.webm(), "audio/webm", "chat-audio", "file_disguised");
});

Deno.test("what begins as a film and does not go on as one is removed", async () => {
  const mp4 = await film.mp4();
  await assertRefused(mp4.slice(0, 200), "video/mp4", "chat-videos", "file_unreadable");
  const broken = mp4.slice();
  broken.fill(0xff, 40, mp4.length);
  await assertRefused(broken, "video/mp4", "chat-videos", "file_unreadable");
});

Deno.test("little of a long film is read", async () => {
  const bytes = await film.indexAtEnd(20);
  assert.ok(bytes.length > 9 * MEGABYTE);
  const { project, media } = await check(bytes, "video/mp4");
  assert.equal(media.duration, 20_000);
  assert.ok(project.bytesRead < MEGABYTE / 4, `${project.bytesRead}`);
});

Deno.test("of a film that does not say how long it is, no more is read than the budget", async () => {
  const bytes = await film.recorded(20);
  assert.ok(bytes.length > 9 * MEGABYTE);
  const { project, media } = await check(bytes, "video/webm", { duration: 19_000 });
  assert.ok(project.bytesRead <= 4 * MEGABYTE, `${project.bytesRead}`);
  assert.deepEqual([media.width, media.height], [FILM_WIDTH, FILM_HEIGHT]);
  assert.equal(media.duration, 19_000);
});

Deno.test("a film forgets where it was taken, and nothing in it moves", async () => {
  const bytes = withPlaces(await film.turned());
  assertTells(bytes);
  const { stored, media, project } = await check(bytes, "video/mp4");
  assert.ok(!tells(stored));
  assert.ok(!new TextDecoder("latin1").decode(stored).includes("+31.23"));
  assert.equal(stored.length, bytes.length);
  const data = new TextDecoder("latin1").decode(bytes).indexOf("moov");
  assert.deepEqual(stored.subarray(0, data), bytes.subarray(0, data));
  assert.deepEqual([media.width, media.height, media.duration], [FILM_HEIGHT, FILM_WIDTH, 2000]);
  assert.equal(project.facts("chat-videos/a/1")?.["cleaned"], true);
});

Deno.test("a voice message forgets its place and title too", async () => {
  const { stored } = await check(withPlaces(await sound.m4a()), "audio/mp4", {
    bucket: "chat-audio",
  });
  assert.ok(!tells(stored));
});

Deno.test("a film that tells nothing is not stored again", async () => {
  const { project } = await check(await film.mp4(), "video/mp4");
  assert.deepEqual(project.log.filter((line) => line === "POST object/chat-videos"), []);
});

Deno.test("a film too large to be stored again keeps what it tells, and the library knows", async () => {
  const bytes = withPlaces(await film.turned());
  const large = concat([bytes, box("free", new Uint8Array(50 * MEGABYTE))]);
  const { project, stored } = await check(large, "video/mp4");
  assert.ok(tells(stored));
  assert.equal(project.facts("chat-videos/a/1")?.["cleaned"], false);
});

Deno.test("a film is not removed because Storage does not answer", async () => {
  for (const request of ["GET object/chat-videos", "GET object/info"]) {
    const project = new Project();
    project.upload("chat-videos/a/1", await film.mp4(), "video/mp4");
    project.interfere.set(request, () => ({ status: 500, body: { message: "down" } }));
    await assert.rejects(project.check({ bucket: "chat-videos", path: "a/1" }), { code: "busy" });
    assert.equal(project.files.size, 1);
  }
});

Deno.test("a film is not removed because Storage stops answering in the middle of it", async () => {
  const project = new Project();
  project.upload("chat-videos/a/1", await film.indexAtEnd(1), "video/mp4");
  let reads = 0;
  project.interfere.set("GET object/chat-videos", () => {
    reads += 1;
    return reads % 2 === 0 ? { status: 500, body: { message: SECRET } } : undefined;
  });
  await assert.rejects(project.check({ bucket: "chat-videos", path: "a/1" }), { code: "busy" });
  assert.ok(reads > 1);
  assert.equal(project.files.size, 1);
});

Deno.test("words are found in old QuickTime files, whose lists end in zeros", async () => {
  const bytes = await film.mov();
  const words = concat([box("udta", concat([box("\xa9xyz", ascii(SECRET)), new Uint8Array(4)]))]);
  const { stored } = await check(concat([bytes, words]), "video/quicktime");
  assert.ok(!tells(stored));
});

Deno.test("half a film never takes the place of a whole one", async () => {
  const bytes = await film.mp4();
  const half = new Blob([bytes.slice(0, bytes.length / 2)]).stream();
  const through = half.pipeThrough(emptyBoxes([], { size: bytes.length }));
  await assert.rejects(new Response(through).arrayBuffer());
});

Deno.test("a film is emptied right wherever its chunks end", async () => {
  const bytes = ascii(`\0\0\0\x20ftyp${"f".repeat(24)}\0\0\0\x20udta${SECRET}moreabcd`);
  const [box] = [{ type: "udta", start: 32, body: 40, end: 64 }];
  for (let size = 1; size <= bytes.length; size += 1) {
    const chunks = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, i) => bytes.slice(i * size, (i + 1) * size),
    );
    const stream = ReadableStream.from(chunks).pipeThrough(
      emptyBoxes([box], { size: bytes.length }),
    );
    const emptied = new Uint8Array(await new Response(stream).arrayBuffer());
    assert.deepEqual(emptied.subarray(0, 36), bytes.subarray(0, 36));
    assert.deepEqual(emptied.subarray(36), concat([ascii("free"), new Uint8Array(24)]));
  }
});
