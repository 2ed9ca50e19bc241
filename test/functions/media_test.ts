import assert from "node:assert/strict";
import { MediaRequest } from "../../functions/_shared/contract.ts";
import { ascii, type Bytes, concat } from "../../functions/chat-media/bytes.ts";
import { assertTells, draw, HEIGHT, tells, WIDTH } from "./media_pictures.ts";
import { Project } from "./media_project.ts";

const IMAGE = { bucket: "chat-images", path: "a/1" };
const PLACE = "chat-images/a/1";
const PDF = ascii("%PDF-1.7\n1 0 obj");

async function uploaded(bytes?: Bytes, mimeType = "image/jpeg", place = PLACE): Promise<Project> {
  const project = new Project();
  project.upload(place, bytes ?? await draw("jpeg"), mimeType);
  return project;
}

function stored(project: Project, place = PLACE): Bytes {
  const file = project.files.get(place);
  assert.ok(file);
  return file.bytes;
}

function count(project: Project, line: string): number {
  return project.log.filter((logged) => logged === line).length;
}

Deno.test("checkMedia() answers the course's fields, and what the file is", async () => {
  const project = await uploaded();
  const { media_id, url, ...media } = await project.check({
    ...IMAGE,
    image_class_id: 7,
    file_name: "海边.jpg",
  });
  assert.equal(media_id, project.rows.get(PLACE)?.id);
  assert.equal(url, `http://project.example/storage/v1/object/sign/${PLACE}?token=t`);
  assert.deepEqual(media, {
    ...IMAGE,
    image_class_id: 7,
    create_time: 1_700_000_000,
    kind: "image",
    mime_type: "image/jpeg",
    size: stored(project).length,
    width: WIDTH,
    height: HEIGHT,
    file_name: "海边.jpg",
  });
});

Deno.test("checkMedia() lets a picture in only when it tells nothing any more", async () => {
  const project = await uploaded();
  assertTells(stored(project));
  project.interfere.set("rpc/settle_upload", () => assert.ok(!tells(stored(project))));
  await project.check(IMAGE);
  assert.ok(!tells(stored(project)));
  assert.equal(count(project, "rpc/settle_upload"), 1);
});

Deno.test("checkMedia() answers the same again, and does not look again", async () => {
  const project = await uploaded();
  const first = await project.check({ ...IMAGE, image_class_id: 7 });
  const { bytesRead } = project;
  assert.deepEqual(await project.check({ ...IMAGE, image_class_id: 8 }), first);
  assert.equal(project.bytesRead, bytesRead);
});

Deno.test("checkMedia() asks whose file it is before it does anything else", async () => {
  const project = new Project();
  await assert.rejects(project.check(IMAGE), { code: "media_not_found", status: 404 });
  assert.deepEqual(project.log, ["rpc/get_upload"]);
});

// It is asked for before it is read, again when it has been cleaned, and then read.
for (
  const [request, time] of [
    ["GET object/info", 2],
    ["GET object/chat-images", 2],
    ["rpc/settle_upload", 1],
  ] as const
) {
  Deno.test(`checkMedia() is not fooled by a file that is swapped at ${request}`, async () => {
    const project = await uploaded();
    const other = await draw("jpeg", { orientation: 6 });
    let times = 0;
    project.interfere.set(request, () => {
      if ((times += 1) === time) project.upload(PLACE, other, "image/jpeg");
    });
    const media = await project.check(IMAGE);
    assert.ok(times > time);
    assert.ok(!tells(stored(project)));
    assert.deepEqual([media.width, media.height], [HEIGHT, WIDTH]);
  });
}

Deno.test("checkMedia() finds nothing where Storage has nothing", async () => {
  const project = await uploaded();
  project.files.clear();
  for (const avatar of [false, true]) {
    await assert.rejects(project.check({ ...IMAGE, avatar }), { code: "media_not_found" });
  }
});

Deno.test("checkMedia() lets nothing in that is swapped again and again", async () => {
  const project = await uploaded();
  const other = await draw("jpeg");
  project.interfere.set("rpc/settle_upload", () => project.upload(PLACE, other, "image/jpeg"));
  await assert.rejects(project.check(IMAGE), { code: "busy", status: 503 });
  assert.equal(project.facts(PLACE), null);
});

Deno.test("checkMedia() called twice at once answers the same", async () => {
  const project = await uploaded();
  const [one, other] = await Promise.all([project.check(IMAGE), project.check(IMAGE)]);
  assert.deepEqual(one, other);
  assert.ok(!tells(stored(project)));
});

Deno.test("checkMedia() takes the other one's answer when a file is settled that it would clean", async () => {
  const project = await uploaded();
  const settled = { width: 1, height: 1 };
  project.interfere.set("POST object/chat-images", () => {
    const row = project.rows.get(PLACE);
    if (row) row.facts = settled;
    return { status: 400, body: { statusCode: "403", message: "cannot be replaced" } };
  });
  const { width } = await project.check(IMAGE);
  assert.equal(width, 1);
});

Deno.test("checkMedia() removes a file that is not what it says", async () => {
  const project = await uploaded(PDF);
  await assert.rejects(project.check(IMAGE), { code: "file_disguised", status: 415 });
  assert.equal(project.files.size + project.rows.size + project.queue.size, 0);
});

Deno.test("checkMedia() removes a picture that is damaged", async () => {
  const project = await uploaded((await draw("png")).slice(0, 200), "image/png");
  await assert.rejects(project.check(IMAGE), { code: "file_unreadable", status: 422 });
  assert.equal(project.files.size + project.rows.size, 0);
});

Deno.test("checkMedia() removes a picture that is larger than it can hold, without reading it", async () => {
  const project = await uploaded(new Uint8Array(20 * 1024 * 1024 + 1));
  await assert.rejects(project.check(IMAGE), { code: "file_too_large", status: 413 });
  assert.equal(project.bytesRead, 0);
  assert.equal(project.files.size, 0);
});

Deno.test("checkMedia() removes a file that is larger than its owner may upload", async () => {
  const project = await uploaded(PDF, "application/pdf", "chat-files/a/1");
  project.largest = PDF.length - 1;
  const file = { bucket: "chat-files", path: "a/1" };
  await assert.rejects(project.check(file), { code: "file_too_large", status: 413 });
  assert.equal(project.files.size + project.rows.size, 0);
});

Deno.test("checkMedia() has few pictures in memory at one time, and all of them get their turn", async () => {
  const project = new Project();
  const jpeg = await draw("jpeg");
  const large = concat([jpeg, new Uint8Array(9 * 1024 * 1024)]);
  const paths = Array.from({ length: 6 }, (_, i) => `a/${i}`);
  for (const path of paths) project.upload(`chat-images/${path}`, large, "image/jpeg");
  await Promise.all(paths.map((path) => project.check({ bucket: "chat-images", path })));
  const untilOneIsDone = project.log.slice(0, project.log.indexOf("POST object/chat-images"));
  assert.equal(untilOneIsDone.filter((line) => line === "GET object/chat-images").length, 2);
  for (const path of paths) assert.ok(!tells(stored(project, `chat-images/${path}`)));
});

Deno.test("checkMedia() leaves a file queued that cannot be deleted now", async () => {
  const project = await uploaded(PDF);
  project.interfere.set(
    "DELETE object/chat-images",
    () => ({ status: 500, body: { message: "down" } }),
  );
  await assert.rejects(project.check(IMAGE), { code: "file_disguised" });
  assert.deepEqual([...project.queue], [PLACE]);
});

for (
  const request of [
    "GET object/info",
    "GET object/chat-images",
    "POST object/chat-images",
    "rpc/settle_upload",
  ]
) {
  Deno.test(`checkMedia() removes nothing when ${request} fails, and works the next time`, async () => {
    const project = await uploaded();
    project.interfere.set(
      request,
      () => ({ status: 500, body: { code: "XX000", message: "down" } }),
    );
    await assert.rejects(project.check(IMAGE));
    assert.equal(project.facts(PLACE), null);
    project.interfere.clear();
    assert.equal((await project.check(IMAGE)).width, WIDTH);
  });
}

Deno.test("checkMedia() reads the beginning of a file only, and sends it as it is", async () => {
  const bytes = concat([PDF, new Uint8Array(1024 * 1024)]);
  const project = await uploaded(bytes, "application/pdf", "chat-files/a/1");
  const { kind, mime_type, size } = await project.check({ bucket: "chat-files", path: "a/1" });
  assert.deepEqual({ kind, mime_type, size }, {
    kind: "file",
    mime_type: "application/pdf",
    size: bytes.length,
  });
  assert.equal(project.bytesRead, 64 * 1024);
  assert.deepEqual(stored(project, "chat-files/a/1"), bytes);
});

Deno.test("checkMedia() tells the library which film a cover is of", async () => {
  const cover_of = crypto.randomUUID();
  const project = await uploaded(await draw("png"), "image/png", "chat-covers/a/1");
  const { kind } = await project.check({ bucket: "chat-covers", path: "a/1", cover_of });
  assert.equal(kind, "cover");
  assert.equal(project.facts("chat-covers/a/1")?.["cover_of"], cover_of);
  assert.ok(!tells(stored(project, "chat-covers/a/1")));
});

Deno.test("checkMedia() gives addresses as apps reach them", async () => {
  Deno.env.set("SUPABASE_PUBLIC_URL", "https://chat.example/");
  try {
    const { url } = await (await uploaded()).check(IMAGE);
    assert.equal(url, `https://chat.example/storage/v1/object/sign/${PLACE}?token=t`);
  } finally {
    Deno.env.delete("SUPABASE_PUBLIC_URL");
  }
});

Deno.test("nothing can be told of a file that does not fit it", () => {
  const fits: Record<string, unknown>[] = [
    {},
    { image_class_id: 0 },
    { file_name: "n".repeat(255) },
    { duration: 0, waveform: [0, 100] },
    { avatar: true },
    { bucket: "chat-covers", cover_of: crypto.randomUUID() },
  ];
  const wrong: Record<string, unknown>[] = [
    { bucket: "chat-avatars" },
    { bucket: "other" },
    { path: "" },
    { path: "p".repeat(1025) },
    { path: null },
    { image_class_id: -1 },
    { image_class_id: 1.5 },
    { image_class_id: 2 ** 31 },
    { image_class_id: "1" },
    { path: "a/\0" },
    { path: "a/1?download=" },
    { path: "a/ä" },
    { file_name: "" },
    { file_name: "a\0b" },
    { file_name: "a/b" },
    { file_name: "\ud800" },
    { file_name: "n".repeat(256) },
    { duration: -1 },
    { duration: 86_400_001 },
    { waveform: [] },
    { waveform: [101] },
    { waveform: [0.5] },
    { waveform: Array(129).fill(1) },
    { bucket: "chat-videos", avatar: true },
    { cover_of: crypto.randomUUID() },
    { bucket: "chat-covers", cover_of: "7" },
    { unheard_of: 1 },
  ];
  for (const change of fits) {
    assert.ok(MediaRequest.safeParse({ ...IMAGE, ...change }).success, JSON.stringify(change));
  }
  for (const change of wrong) {
    assert.ok(!MediaRequest.safeParse({ ...IMAGE, ...change }).success, JSON.stringify(change));
  }
});
