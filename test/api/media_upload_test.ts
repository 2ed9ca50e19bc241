// Files go up in every way that clients have, are sent, and come down as they were.
import assert from "node:assert/strict";
import { MEDIA_KINDS } from "../../functions/_shared/contract.ts";
import { type Person, story } from "../support/api.ts";
import {
  adds,
  assertSame,
  behind,
  type Bytes,
  checks,
  download,
  fileOf,
  link,
  type Place,
  placeFor,
  sample,
  sends,
  uploads,
} from "../support/media.ts";
import { hearsTopic } from "./gatherings.ts";

type Body = Blob | ArrayBuffer | Bytes | ReadableStream<Uint8Array> | FormData;

/** The bodies that supabase-js takes. */
const BODIES: Record<string, (bytes: Bytes, type: string) => Body> = {
  Blob: (bytes, type) => new Blob([bytes], { type }),
  File: (bytes, type) => new File([bytes], "never mind.exe", { type }),
  ArrayBuffer: (bytes) => bytes.buffer,
  Uint8Array: (bytes) => bytes,
  ReadableStream: (bytes) => new Blob([bytes]).stream(),
  FormData: (bytes, type) => {
    const form = new FormData();
    form.append("cacheControl", "3600");
    form.append("", new Blob([bytes], { type }));
    return form;
  },
};

for (const [name, bodyOf] of Object.entries(BODIES)) {
  story(`a picture goes up as ${name}, and comes down as it was`, async (cast) => {
    const alice = await cast.signUp("alice");
    const file = await sample("image");
    const { bucket, path } = await placeFor(alice, file);

    const { data, error } = await alice.supabase.storage.from(bucket)
      .upload(path, bodyOf(file.bytes, file.mime_type), {
        contentType: file.mime_type,
        duplex: "half",
      });

    assert.deepEqual([error, data?.path, data?.fullPath], [null, path, `${bucket}/${path}`]);
    const media = await checks(alice, { bucket, path });
    const { mime_type, size, width, height } = media;
    assert.deepEqual([mime_type, size, width, height], ["image/png", file.bytes.length, 40, 30]);
    assertSame(await download(alice, media), file.bytes);
  });
}

story("words go up as they are", async (cast) => {
  const alice = await cast.signUp("alice");
  const bytes = new TextEncoder().encode("Ein paar Wörter\n");
  const file = { ...await sample("file"), bytes };
  const place = await placeFor(alice, file);
  const { error } = await alice.supabase.storage.from(place.bucket)
    .upload(place.path, "Ein paar Wörter\n", { contentType: "text/plain" });
  assert.equal(error, null);
  assertSame(await download(alice, await checks(alice, place)), bytes);
});

story("whoever has an upload address for a file uploads in its owner's name", async (cast) => {
  const [alice, visitor] = [await cast.signUp("alice"), cast.client()];
  const file = await sample("image");
  const { bucket, path } = await placeFor(alice, file);
  const { data, error } = await alice.supabase.storage.from(bucket).createSignedUploadUrl(path);
  assert.equal(error, null);
  const blob = new Blob([file.bytes], { type: file.mime_type });

  const uploaded = await visitor.storage.from(bucket).uploadToSignedUrl(path, data.token, blob);

  assert.equal(uploaded.error, null);
  const media = await checks(alice, { bucket, path });
  assertSame(await download(alice, media), file.bytes);
});

story(
  "a file of each kind is sent, heard, read back, and downloaded byte for byte",
  async (cast) => {
    const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
    const { seq } = await alice.says(conversation_id, "Files are coming");
    const ear = await hearsTopic(bob, bob.topic);
    for (const kind of MEDIA_KINDS) {
      const file = await sample(kind);
      const file_name = `Übersicht 概要 ${file.file_name}`;
      const media = await adds(alice, file, { file_name, image_class_id: 7 });

      const sent = await sends(alice, conversation_id, media, `My ${kind}`);

      const heard = await ear.next("message_created");
      assert.deepEqual(heard, sent);
      const { media_id, bucket, path, mime_type } = media;
      const base = { media_id, kind, bucket, path, mime_type, size: file.bytes.length, file_name };
      const facts = {
        image: { width: 40, height: 30 },
        video: { width: 320, height: 180, duration: 4000 },
        audio: { duration: 1000 },
        file: {},
      }[kind];
      assert.deepEqual([sent.type, sent.data], [
        kind,
        { data: `My ${kind}`, dataType: false, otherData: { ...base, ...facts } },
      ]);
      const read = await bob.verb("list_messages", { conversation_id });
      assert.deepEqual(read.at(-1), sent);
      const cursors = { [conversation_id]: { seq, version: 0 } };
      const [synced] = (await bob.verb("sync", { cursors })).conversations;
      assert.deepEqual(synced?.messages.at(-1), sent);
      assert.deepEqual(synced?.last_message, sent);
      // A film loses the words in it, and not a byte of its length.
      const bytes = kind === "video" ? await download(alice, media) : file.bytes;
      assert.equal(bytes?.length, file.bytes.length);
      assertSame(await download(bob, fileOf(heard)), bytes);
      assertSame(await behind(await link(bob, fileOf(heard))), bytes);
    }
  },
);

story("what only the app knows of a file goes with it", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const before = Math.floor(Date.now() / 1000);
  const waveform = Array.from({ length: 128 }, (_, i) => i % 101);
  const words = { image_class_id: 3, file_name: "voice.wav", waveform, duration: 9 };

  const voice = await adds(alice, "audio", words);

  assert.deepEqual([voice.image_class_id, voice.waveform], [3, waveform]);
  assert.equal(voice.duration, 1000, "the file says how long it is, and is believed");
  assert.ok(voice.create_time >= before - 1 && voice.create_time <= before + 60);
  assertSame(await behind(voice.url), await download(alice, voice));
  const sent = fileOf(await sends(alice, conversation_id, voice));
  assert.deepEqual([sent.waveform, sent.file_name], [waveform, "voice.wav"]);
  assert.ok(!("image_class_id" in sent), "a class is the owner's own affair");
  assert.deepEqual((await bob.supabase.from("media").select()).data, []);
  const { data } = await alice.supabase.from("media").select("id, class_id, file_name");
  assert.deepEqual(data, [{ id: voice.media_id, class_id: 3, file_name: "voice.wav" }]);
});

story("a video is shown with its cover, and with another one from then on", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const video = await adds(alice, "video");
  const first = await adds(alice, "cover", { cover_of: video.media_id });
  const sent = await sends(alice, conversation_id, video);
  const coverOf = ({ bucket, path }: Place) => ({ bucket, path, width: 40, height: 30 });
  assert.deepEqual(fileOf(sent).cover, coverOf(first));
  assertSame(await download(bob, first), await download(alice, first));

  const second = await adds(alice, "cover", { cover_of: video.media_id });
  const chosen = { media_id: video.media_id, cover_id: second.media_id };
  await alice.verb("choose_cover", chosen);

  const [read] = await bob.verb("get_messages", { conversation_id, seqs: [sent.seq] });
  assert.ok(read);
  assert.deepEqual(fileOf(read).cover, coverOf(second));
});

story("a path of one's own making is as good as one that was asked for", async (cast) => {
  const alice = await cast.signUp("alice");
  const file = await sample("image");
  for (const directory of ["", "a/", "Holiday-2026/beach_1/x/y/"]) {
    const place = { bucket: "chat-images", path: ownPath(alice, directory) };
    const { error } = await alice.supabase.storage.from(place.bucket)
      .upload(place.path, file.bytes, { contentType: file.mime_type });
    assert.equal(error, null, directory);
    await checks(alice, place);
  }
  const asked = await placeFor(alice, file, "holiday/beach");
  assert.match(
    asked.path,
    new RegExp(`^${alice.id}/holiday/beach/\\d{8}/\\d{13}_[0-9a-f]{12}.png$`),
  );
});

story("one's own folder is listed, and nobody else's", async (cast) => {
  const [alice, mallory] = await Promise.all([cast.signUp("alice"), cast.signUp("mallory")]);
  const { bucket, path } = await uploads(alice, "file");
  const names = async (person: Person, folder: string) => {
    const { data, error } = await person.supabase.storage.from(bucket).list(folder);
    assert.equal(error, null);
    return data.map(({ name }) => name);
  };
  const [, day = "", name] = path.split("/");
  assert.deepEqual(await names(alice, `${alice.id}/${day}`), [name]);
  assert.deepEqual(await names(alice, alice.id), [day]);
  assert.deepEqual(await names(mallory, `${alice.id}/${day}`), []);
  assert.deepEqual(await names(mallory, alice.id), []);
  assert.ok(!(await names(mallory, "")).includes(alice.id));
  const visitor = await cast.client().storage.from(bucket).list(alice.id);
  assert.deepEqual(visitor.data, []);
  for (const with_delimiter of [true, false]) {
    const everything = { prefix: `${alice.id}/`, with_delimiter };
    const { data, error } = await mallory.supabase.storage.from(bucket).listV2(everything);
    assert.deepEqual([error, data?.objects, data?.folders], [null, [], []]);
    const own = await alice.supabase.storage.from(bucket).listV2(everything);
    assert.equal(own.data?.objects.length, with_delimiter ? 0 : 1);
  }
});

function ownPath({ id }: Person, directory: string): string {
  return `${id}/${directory}20260722/${Date.now()}_${crypto.randomUUID().slice(-12)}.png`;
}
