// chat.get_upload, chat.settle_upload and chat.reject_upload: what chat-media asks and says of an upload.
import assert from "node:assert/strict";
import {
  freshPath,
  isKept,
  owns,
  queued,
  sends,
  settles,
  stores,
  uploads,
  versionOf,
  wait,
} from "../../support/library.ts";
import { scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

scene("only its owner is told of an upload", async ({ alice, bob, gus, world }) => {
  const place = await uploads(alice, { size: 12 });
  const { create_time, media_id, ...rest } = await alice.call("get_upload", place);
  assert.ok(Math.abs(Date.now() / 1000 - create_time) < 60);
  assert.deepEqual(rest, {
    id: media_id,
    owner_id: alice.id,
    kind: "image",
    bucket: place.bucket,
    path: place.path,
    mime_type: "image/png",
    size: 12,
    image_class_id: 0,
    is_checked: false,
    max_size: 20 * 1024 ** 2,
    version: await versionOf(world, place),
  });
  for (const person of [bob, gus]) {
    await refuses(person.call("get_upload", place), "PT404", "media_not_found");
  }
  for (const bucket of ["chat-files", "nonsense", null]) {
    await refuses(alice.call("get_upload", { ...place, bucket }), "PT404", "media_not_found");
  }
  const path = freshPath(alice);
  await refuses(alice.call("get_upload", { ...place, path }), "PT404", "media_not_found");
});

scene("bytes that are gone, or of an old version, have no version", async (cast) => {
  const { alice, world } = cast;
  for (const column of ["archived_at = now()", "is_delete_marker = true"]) {
    const place = await uploads(alice);
    await world.query(`update storage.objects set ${column} where name = $1`, [place.path]);
    assert.equal((await alice.call("get_upload", place)).version, null);
  }
});

const FACTS = {
  mime_type: "audio/mp4",
  size: 345,
  width: 640,
  height: 480,
  duration: 12_345,
  waveform: [0, 50, 100],
  class_id: 7,
  file_name: " 照片 1.m4a ",
};

scene(
  "a file is what was found in its bytes, and is settled once",
  async ({ alice, server, world }) => {
    const place = await uploads(alice, { kind: "audio" });
    const media = await settles(server, place, FACTS);
    const { create_time, media_id, ...rest } = media;
    assert.ok(create_time && media_id);
    assert.deepEqual(rest, {
      owner_id: alice.id,
      kind: "audio",
      ...place,
      mime_type: "audio/mp4",
      size: 345,
      width: 640,
      height: 480,
      duration: 12_345,
      waveform: [0, 50, 100],
      image_class_id: 7,
      file_name: "照片 1.m4a",
      is_checked: true,
    });
    const before = await world.snapshot();
    assert.deepEqual(await settles(server, place, { size: 1 }), media);
    assert.deepEqual(
      await server.call("settle_upload", { ...place, version: "other", facts: null }),
      media,
    );
    assert.deepEqual(await world.snapshot(), before);
  },
);

scene("what is not known of a file is left out", async ({ alice, server }) => {
  for (const facts of [{}, null, [], 5, "x", { unknown: 1 }, { file_name: null, cover_of: null }]) {
    const media = await settles(server, await uploads(alice, { size: 12 }), facts);
    assert.deepEqual(Object.keys(media).toSorted(), [
      "bucket",
      "create_time",
      "image_class_id",
      "is_checked",
      "kind",
      "media_id",
      "mime_type",
      "owner_id",
      "path",
      "size",
    ]);
    assert.deepEqual([media.size, media.mime_type], [12, "image/png"]);
  }
});

scene("only the version that was looked at is settled", async ({ alice, server, world }) => {
  const place = await uploads(alice);
  const seen = await versionOf(world, place);
  await stores(world, place, {}, alice.id);
  const before = await world.snapshot();
  for (const version of [seen, "", null]) {
    const call = server.call("settle_upload", { ...place, version, facts: {} });
    await refuses(call, "PT503", "busy");
  }
  assert.deepEqual(await world.snapshot(), before);
  assert.equal((await settles(server, place)).is_checked, true);
});

const BAD_FACTS: unknown[] = [
  { size: -1 },
  { size: "large" },
  { size: null },
  { size: 1e30 },
  { mime_type: null },
  { mime_type: "" },
  { mime_type: "x".repeat(256) },
  { width: 1 },
  { height: 1 },
  { width: 0, height: 1 },
  { width: 1, height: -1 },
  { width: 1.5, height: 1 },
  { width: 3e9, height: 1 },
  { width: [1], height: 1 },
  { duration: -1 },
  { duration: "long" },
  { class_id: -1 },
  { class_id: null },
  { class_id: {} },
  { waveform: [] },
  { waveform: [101] },
  { waveform: [-1] },
  { waveform: Array(129).fill(1) },
  { waveform: "loud" },
  { waveform: { a: 1 } },
  { cover_of: "nonsense" },
  { cover_of: 5 },
  { cover_of: {} },
];

scene("facts out of range are refused, and the upload stays as it is", async (cast) => {
  const { alice, server, world } = cast;
  const place = await uploads(alice, { kind: "cover" });
  const before = await world.snapshot();
  for (const facts of BAD_FACTS) {
    await refuses(settles(server, place, facts), "PT400", "facts_invalid").catch((error) => {
      throw new Error(JSON.stringify(facts).slice(0, 100), { cause: error });
    });
  }
  for (const file_name of ["", " ", "a/b", "a\\b", "a\nb", "\u202ea", "a".repeat(256)]) {
    await refuses(settles(server, place, { file_name }), "PT400", "file_name_invalid");
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("what was never uploaded is not settled", async ({ alice, server }) => {
  const path = freshPath(alice);
  for (const bucket of ["chat-images", "nonsense", null]) {
    const call = server.call("settle_upload", { bucket, path, version: "1", facts: {} });
    await refuses(call, "PT404", "media_not_found");
  }
});

scene("a rejected upload leaves the library at once and waits to be deleted", async (cast) => {
  const { alice, server, world } = cast;
  const place = await uploads(alice);
  await server.call("reject_upload", place);
  await wait(server, place);
  await refuses(alice.call("get_upload", place), "PT404", "media_not_found");
  await server.call("reject_upload", place);
  assert.deepEqual(await world.value("select count(*)::int from chat_private.orphaned_files"), 1);
});

scene("what is checked, or not there, is not rejected", async (cast) => {
  const { alice, bob, server, world } = cast;
  const media = await owns(alice, server);
  const { bucket, path } = media;
  await sends(alice, await world.direct(alice, bob), media);
  const before = await world.snapshot();
  for (const place of [{ bucket, path }, { bucket, path: "x" }, { bucket: null, path: null }]) {
    await server.call("reject_upload", place);
  }
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await queued(server), []);
  assert.ok(await isKept(world, media));
});
