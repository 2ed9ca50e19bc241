// chat.prepare_upload: where a file may go, and why not.
import assert from "node:assert/strict";
import { reads, stores, tries } from "../../support/library.ts";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const prepare = (person: Person, args: Record<string, unknown> = {}) =>
  person.call("prepare_upload", { kind: "image", mime_type: "image/png", size: 1, ...args });

scene("every kind of file has a bucket, and a path that is the caller's own", async (cast) => {
  const { alice, gus } = cast;
  const kinds = {
    image: ["image/webp", "chat-images"],
    video: ["video/quicktime", "chat-videos"],
    audio: ["audio/mpeg", "chat-audio"],
    file: ["text/csv", "chat-files"],
    cover: ["image/jpeg", "chat-covers"],
  } as const;
  for (const person of [alice, gus]) {
    for (const [kind, [mime_type, bucket]] of Object.entries(kinds)) {
      const place = await prepare(person, { kind, mime_type, file_name: "A Film.MOV" });
      assert.equal(place.bucket, bucket);
      const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
      assert.match(place.path, new RegExp(`^${person.id}/${day}/\\d{13}_[0-9a-f]{12}\\.mov$`));
      assert.deepEqual(await tries(person, { ...place, mime_type }), place);
    }
  }
});

scene("no two paths are the same, and nothing is kept of them", async ({ alice, world }) => {
  const before = await world.snapshot();
  const paths = new Set<string>();
  for (let i = 0; i < 20; i++) paths.add((await prepare(alice)).path);
  assert.equal(paths.size, 20);
  assert.deepEqual(await world.snapshot(), before);
});

scene("a path that was prepared belongs to nobody else", async ({ alice, bob, world }) => {
  const { path } = await prepare(alice);
  await refuses(tries(bob, { path }), "42501");
  await stores(world, await tries(alice, { path }), {}, alice.id);
  assert.equal(await reads(bob, { bucket: "chat-images", path }), false);
});

scene("a file may lie in directories of one's own", async ({ alice }) => {
  const name = "a".repeat(64);
  for (const directory of ["holidays", "A_b-9/2", `${name}/${name}/${name}/${name}`]) {
    const { path } = await prepare(alice, { directory });
    assert.ok(path.startsWith(`${alice.id}/${directory}/2`));
    await tries(alice, { path });
  }
  const bad = [
    "",
    "/",
    "a/",
    "/a",
    "a//b",
    ".",
    "..",
    "../x",
    "a/../b",
    "a b",
    "_a",
    "-a",
    "é",
    "照片",
  ];
  bad.push("a\n", "a\tb", "a\\b", "%2e%2e", "a.b", `${name}a`, "a/b/c/d/e", "a".repeat(1_000_000));
  for (const directory of bad) {
    await refuses(prepare(alice, { directory }), "PT400", "directory_invalid");
  }
});

scene("the extension is that of the file name, if a path may have it", async ({ alice }) => {
  const extensions: [string | null, string][] = [
    ["photo.JPG", "jpg"],
    ["archive.tar.gz", "gz"],
    [".7z", "7z"],
    ["no extension", "bin"],
    ["ends with a dot.", "bin"],
    ["a.图片", "bin"],
    ["a.averylongone", "bin"],
    ["a.p g", "bin"],
    ["  a.png  ", "png"],
    ["图片.png", "png"],
    [`${"a".repeat(251)}.png`, "png"],
    [null, "bin"],
  ];
  for (const [file_name, extension] of extensions) {
    const { path } = await prepare(alice, { file_name });
    assert.ok(path.endsWith(`.${extension}`), `${file_name}: ${path}`);
  }
});

scene("a file name is one line that can be shown", async ({ alice }) => {
  const bad = [
    "",
    "   ",
    "\u200b",
    "a/b.png",
    "../a.png",
    "a\\b.png",
    "a\nb.png",
    "a\u202egnp.exe",
  ];
  for (const file_name of [...bad, "a".repeat(256)]) {
    await refuses(prepare(alice, { file_name }), "PT400", "file_name_invalid");
  }
});

scene("pictures of people, and kinds of messages without files, are not uploaded", async (cast) => {
  for (const kind of ["avatar", "text", "custom", "forward", "system", "Image", "", null]) {
    await refuses(prepare(cast.alice, { kind }), "PT400", "kind_invalid");
  }
});

const TAKEN: Record<string, string[]> = {
  image: ["image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/heif"],
  video: ["video/mp4", "video/x-matroska"],
  audio: ["audio/mpeg", "audio/webm", "audio/x-m4a"],
  file: ["application/pdf", "text/html", "image/svg+xml", "application/vnd.ms-excel"],
  cover: ["image/jpeg", "image/png", "image/webp"],
};
const LEFT: Record<string, (string | null)[]> = {
  image: ["image/svg+xml", "image/tiff", "video/mp4", "text/html", "image/*"],
  video: ["audio/mpeg", "image/gif", "application/mp4", "video/*"],
  audio: ["video/webm", "audio/mpeg; codecs=mp3", "audio/*"],
  file: [
    "*/*",
    "text",
    "text/",
    "/plain",
    "text/plain\n",
    "text/a b",
    "a/b/c",
    `text/${"a".repeat(101)}`,
  ],
  cover: ["image/gif", "image/avif", "video/mp4"],
};

scene("a bucket takes its own types only, whether one asks before or not", async ({ alice }) => {
  for (const [kind, types] of Object.entries(TAKEN)) {
    for (const mime_type of types) {
      const { bucket, path } = await prepare(alice, { kind, mime_type });
      await tries(alice, { bucket, path, mime_type });
    }
  }
  for (const [kind, types] of Object.entries(LEFT)) {
    const { bucket } = await prepare(alice, { kind, mime_type: TAKEN[kind]?.[0] });
    for (const mime_type of [...types, "nonsense", "", null]) {
      await refuses(prepare(alice, { kind, mime_type }), "PT415", "mime_type_invalid");
      if (mime_type) await refuses(tries(alice, { bucket, mime_type }), "42501");
    }
  }
});

scene("a type that Storage does not know yet is left to Storage", async ({ alice }) => {
  for (const kind of ["file", "image"] as const) await tries(alice, { kind, mime_type: "" });
});

scene("an operator changes what a bucket takes", async ({ alice, world }) => {
  await world.query(
    `update storage.buckets set allowed_mime_types = '{image/tiff}', file_size_limit = 10
     where id = 'chat-images'`,
  );
  await refuses(prepare(alice), "PT415", "mime_type_invalid");
  await prepare(alice, { mime_type: "image/tiff", size: 10 });
  await refuses(prepare(alice, { mime_type: "image/tiff", size: 11 }), "PT413", "file_too_large");
});

const MEGABYTE = 1024 ** 2;
const LARGEST = { image: 20, video: 500, audio: 50, file: 100, cover: 10 } as const;

scene("no file is larger than its bucket's limit, nor than a guest's", async ({ alice, gus }) => {
  for (const person of [alice, gus]) {
    for (const [kind, megabytes] of Object.entries(LARGEST) as [keyof typeof LARGEST, number][]) {
      const mime_type = TAKEN[kind]?.[0] ?? "";
      const size = Math.min(megabytes, person === gus ? 20 : megabytes) * MEGABYTE;
      const { bucket, path } = await prepare(person, { kind, mime_type, size });
      await tries(person, { bucket, path, mime_type, size });

      const tooLarge = { kind, mime_type, size: size + 1 };
      await refuses(prepare(person, tooLarge), "PT413", "file_too_large");
      await refuses(tries(person, { bucket, mime_type, size: size + 1 }), "42501");
    }
    for (const size of [-1, 2 ** 53]) {
      await refuses(prepare(person, { size }), "PT413", "file_too_large");
    }
    await prepare(person, { size: 0 });
  }
});

scene("the service says how large a guest's file may be", async ({ alice, gus, server }) => {
  await server.call("set_settings", { changes: { guest_file_max_bytes: 100 } });
  await prepare(gus, { size: 100 });
  await refuses(prepare(gus, { size: 101 }), "PT413", "file_too_large");
  await prepare(alice, { size: 101 });
});
