import assert from "node:assert/strict";
import type { Bytes } from "../../functions/chat-media/bytes.ts";
import { draw, pixelsOf, tells, WIDTH } from "./media_pictures.ts";
import { OWNER, Project } from "./media_project.ts";

const IMAGE = { bucket: "chat-images", path: "a/1" };
const PLACE = "chat-images/a/1";
const AVATAR = { ...IMAGE, avatar: true };

async function uploaded(bytes?: Bytes, mimeType = "image/jpeg"): Promise<Project> {
  const project = new Project();
  project.upload(PLACE, bytes ?? await draw("jpeg"), mimeType);
  return project;
}

function avatarsOf(project: Project): [string, Bytes][] {
  return [...project.files]
    .filter(([place]) => place.startsWith("chat-avatars/"))
    .map(([place, { bytes }]) => [place, bytes]);
}

Deno.test("an avatar is a cleaned copy that everybody can see, and the upload is gone", async () => {
  const jpeg = await draw("jpeg");
  const project = await uploaded(jpeg);
  const { url, bucket, path, kind, width } = await project.check(AVATAR);
  const [[place, bytes] = ["", new Uint8Array()]] = avatarsOf(project);
  assert.match(place, new RegExp(`^chat-avatars/${OWNER}/\\d{8}/\\d{13}_[0-9a-f]{12}\\.jpg$`));
  assert.equal(url, `http://project.example/storage/v1/object/public/${place}`);
  assert.deepEqual({ bucket, kind, width }, {
    bucket: "chat-avatars",
    kind: "avatar",
    width: WIDTH,
  });
  assert.equal(`${bucket}/${path}`, place);
  assert.ok(!tells(bytes));
  assert.deepEqual(await pixelsOf(bytes), await pixelsOf(jpeg));
  assert.equal(project.files.has(PLACE), false);
  assert.equal(project.rows.has(PLACE), false);
});

Deno.test("an avatar of a picture in the library leaves the picture there", async () => {
  const project = await uploaded();
  await project.check(IMAGE);
  await project.check(AVATAR);
  assert.ok(project.files.has(PLACE) && project.rows.has(PLACE));
  assert.equal(avatarsOf(project).length, 1);
});

Deno.test("an avatar is of a format that every browser shows, and small", async () => {
  const heic = await uploaded(await draw("heic"), "image/heic");
  await assert.rejects(heic.check(AVATAR), { code: "mime_type_invalid" });
  const large = await uploaded(new Uint8Array(5 * 1024 * 1024 + 1));
  await assert.rejects(large.check(AVATAR), { code: "file_too_large" });
  for (const project of [heic, large]) assert.equal(project.files.size, 0);
});

Deno.test("an avatar that cannot be registered leaves no copy, and the upload stays", async () => {
  const project = await uploaded();
  const refusal = { code: "PT429", message: "upload_quota_over", details: "." };
  project.interfere.set("rpc/add_avatar", () => ({ status: 429, body: refusal }));
  await assert.rejects(project.check(AVATAR), { code: "upload_quota_over", status: 429 });
  assert.deepEqual([...project.files.keys()], [PLACE]);
  assert.ok(project.rows.has(PLACE));
});
