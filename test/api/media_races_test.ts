// Two uploads are let in while a path is free. Whichever ends later does not replace what was looked at meanwhile.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type Person, story } from "../support/api.ts";
import {
  adds,
  assertRefused,
  assertSame,
  behind,
  checks,
  download,
  fileOf,
  filesOnDisk,
  headersOf,
  link,
  type Place,
  placeFor,
  type Sample,
  sample,
  sends,
  tidyUp,
  traces,
  uploads,
  waysTo,
} from "../support/media.ts";
import { atOnce } from "./racing.ts";
import { holdBody, holdRows, type Slow } from "../support/slow_uploads.ts";
import { refuses } from "./calling.ts";

const PART_HEADERS = {
  "tus-resumable": "1.0.0",
  "upload-offset": "0",
  "content-type": "application/offset+octet-stream",
};

/** Uploads that are let in and wait to be finished. */
const SLOW: Record<string, (person: Person, place: Place, file: Sample) => Promise<Slow>> = {
  "a slow upload": async (person, { bucket, path }, file) =>
    await holdBody(person, file, `object/${bucket}/${path}`, "POST", {
      "content-type": file.mime_type,
    }),
  "a slow upload that may replace": async (person, { bucket, path }, file) =>
    await holdBody(person, file, `object/${bucket}/${path}`, "POST", {
      "content-type": file.mime_type,
      "x-upsert": "true",
    }),
  "an upload in parts": async (person, place, file) => {
    const url = await begin(person, place, file);
    return await holdBody(person, file, url, "PATCH", PART_HEADERS);
  },
  "an upload in parts that may replace": async (person, place, file) => {
    const replacing = { "x-upsert": "true" };
    const url = await begin(person, place, file, replacing);
    return await holdBody(person, file, url, "PATCH", { ...PART_HEADERS, ...replacing });
  },
  "a signed upload": async (person, { bucket, path }, file) => {
    const { data, error } = await person.supabase.storage.from(bucket)
      .createSignedUploadUrl(path, { upsert: true });
    assert.equal(error, null);
    const url = `object/upload/sign/${bucket}/${path}?token=${data.token}`;
    return await holdBody(person, file, url, "PUT", { "content-type": file.mime_type });
  },
};

for (const [name, begins] of Object.entries(SLOW)) {
  story(`${name} that ends later does not replace what was sent`, async (cast) => {
    const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
    const [good, evil] = [await sample("image"), await sample("image")];
    const place = await placeFor(alice, good);
    const finish = await begins(alice, place, evil);
    await put(alice, place, good);
    const media = await checks(alice, place);
    await sends(alice, conversation_id, media);
    const url = await link(bob, media);

    assertRefused(await finish());

    assertSame(await download(bob, media), good.bytes);
    assertSame(await behind(url), good.bytes);
    assert.equal((await alice.verb("get_upload", place)).size, good.bytes.length);
    await alice.supabase.functions.invoke("chat-revoke", { body: {} });
    assert.deepEqual(await traces(cast, place), ["library", "object"]);
  });

  story(`${name} that ends before the file was looked at is what is looked at`, async (cast) => {
    const alice = await cast.signUp("alice");
    const [first, second] = [await sample("image"), await sample("image")];
    const place = await placeFor(alice, first);
    const before = await filesOnDisk(cast);
    const finish = await begins(alice, place, second);
    await put(alice, place, first);

    const refusal = await finish();

    const [{ bytes }, other] = refusal ? [first, second] : [second, first];
    assertSame(await download(alice, await checks(alice, place)), bytes);
    assert.notDeepEqual(await download(alice, place), other.bytes);
    assert.equal(await filesOnDisk(cast), before + 1);
  });
}

story("a slow upload does not bring back what was taken back", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const [good, evil] = [await sample("image"), await sample("image")];
  const place = await placeFor(alice, good);
  const finish = await SLOW["a slow upload"]!(alice, place, evil);
  await put(alice, place, good);
  const sent = await sends(alice, conversation_id, await checks(alice, place));
  const url = await link(bob, place);
  await alice.supabase.functions.invoke("chat-revoke", { body: { id: sent.id } });
  assert.deepEqual(await traces(cast, place), []);

  await finish();

  assert.equal(await waysTo(bob, place), "");
  const found = await behind(url);
  if (found) assertSame(found, evil.bytes); // whose address says nothing else
  await refuses(checks(bob, place), "media_not_found");
});

story("a file that is looked at ten times at once is in the library once", async (cast) => {
  const alice = await cast.signUp("alice");
  const place = await uploads(alice, "image");
  const answers = await Promise.all(Array.from({ length: 10 }, () => checks(alice, place)));
  assert.equal(new Set(answers.map(({ media_id }) => media_id)).size, 1);
  assert.deepEqual(await traces(cast, place), ["library", "object"]);
});

story("a file that is being sent is not deleted meanwhile", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const media = await adds(alice, "file");
  const { media_id } = media;
  const place = await holdRows(cast, CONVERSATION, [conversation_id]);
  const sending = atOnce([() => sends(alice, conversation_id, media)]);
  await place.waiting(1);
  const deleting = atOnce([() => alice.verb("delete_media", { media_id })]);
  await place.waiting(2);

  await place.letGo();

  assert.deepEqual([await sending, await deleting], [["done"], ["media_in_use"]]);
  assert.ok(await download(bob, media));
});

story("a file that is being passed on does not go with its message", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const { id: notes } = await bob.verb("create_group", { name: "Notes" });
  const media = await adds(alice, "file");
  const { id } = await sends(alice, conversation_id, media);
  const place = await holdRows(cast, CONVERSATION, [notes]);
  const passing = bob.verb("forward_messages", { message_ids: [id], conversation_ids: [notes] });
  await place.waiting(1);
  await alice.verb("revoke_message", { message_id: id });
  await tidyUp(cast);

  await place.letGo();

  const [copy] = await passing;
  await tidyUp(cast);
  assert.ok(copy && await download(bob, fileOf(copy)));
});

story("what is let in is what was looked at, and no other version", async (cast) => {
  const alice = await cast.signUp("alice");
  const { bucket, path } = await uploads(alice, "image");
  const settling = { bucket, path, version: crypto.randomUUID(), facts: { width: 1, height: 1 } };
  const { error } = await cast.server().rpc("settle_upload", settling);
  assert.equal(error?.message, "busy");
  assert.equal((await alice.verb("get_upload", { bucket, path })).is_checked, false);
});

const CONVERSATION = "select from chat.conversations where id = $1";

async function begin(
  person: Person,
  { bucket, path }: Place,
  { bytes, mime_type }: Sample,
  more: Record<string, string> = {},
): Promise<string> {
  const about = { bucketName: bucket, objectName: path, contentType: mime_type };
  const { status, headers } = await fetch(
    `${person.cast.place.apiUrl}/storage/v1/upload/resumable`,
    {
      method: "POST",
      headers: {
        ...headersOf(person),
        "tus-resumable": "1.0.0",
        "upload-length": `${bytes.length}`,
        "upload-metadata": Object.entries(about)
          .map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`).join(),
        ...more,
      },
    },
  );
  const url = headers.get("location");
  assert.ok(status === 201 && url, `${status}`);
  return url;
}

async function put({ supabase }: Person, { bucket, path }: Place, file: Sample): Promise<void> {
  const { error } = await supabase.storage.from(bucket)
    .upload(path, file.bytes, { contentType: file.mime_type });
  assert.equal(error, null);
}
