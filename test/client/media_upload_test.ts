// Uploads over lines that break, with people who pause and give up; on a scripted server.
import assert from "node:assert/strict";
import { ChatError } from "../../client/errors.ts";
import type { Sender } from "../../client/media/sender.ts";
import { PLACE, refused, stage, unreachable } from "./media_room.ts";

const png = (size = 3) => new File([new Uint8Array(size)], "Dot.PNG", { type: "image/png" });
const isRefused = (code: string) => (error: unknown) =>
  error instanceof ChatError && error.code === code;

Deno.test("a file is asked for, uploaded and looked at, with all that the app says of it", async () => {
  const { room, asked } = stage();
  const file = new File(["abc"], "Voice.webm", { type: "audio/webm; codecs=opus" });
  const progress: [number, number][] = [];
  const media = await room.upload(file, {
    kind: "audio",
    directory: "talks",
    imageClassId: 7,
    duration: 1234.5,
    waveform: [1, 100],
    onProgress: (sent, total) => void progress.push([sent, total]),
  }).done;
  assert.deepEqual(asked, [
    ["prepare_upload", {
      kind: "audio",
      mime_type: "audio/webm",
      size: 3,
      file_name: "Voice.webm",
      directory: "talks",
    }],
    ["put", { ...PLACE, type: "audio/webm", size: 3 }],
    ["chat-media", {
      ...PLACE,
      file_name: "Voice.webm",
      image_class_id: 7,
      duration: 1235,
      waveform: [1, 100],
    }],
  ]);
  assert.deepEqual([media.media_id, media.image_class_id, media.create_time], ["m", 7, 1]);
  assert.deepEqual(progress, [[0, 3], [3, 3]]);
});

Deno.test("what has no type goes as a file of any kind", async () => {
  const { room, asked } = stage();
  await room.upload(new Blob(["x"]), { kind: "file", fileName: "notes" }).done;
  assert.partialDeepStrictEqual(asked[0]?.[1], { mime_type: "application/octet-stream" });
});

Deno.test("each request is repeated while there is no line, and waits longer each time", async () => {
  const { room, names, waits } = stage({
    prepare_upload: [unreachable(), unreachable(), unreachable(), PLACE],
    put: [unreachable(), undefined],
    "chat-media": [refused("busy", 503), { media_id: "m" }],
  });
  await room.upload(png(), { kind: "image" }).done;
  assert.deepEqual(names(), [
    ...Array(4).fill("prepare_upload"),
    ...["put", "get_upload", "put"],
    ...["chat-media", "chat-media"],
  ]);
  assert.deepEqual(waits, [750, 1500, 3000, 750, 750]);
});

Deno.test("an upload whose answer was lost is not uploaded again", async () => {
  const { room, names } = stage({ put: [unreachable()], get_upload: [{ version: "v1" }] });
  await room.upload(png(), { kind: "image" }).done;
  assert.deepEqual(names(), ["prepare_upload", "put", "get_upload", "chat-media"]);
});

Deno.test("it gives up after ten failures in a row", async () => {
  const { room, names } = stage({ prepare_upload: [unreachable()] });
  await assert.rejects(room.upload(png(), { kind: "image" }).done, isRefused("unreachable"));
  assert.equal(names().length, 10);
});

Deno.test("refusals come as they are, and at once", async () => {
  const all: [string, string, number][] = [
    ["prepare_upload", "upload_quota_over", 429],
    ["prepare_upload", "mime_type_invalid", 400],
    ["chat-media", "file_disguised", 400],
    ["put", "file_too_large", 413],
  ];
  for (const [name, code, status] of all) {
    const { room, asked, waits } = stage({ [name]: [refused(code, status)] });
    await assert.rejects(room.upload(png(), { kind: "image" }).done, isRefused(code));
    assert.equal(asked.filter(([one]) => one === name).length, 1, code);
    assert.deepEqual(waits, [], code);
  }
});

Deno.test("when Storage says no without a reason, the verb is asked for it", async () => {
  const { room } = stage({
    put: [refused("upload_refused", 403)],
    prepare_upload: [PLACE, refused("upload_quota_over", 429)],
  });
  await assert.rejects(room.upload(png(), { kind: "image" }).done, isRefused("upload_quota_over"));
});

/** A sender that stops when it is told to, and goes on in the next attempt. */
function scriptedParts() {
  const attempts: { arrive: (sent: number) => void; finish: () => void; fail: () => void }[] = [];
  const ends: boolean[] = [];
  let begun = () => {};
  const parts: Sender = ({ place, onProgress }) => ({
    place: () => place,
    attempt: (signal) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        attempts.push({ arrive: onProgress, finish: resolve, fail: () => reject(unreachable()) });
        begun();
      }),
    end: (isForGood) => void ends.push(isForGood),
  });
  const next = async (count: number) => {
    while (attempts.length < count) await new Promise<void>((resolve) => begun = resolve);
    return attempts[count - 1]!;
  };
  return { options: { parts, wholeUpTo: 10 }, next, attempts, ends };
}

Deno.test("only files above the limit go in parts", async () => {
  const { options, next } = scriptedParts();
  const { room, names } = stage({}, options);
  await room.upload(png(10), { kind: "image" }).done;
  assert.deepEqual(names(), ["prepare_upload", "put", "chat-media"]);
  const { done } = room.upload(png(11), { kind: "image" });
  (await next(1)).finish();
  await done;
  assert.deepEqual(names().slice(3), ["prepare_upload", "chat-media"]);
});

Deno.test("a paused upload stops, and goes on when it is resumed", async () => {
  const { options, next, attempts, ends } = scriptedParts();
  const { room, names } = stage({}, options);
  const upload = room.upload(png(100), { kind: "image" });
  (await next(1)).arrive(40);
  upload.pause();
  upload.pause();
  for (let i = 0; i < 50; i++) await null;
  assert.equal(attempts.length, 1);
  upload.resume();
  (await next(2)).finish();
  upload.pause(); // before it is looked at
  for (let i = 0; i < 50; i++) await null;
  assert.deepEqual(names(), ["prepare_upload"]);
  upload.resume();
  await upload.done;
  assert.deepEqual(names(), ["prepare_upload", "chat-media"]);
  assert.deepEqual(ends, [true]);
});

Deno.test("whoever gives up hears it at once, and nothing follows", async () => {
  const { options, next, ends } = scriptedParts();
  const { room, names } = stage({}, options);
  const upload = room.upload(png(100), { kind: "image" });
  await next(1);
  upload.abort();
  await assert.rejects(upload.done, isRefused("aborted"));
  assert.deepEqual([names(), ends], [["prepare_upload"], [true]]);
  const paused = room.upload(png(100), { kind: "image" });
  paused.pause();
  paused.abort();
  await assert.rejects(paused.done, isRefused("aborted"));
});

Deno.test("when the line comes back nobody waits any longer, nor after giving up", async () => {
  const { room, waits, freeze, comeOnline } = stage({
    prepare_upload: [unreachable(), PLACE, unreachable()],
  });
  freeze();
  const upload = room.upload(png(), { kind: "image" });
  while (waits.length < 1) await null;
  comeOnline();
  await upload.done;
  const other = room.upload(png(), { kind: "image" });
  while (waits.length < 2) await null;
  other.abort();
  await assert.rejects(other.done, isRefused("aborted"));
});

Deno.test("whoever gives up while it waits for an answer does not wait", async () => {
  const waiting = Promise.withResolvers<void>();
  const { room } = stage({
    prepare_upload: [() => {
      waiting.resolve();
      return new Promise(() => {}); // never answered
    }],
  });
  const upload = room.upload(png(), { kind: "image" });
  await waiting.promise;
  upload.abort();
  await assert.rejects(upload.done, isRefused("aborted"));
});

Deno.test("as long as something arrives, failures do not count together", async () => {
  const { options, next, ends } = scriptedParts();
  const { room, waits } = stage({}, options);
  const upload = room.upload(png(100), { kind: "image" });
  for (let i = 1; i <= 15; i++) {
    const attempt = await next(i);
    attempt.arrive(i);
    attempt.fail();
  }
  (await next(16)).finish();
  await upload.done;
  assert.deepEqual(waits, Array(15).fill(750));

  const other = room.upload(png(100), { kind: "image" });
  for (let i = 17; i < 27; i++) {
    const attempt = await next(i);
    attempt.arrive(5); // no further than before
    attempt.fail();
  }
  await assert.rejects(other.done, isRefused("unreachable"));
  assert.deepEqual(ends, [true, false], "what is there stays for another time");
});

Deno.test("a picture of a person is asked for as one", async () => {
  const { room, asked } = stage();
  await room.avatar(png());
  assert.deepEqual(asked.at(-1), ["chat-media", { ...PLACE, file_name: "Dot.PNG", avatar: true }]);
});
