// How much somebody may upload in a day: asked before, by the policy, and counted when the file is there.
import assert from "node:assert/strict";
import { owns, removes, settles, stores, tries, uploads } from "../../support/library.ts";
import { type Cast, type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const prepare = (person: Person, size = 1) =>
  person.call("prepare_upload", { kind: "image", mime_type: "image/png", size });

const limit = ({ server }: Cast, changes: Record<string, number>) =>
  server.call("set_settings", { changes });

/** What is counted of somebody: files and bytes. */
async function counted(person: Person): Promise<number[]> {
  const [row] = await person.world.query<{ files: number; bytes: string }>(
    "select files, bytes from chat_private.upload_days where owner_id = $1",
    [person.id],
  );
  return row ? [row.files, Number(row.bytes)] : [0, 0];
}

async function assertFull(person: Person, size = 1): Promise<void> {
  const { retryAfter } = await refuses(prepare(person, size), "PT429", "upload_quota_over");
  assert.ok(retryAfter && retryAfter > 0 && retryAfter <= 24 * 60 * 60, `${retryAfter}`);
  const recipe = "0".repeat(64);
  if (size <= 1) {
    const cover = person.call("prepare_cover", { recipe, format: "png" });
    await refuses(cover, "PT429", "upload_quota_over");
  }
  await refuses(tries(person, { size }), "42501", RLS);
}

const RLS = `new row violates row-level security policy for table "objects"`;

scene("a day has room for so many files", async (cast) => {
  const { alice, bob } = cast;
  await limit(cast, { uploads_per_day: 2 });
  await uploads(alice);
  await prepare(alice);
  await uploads(alice, { kind: "file" });
  await assertFull(alice);
  await prepare(bob);
});

scene("a day has room for so many bytes, of covers and all other files", async (cast) => {
  const { alice } = cast;
  await limit(cast, { upload_bytes_per_day: 1000 });
  await uploads(alice, { size: 600 });
  await prepare(alice, 400);
  await assertFull(alice, 401);
  await uploads(alice, { kind: "cover", size: 400 });
  await prepare(alice, 0);
  await assertFull(alice);
  assert.deepEqual(await counted(alice), [2, 1000]);
});

scene("a day that is closed takes nothing", async (cast) => {
  await limit(cast, { uploads_per_day: 0, guest_upload_bytes_per_day: 0 });
  await assertFull(cast.alice);
  await assertFull(cast.gus);
  await prepare(cast.gus, 0);
});

scene("guests have days of their own, until they become permanent", async (cast) => {
  const { alice, gus, world } = cast;
  await limit(cast, { guest_uploads_per_day: 1, uploads_per_day: 3 });
  await uploads(gus);
  await assertFull(gus);
  await uploads(alice);
  await uploads(alice);

  // The token still says that this is a guest.
  await world.as(
    "supabase_auth_admin",
    {},
    "update auth.users set is_anonymous = false where id = $1",
    [gus.id],
  );

  await uploads(gus);
  await uploads(gus);
  await assertFull(gus);
});

scene("a guest's bytes are a guest's bytes", async (cast) => {
  await limit(cast, { guest_upload_bytes_per_day: 1000 });
  await uploads(cast.gus, { size: 1000 });
  await assertFull(cast.gus);
  await prepare(cast.alice, 1001);
});

scene("what Storage tries counts nothing, what it stores counts once", async (cast) => {
  const { alice, bob, world } = cast;
  const place = await tries(alice, { size: 70 });
  assert.deepEqual(await counted(alice), [0, 0]);
  await stores(world, place, { size: 70 }, alice.id);
  assert.deepEqual(await counted(alice), [1, 70]);
  await stores(world, place, { size: 70 }, alice.id);
  assert.deepEqual(await counted(alice), [1, 70]);
  assert.deepEqual(await counted(bob), [0, 0]);
});

scene("of uploads that were all let in, the one too many is not stored", async (cast) => {
  const { alice, world } = cast;
  await limit(cast, { uploads_per_day: 2 });
  const places = [await tries(alice), await tries(alice), await tries(alice)];
  for (const place of places.slice(1)) await stores(world, place, {}, alice.id);
  const before = await world.snapshot();

  await refuses(
    stores(world, places[0]!, {}, alice.id),
    "42501",
    "this person may not upload this file",
  );

  assert.deepEqual(await world.snapshot(), before);
  assert.equal(await world.value("select count(*)::int from storage.objects"), 2);
});

scene("a file that is larger than it was said to be is not stored", async (cast) => {
  const { alice, gus, server, world } = cast;
  await limit(cast, { guest_file_max_bytes: 100 });
  const largest = 20 * 1024 ** 2;
  for (const [person, size] of [[alice, largest], [gus, 100]] as const) {
    const place = await tries(person, { size: 1 });
    const before = await world.snapshot();
    const storing = stores(world, place, { size: size + 1 }, person.id);
    await refuses(storing, "42501", "this person may not upload this file");
    assert.deepEqual(await world.snapshot(), before);
    await stores(world, place, { size }, person.id);
    assert.equal((await person.call("get_upload", place)).max_size, size);
    await settles(server, place);
  }
});

scene("deleting gives nothing back, the next day does", async (cast) => {
  const { alice, server, world } = cast;
  await limit(cast, { uploads_per_day: 2 });
  const { media_id } = await owns(alice, server);
  await alice.call("delete_media", { media_id });
  await removes(world, await uploads(alice));
  await assertFull(alice);
  await world.query("update chat_private.upload_days set day = day - 1");
  await prepare(alice);
});

scene("days are forgotten after a week", async (cast) => {
  const { alice, bob, server, world } = cast;
  await uploads(alice);
  await uploads(bob);
  const daysAgo = (person: Person, days: number) =>
    world.query(
      "update chat_private.upload_days set day = chat_private.today() - $2::int where owner_id = $1",
      [person.id, days],
    );
  await daysAgo(alice, 7);
  await daysAgo(bob, 8);
  await server.call("claim_orphaned_files");
  assert.deepEqual([await counted(alice), await counted(bob)], [[1, 1000], [0, 0]]);
});

scene("what our own functions make counts too", async (cast) => {
  const { alice, server } = cast;
  await limit(cast, { uploads_per_day: 2 });
  const picture = { size: 5, width: 1, height: 1 };
  const avatar = { owner_id: alice, mime_type: "image/png", ...picture };
  const cover = { time_ms: 0, duration_ms: 1, ...picture };
  await server.call("add_avatar", { path: `${alice.id}/a.png`, ...avatar });
  await server.call("add_cover", { path: `${alice.id}/c.png`, ...cover });
  assert.deepEqual(await counted(alice), [2, 10]);
  const before = await server.world.snapshot();

  const another = server.call("add_avatar", { path: `${alice.id}/b.png`, ...avatar });
  await refuses(another, "PT429", "upload_quota_over");
  const oneMore = server.call("add_cover", { path: `${alice.id}/d.png`, ...cover });
  await refuses(oneMore, "PT429", "upload_quota_over");

  // The same file again is the one that is there, and nothing is counted.
  await server.call("add_avatar", { path: `${alice.id}/a.png`, ...avatar });
  await server.call("add_cover", { path: `${alice.id}/c.png`, ...cover });
  assert.deepEqual(await server.world.snapshot(), before);
});

scene("a full day does not keep what is uploaded from being checked", async (cast) => {
  const { alice, server } = cast;
  await limit(cast, { uploads_per_day: 1 });
  const place = await uploads(alice);
  assert.equal((await settles(server, place)).is_checked, true);
});
