// Sizes and rights hold for what is stored in the end, however it arrives.
import assert from "node:assert/strict";
import { type Cast, story } from "../support/api.ts";
import {
  assertRefused,
  type Bytes,
  checks,
  filesOnDisk,
  ownedBy,
  placeFor,
  type Sample,
  sample,
} from "../support/media.ts";
import { refuses } from "./calling.ts";

story("a file of one byte too many is refused, however it arrives", async (cast) => {
  const [alice, gus] = await Promise.all([cast.signUp("alice"), cast.guest()]);
  const largest = 1000;
  await using _ = await limits(cast, largest);
  const file = { ...await sample("file"), bytes: new Uint8Array(largest).fill(65) };
  const over = { ...file, bytes: new Uint8Array(largest + 1).fill(65) };
  const before = await filesOnDisk(cast);
  for (const [person, kind] of [[alice, "file"], [gus, "image"]] as const) {
    const mime_type = kind === "file" ? file.mime_type : "image/png";
    const asked = { kind, mime_type, size: over.bytes.length };
    await refuses(person.verb("prepare_upload", asked), "file_too_large");
    await refuses(person.verb("prepare_upload", { ...asked, size: -1 }), "file_too_large");
    for (const [name, bodyOf] of Object.entries(BODIES)) {
      const { bucket, path } = await placeFor(person, { ...file, kind, mime_type });
      const options = { contentType: mime_type, duplex: "half" };
      const { error } = await person.supabase.storage.from(bucket)
        .upload(path, bodyOf({ ...over, mime_type }), options);
      assert.ok(error, `${kind} as ${name}`);
      assertRefused(error);
    }
    const { bucket, path } = await placeFor(person, { ...file, kind, mime_type });
    const { error } = await person.supabase.storage.from(bucket)
      .upload(path, file.bytes, { contentType: mime_type });
    assert.equal(error, null, "one byte less is fine");
  }
  assert.equal(await filesOnDisk(cast), before + 2);
});

story("an upload address does not outlive the right to upload", async (cast) => {
  const [bob, gus] = await Promise.all([cast.signUp("bob"), cast.guest()]);
  const file = await sample("file");
  const signed = await Promise.all([bob, gus].map(async (person) => {
    const { bucket, path } = await placeFor(person, file);
    const files = person.supabase.storage.from(bucket);
    const { data, error } = await files.createSignedUploadUrl(path);
    assert.equal(error, null);
    const blob = new Blob([file.bytes], { type: file.mime_type });
    return async () => (await files.uploadToSignedUrl(path, data.token, blob)).error;
  }));
  await cast.server().from("profiles").update({ status: "disabled" }).eq("id", bob.id);
  await using _ = await limits(cast, file.bytes.length - 1, "guests");
  for (const upload of signed) assertRefused(await upload());
  for (const person of [bob, gus]) assert.deepEqual(await ownedBy(cast, person), []);
});

story("an upload that replaces another one is held to the same limits", async (cast) => {
  const gus = await cast.guest();
  const file = await sample("file");
  const { bucket, path } = await placeFor(gus, file);
  const files = gus.supabase.storage.from(bucket);
  const { data, error } = await files.createSignedUploadUrl(path, { upsert: true });
  assert.equal(error, null);
  const puts = async (bytes: number) => {
    const blob = new Blob([new Uint8Array(bytes).fill(65)], { type: file.mime_type });
    return (await files.uploadToSignedUrl(path, data.token, blob)).error;
  };
  assert.equal(await puts(10), null);
  await using _ = await limits(cast, 1000, "guests");
  assertRefused(await puts(1001));
  assert.equal(await puts(1000), null);
  const [day] = await cast.sql<{ bytes: number }>(
    "select bytes::int from chat_private.upload_days where owner_id = $1",
    [gus.id],
  );
  assert.equal(day?.bytes, 1000);
  await checks(gus, { bucket, path });
  assertRefused(await puts(10), "403");
  assert.equal((await files.info(path)).data?.size, 1000);
});

const BODIES: Record<
  string,
  (file: Pick<Sample, "bytes" | "mime_type">) => Blob | Bytes | ReadableStream
> = {
  Blob: ({ bytes, mime_type }) => new Blob([bytes], { type: mime_type }),
  Uint8Array: ({ bytes }) => bytes,
  // Says nothing of its length.
  ReadableStream: ({ bytes }) => new Blob([bytes]).stream(),
};

/** For a while, files are limited to that many bytes: in chat-files, and those of guests. */
async function limits(
  cast: Cast,
  bytes: number,
  whose: "everybody" | "guests" = "everybody",
): Promise<AsyncDisposable> {
  const setLimit = (limit: number | null) =>
    cast.sql("update storage.buckets set file_size_limit = $1 where id = 'chat-files'", [limit]);
  const setGuests = (guest_file_max_bytes: number) =>
    cast.server().rpc("set_settings", { changes: { guest_file_max_bytes } });
  const [bucket] = await cast.sql<{ file_size_limit: number }>(
    "select file_size_limit from storage.buckets where id = 'chat-files'",
  );
  const { data } = await cast.server().rpc("get_settings");
  if (whose === "everybody") await setLimit(bytes);
  await setGuests(bytes);
  return {
    [Symbol.asyncDispose]: async () => {
      await setLimit(bucket!.file_size_limit);
      await setGuests(data.guest_file_max_bytes);
    },
  };
}
