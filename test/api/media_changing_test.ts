// A file never changes, moves or goes through Storage: not by its owner, and not by anybody else.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import {
  adds,
  assertRefused,
  checks,
  download,
  filesOnDisk,
  type Place,
  sample,
  sends,
  storage,
  traces,
  uploads,
  visitor,
  waysTo,
} from "../support/media.ts";
import { refuses } from "./calling.ts";

for (const state of ["checked", "unchecked"] as const) {
  story(`nobody replaces, moves or removes a file that is ${state}`, async (cast) => {
    const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
    const mallory = await cast.signUp("mallory");
    const place = await uploads(alice, "image");
    if (state === "checked") await sends(alice, conversation_id, await checks(alice, place));
    const before = await snapshot(cast, alice, place);
    const everyone = [alice, bob, mallory, visitor(cast)];

    for (const person of everyone) {
      for (const change of CHANGES) await change(person, place);
    }

    assert.deepEqual(await snapshot(cast, alice, place), before);
    for (const person of everyone.slice(1)) {
      const { data } = await person.supabase.storage.from(place.bucket).list(alice.id);
      assert.deepEqual(data, []);
    }
  });
}

story("a copy is an upload of one's own, of what one may read", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const mallory = await cast.signUp("mallory");
  const media = await adds(alice, "image");
  const sent = await sends(alice, conversation_id, media);
  const copies = (person: Person, path = freePath(person), bucket = media.bucket) =>
    person.supabase.storage.from(media.bucket).copy(media.path, path, {
      destinationBucket: bucket,
    });
  assertRefused((await copies(mallory)).error, "404");
  assertRefused((await copies(bob, freePath(alice))).error, "403");
  assertRefused((await copies(bob, `${bob.id}/mine.png`)).error, "403");
  assertRefused((await copies(bob, undefined, "chat-avatars")).error, "403");
  assertRefused((await copies(bob, undefined, "chat-videos")).error, "403", "415");

  const path = freePath(bob);
  assert.equal((await copies(bob, path)).error, null);

  const own = { bucket: media.bucket, path };
  assert.equal((await bob.verb("get_upload", own)).is_checked, false);
  assert.equal(await waysTo(alice, own), "");
  const kept = await checks(bob, own);
  assert.equal(kept.size, media.size);
  await alice.verb("revoke_message", { message_id: sent.id });
  assert.ok(await download(bob, own), "what somebody has saved is theirs");
  assertRefused((await copies(bob)).error, "404");
});

story("the buckets are nobody's to change", async (cast) => {
  const [alice, gus] = [await cast.signUp("alice"), await cast.guest()];
  const { bucket, path } = await uploads(alice, "image");
  const everyone = [alice, gus, visitor(cast)];
  for (const { supabase } of everyone) {
    const { storage } = supabase;
    assertRefused((await storage.createBucket("chat-mine")).error);
    assertRefused((await storage.updateBucket(bucket, { public: true })).error);
    assertRefused((await storage.emptyBucket(bucket)).error);
    assertRefused((await storage.deleteBucket(bucket)).error);
    assertRefused((await storage.getBucket(bucket)).error);
    assert.deepEqual((await storage.listBuckets()).data, []);
  }
  assert.deepEqual(await traces(cast, { bucket, path }), ["library", "object"]);
  const [row] = await cast.sql("select public from storage.buckets where id = $1", [bucket]);
  assert.deepEqual(row, { public: false });
});

story(
  "a file that no message uses is deleted by its owner, and goes at the next revoke",
  async (cast) => {
    const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
    const [used, unused] = [await adds(alice, "image"), await adds(alice, "file")];
    const sent = await sends(alice, conversation_id, used);
    await refuses(bob.verb("delete_media", { media_id: unused.media_id }), "media_not_found");
    await refuses(alice.verb("delete_media", { media_id: used.media_id }), "media_in_use");

    await alice.verb("delete_media", { media_id: unused.media_id });

    await refuses(sends(alice, conversation_id, unused), "media_not_found");
    await refuses(checks(alice, unused), "media_not_found");
    assert.deepEqual(await traces(cast, unused), ["queue", "object"]);
    await alice.supabase.functions.invoke("chat-revoke", { body: { id: sent.id } });
    assert.deepEqual([await traces(cast, unused), await traces(cast, used)], [[], []]);
  },
);

type Change = (person: Person, place: Place) => Promise<void>;

const CHANGES: Change[] = [
  async ({ supabase }, { bucket, path }) => {
    const { bytes, mime_type: contentType } = await sample("image");
    const files = supabase.storage.from(bucket);
    assertRefused((await files.update(path, bytes, { contentType })).error, "403");
    assertRefused((await files.upload(path, bytes, { contentType, upsert: true })).error, "403");
    assertRefused((await files.upload(path, bytes, { contentType })).error, "403", "409");
    const address = await files.createSignedUploadUrl(path, { upsert: true });
    assertRefused(address.error, "403");
  },
  async (person, { bucket, path }) => {
    const files = person.supabase.storage.from(bucket);
    for (const to of [freePath(person), path.replace(".png", "1.png"), "x.png"]) {
      assertRefused((await files.move(path, to)).error, "403", "404");
      const destinationBucket = "chat-files";
      assertRefused((await files.move(path, to, { destinationBucket })).error, "403", "404");
    }
    assertRefused((await files.copy(path, path)).error);
  },
  async (person, { bucket, path }) => {
    const files = person.supabase.storage.from(bucket);
    const { data } = await files.remove([path, path.split("/")[0]!]);
    assert.deepEqual(data, [], "in silence, as Storage answers what its policies keep");
    const answer = await storage(person, `object/${bucket}/${path}`, { method: "DELETE" });
    assertRefused(answer.json, "403", "404");
  },
  async ({ supabase }, { bucket, path }) => {
    const direct = supabase.schema("storage" as "chat").from("objects");
    assert.ok((await direct.delete().eq("name", path)).error);
    const row = { owner_id: "me", checked_at: "now" };
    const { error } = await supabase.from("media").update(row).eq("name", path);
    assert.equal(error?.code, "42501");
    assert.equal(
      (await supabase.from("media").delete().eq("bucket_id", bucket)).error?.code,
      "42501",
    );
  },
];

async function snapshot(cast: Cast, owner: Person, place: Place) {
  const objects = await cast.sql(
    `select o.version, o.owner_id, o.metadata, m.checked_at
     from storage.objects as o
     join chat.media as m on m.bucket_id = o.bucket_id and m.name = o.name
     where (o.bucket_id, o.name) = ($1, $2)`,
    [place.bucket, place.path],
  );
  assert.equal(objects.length, 1);
  const bytes = await download(owner, place);
  assert.ok(bytes);
  return { objects, bytes, files: await filesOnDisk(cast) };
}

function freePath({ id }: Person): string {
  return `${id}/20260722/${Date.now()}_${crypto.randomUUID().slice(-12)}.png`;
}
