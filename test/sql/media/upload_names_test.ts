// Uploads past chat.prepare_upload, to paths that clients choose: what the policy lets through.
import assert from "node:assert/strict";
import {
  asStorage,
  freshPath,
  isKept,
  type Place,
  removes,
  settles,
  stores,
  tries,
  uploads,
} from "../../support/library.ts";
import { Caller, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const FILE = "20261122/1760000000000_0123456789ab";

scene("a path in one's own folder with a day, a moment and chance is fine", async ({ alice }) => {
  const name = "Z".repeat(64);
  for (const directory of ["", "a/", "a/b/c/d/", `${name}/${name}/${name}/${name}/`]) {
    for (const extension of ["p", "7z", "jpeg", "abcdefghij"]) {
      await tries(alice, { path: `${alice.id}/${directory}${FILE}.${extension}` });
    }
  }
});

scene("any other path is refused, and nothing changes", async ({ alice, bob, world }) => {
  const own = alice.id;
  const bad = [
    "",
    FILE,
    `${FILE}.png`,
    `/${own}/${FILE}.png`,
    `${bob.id}/${FILE}.png`,
    `${own}${FILE}.png`,
    `${own}/../${bob.id}/${FILE}.png`,
    `${bob.id}/../${own}/${FILE}.png`,
    `${own}/./${FILE}.png`,
    `${own}//${FILE}.png`,
    `${own}/%2e%2e/${FILE}.png`,
    `${own}/..%2f/${FILE}.png`,
    `${own}\\${FILE}.png`,
    `${own.toUpperCase()}/${FILE}.png`,
    `${own}/${FILE}.PNG`,
    `${own}/${FILE}`,
    `${own}/${FILE}.`,
    `${own}/${FILE}.tar.gz`,
    `${own}/${FILE}.abcdefghijk`,
    `${own}/${FILE}.p\u200bng`,
    `${own}/${FILE}.png\n`,
    `${own}/${FILE}.png/`,
    `${own}/${FILE}.png `,
    `\n${own}/${FILE}.png`,
    `${own}/a\n/${FILE}.png`,
    `${own}/${"a".repeat(65)}/${FILE}.png`,
    `${own}/a/b/c/d/e/${FILE}.png`,
    `${own}/-a/${FILE}.png`,
    `${own}/_a/${FILE}.png`,
    `${own}/.a/${FILE}.png`,
    `${own}/a b/${FILE}.png`,
    `${own}/é/${FILE}.png`,
    `${own}/照片/${FILE}.png`,
    `${own}/\u0001/${FILE}.png`,
    `${own}/\ufffd/${FILE}.png`,
    `${own}/2026112/1760000000000_0123456789ab.png`,
    `${own}/202611222/1760000000000_0123456789ab.png`,
    `${own}/20261122/176000000000_0123456789ab.png`,
    `${own}/20261122/17600000000000_0123456789ab.png`,
    `${own}/20261122/1760000000000_0123456789a.png`,
    `${own}/20261122/1760000000000_0123456789abc.png`,
    `${own}/20261122/1760000000000_0123456789AB.png`,
    `${own}/20261122/1760000000000-0123456789ab.png`,
    `${own}/２０２６1122/1760000000000_0123456789ab.png`,
    `${own}/made/${"0".repeat(64)}.png`,
    `${own}/${"a/".repeat(100_000)}${FILE}.png`,
  ];
  const before = await world.snapshot();
  for (const path of bad) {
    await refuses(tries(alice, { path }), "42501", RLS).catch((error) => {
      throw new Error(JSON.stringify(path).slice(0, 200), { cause: error });
    });
  }
  await refuses(tries(alice, { path: `${own}/\u0000/${FILE}.png` }), "22021");
  assert.deepEqual(await world.snapshot(), before);
});

const RLS = `new row violates row-level security policy for table "objects"`;

scene("a path is free once, also while its file waits to be deleted", async (cast) => {
  const { alice, server, world } = cast;
  const path = freshPath(alice);
  const place = await uploads(alice, { path });
  await refuses(tries(alice, { path }), "42501");
  await tries(alice, { kind: "file", path });

  await alice.call("delete_media", { media_id: (await settles(server, place)).media_id });
  await refuses(tries(alice, { path }), "42501");
  await removes(world, place);
  await tries(alice, { path });
});

scene("who is disabled, gone or nobody uploads nothing", async (cast) => {
  const { dora, ghost, bob, anon, world } = cast;
  await world.query("delete from auth.users where id = $1", [bob.id]);
  for (const person of [dora, ghost, bob]) await refuses(tries(person), "42501", RLS);
  const insert = "insert into storage.objects (bucket_id, name) values ('chat-images', $1)";
  const nobody = new Caller(world, "authenticated", { role: "authenticated" });
  for (const caller of [anon, nobody]) {
    await refuses(caller.rows(insert, [freshPath(dora)]), "42501", RLS);
  }
});

scene("guests upload while they may", async ({ alice, gus, server }) => {
  await tries(gus);
  await server.rows(
    "update chat_private.guest_rights set is_allowed = false where action = 'upload'",
  );
  await refuses(tries(gus), "42501", RLS);
  await tries(alice);
});

scene("nobody puts pictures of people where everybody sees them", async ({ alice, server }) => {
  await refuses(tries(alice, { bucket: "chat-avatars" }), "42501", RLS);
  const before = await server.world.snapshot();
  await refuses(tries(alice, { bucket: "chat-nonsense" }), "42501", RLS);
  assert.deepEqual(await server.world.snapshot(), before);
});

scene("people change and delete nothing in Storage, not even their own", async (cast) => {
  const { alice, bob, gus, world } = cast;
  const place: Place = await uploads(alice);
  await world.query("set local storage.allow_delete_query = 'true'");
  for (const person of [alice, bob, gus]) {
    const name = freshPath(person);
    assert.deepEqual(
      await person.rows("update storage.objects set name = $1 returning id", [name]),
      [],
    );
    assert.deepEqual(await person.rows("delete from storage.objects returning id"), []);
    await refuses(
      person.rows(
        `insert into storage.objects (bucket_id, name) values ($1, $2)
         on conflict (bucket_id, name) do update set metadata = '{}'`,
        [place.bucket, place.path],
      ),
      "42501",
    );
  }
  assert.ok(await isKept(world, place));
});

scene("the host's own buckets are left alone", async ({ alice, server, world }) => {
  const before = await world.snapshot();
  await world.query(
    "insert into storage.buckets (id, name) values ('host-files', 'host-files'), ('chat-logs', 'chat-logs')",
  );
  for (const bucket of ["host-files", "chat-logs"]) {
    const place = { bucket, path: `${alice.id}/Anything at all.TXT` };
    await stores(world, place, { size: 2 ** 40, mime_type: "x" }, alice.id);
    await stores(world, place, {}, "not a uuid");
    await asStorage(world, "update storage.objects set name = 'moved' where bucket_id = $1", [
      bucket,
    ]);
    await removes(world, { bucket, path: "moved" });
    await refuses(tries(alice, { bucket }), "42501");
  }
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await server.call("claim_orphaned_files"), []);
});

scene("the host's own policies decide in the host's own buckets", async ({ alice, bob, world }) => {
  await world.query(
    `insert into storage.buckets (id, name) values ('host-files', 'host-files');
     create policy "everybody everything" on storage.objects to authenticated
       using (bucket_id = 'host-files') with check (bucket_id = 'host-files')`,
  );
  const place = await tries(bob, { bucket: "host-files", path: "Notes.TXT", mime_type: "" });
  await stores(world, place, {}, bob.id);
  assert.equal((await alice.rows("select from storage.objects")).length, 1);
  await refuses(tries(bob, { path: "Notes.TXT" }), "42501", RLS);
});
