// What happens in the library when Storage stores, replaces, moves or deletes a file.
import assert from "node:assert/strict";
import {
  asStorage,
  freshPath,
  isKept,
  owns,
  type Place,
  queued,
  removes,
  sends,
  settles,
  stores,
  tries,
  uploads,
  versionOf,
} from "../../support/library.ts";
import { scene, type World } from "../../support/people.ts";
import { list } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

const rowOf = async (world: World, { bucket, path }: Place) =>
  (await world.query(
    `select owner_id, kind, mime_type, size::int, checked_at, file_name
     from chat.media where bucket_id = $1 and name = $2`,
    [bucket, path],
  ))[0];

scene("what is uploaded is in the library, unchecked", async ({ alice, gus, world }) => {
  const kinds = { image: "image/png", video: "video/mp4", audio: "audio/mpeg" } as const;
  for (const person of [alice, gus]) {
    for (const [kind, mime_type] of Object.entries(kinds) as [keyof typeof kinds, string][]) {
      const place = await uploads(person, { kind, size: 7 });
      assert.deepEqual(await rowOf(world, place), {
        owner_id: person.id,
        kind,
        mime_type,
        size: 7,
        checked_at: null,
        file_name: null,
      });
    }
  }
});

scene("what Storage only tries is not in the library", async ({ alice, world }) => {
  const place = await tries(alice);
  assert.equal(await isKept(world, place), false);
});

scene("only people own files, whatever the owner is said to be", async (cast) => {
  const { alice, ghost, world } = cast;
  const before = await world.snapshot();
  const owners = [null, "", "nobody", "'; drop table chat.media; --", ghost.id, `${alice.id} `];
  for (const owner of owners) {
    const place = { bucket: "chat-images", path: freshPath(alice) };
    await stores(world, place, {}, owner);
    assert.notEqual(await versionOf(world, place), null);
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("what Storage does not say is no trouble", async ({ alice, world }) => {
  for (const metadata of [null, {}, { mimetype: "" }, { mimetype: null, size: null }, [], "x"]) {
    const place = { bucket: "chat-files", path: freshPath(alice) };
    await asStorage(
      world,
      "insert into storage.objects (bucket_id, name, owner_id, metadata) values ($1, $2, $3, $4)",
      [place.bucket, place.path, alice.id, JSON.stringify(metadata)],
    );
    const row = await rowOf(world, place);
    assert.deepEqual([row?.mime_type, row?.size], ["application/octet-stream", 0]);
  }
});

scene(
  "two uploads to one path: the second replaces the first, until it is checked",
  async (cast) => {
    const { alice, server, world } = cast;
    const place = await uploads(alice);
    const first = await versionOf(world, place);
    await stores(world, place, {}, alice.id);
    assert.notEqual(await versionOf(world, place), first);

    await settles(server, place);
    const before = [await world.snapshot(), await versionOf(world, place)];
    await refuses(stores(world, place, {}, alice.id), "42501", CANNOT);
    await refuses(stores(world, place), "42501", CANNOT);
    const { bucket, path } = place;
    for (const change of ["name = 'x'", "bucket_id = 'chat-files'", "version = 'x'"]) {
      const sql = `update storage.objects set ${change} where bucket_id = $1 and name = $2`;
      await refuses(asStorage(world, sql, [bucket, path]), "42501", CANNOT);
    }
    await asStorage(world, "update storage.objects set last_accessed_at = now(), name = name");
    assert.deepEqual([await world.snapshot(), await versionOf(world, place)], before);
  },
);

const CANNOT = "this file belongs to the chat library and cannot be replaced";

scene("what is cleaned before it is checked stays its owner's", async (cast) => {
  const { alice, server, world } = cast;
  const place = await uploads(alice);
  await stores(world, place, { size: 900 }); // the service key: nobody's
  const media = await settles(server, place, { size: 900 });
  assert.deepEqual([media.owner_id, media.size], [alice.id, 900]);
});

scene(
  "a file that is deleted through Storage leaves the library, and waits for nobody",
  async (cast) => {
    const { alice, bob, server, world } = cast;
    const chat = await world.direct(alice, bob);
    const media = await owns(alice, server);
    await sends(alice, chat, media, { caption: "Look" });

    await removes(world, media);

    assert.equal(await isKept(world, media), false);
    assert.deepEqual(await queued(server), []);
    const [message] = await list(bob, chat);
    assert.deepEqual(message?.data, { data: "Look", dataType: false, otherData: null });
  },
);

scene("a file that was deleted through Storage needs no deleting any more", async (cast) => {
  const { alice, server, world } = cast;
  const media = await owns(alice, server);
  await alice.call("delete_media", { media_id: media.media_id });
  assert.deepEqual(await queued(server), [media.path]);
  await removes(world, media);
  assert.deepEqual(await queued(server), []);
});

scene("the covers of a video that is deleted through Storage follow it", async (cast) => {
  const { alice, server, world } = cast;
  const video = await owns(alice, server, { kind: "video" });
  const facts = { cover_of: video.media_id };
  const cover = await owns(alice, server, { kind: "cover", facts });

  await removes(world, video);

  assert.deepEqual(await queued(server), [cover.path]);
  assert.equal(await isKept(world, cover), false);
});

scene("a video whose cover is deleted through Storage has none", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const video = await owns(alice, server, { kind: "video" });
  const cover = await owns(alice, server, {
    kind: "cover",
    facts: { cover_of: video.media_id },
  });
  await sends(alice, chat, video);

  await removes(world, cover);

  const [message] = await list(bob, chat);
  assert.equal(Object.hasOwn(message?.data.otherData as object, "cover"), false);
  assert.ok(await isKept(world, video));
});
