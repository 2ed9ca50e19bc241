// Files by the client on the real stack.
import assert from "node:assert/strict";
import { type Chat, ChatError, createChat } from "../../client/index.ts";
import { sendInParts } from "../../client/media/resumable.ts";
import { type Person, story } from "../support/api.ts";
import { assertSame, behind, download, fileOf, type Sample, sample } from "../support/media.ts";

const MB = 1024 * 1024;

function open(who: Person, wholeUpTo = 6 * MB): Chat {
  return createChat(who.supabase, { media: { parts: sendInParts, wholeUpTo } });
}

function fileFrom({ bytes, file_name, mime_type }: Sample): File {
  return new File([bytes], file_name, { type: mime_type });
}

const isRefused = (code: string) => (error: unknown) =>
  error instanceof ChatError && error.code === code;

story("a picture is uploaded, sent and shown by its links", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const picture = await sample("image");
  const { media } = open(alice);
  const sent = await media.upload(fileFrom(picture), {
    kind: "image",
    directory: "holiday/beach",
    imageClassId: 7,
  }).done;
  assert.ok(sent.url && sent.path.includes("/holiday/beach/"));
  assert.deepEqual([sent.image_class_id, sent.file_name], [7, "Dot.PNG"]);
  const message = await alice.verb("send_message", {
    conversation_id,
    kind: "image",
    body: { media_id: sent.media_id },
  });

  const others = open(bob).media;
  const url = await others.url(fileOf(message));
  assert.equal(await others.url(sent), url);
  assert.ok(await behind(url) instanceof Uint8Array);
  const small = await others.url(sent, { width: 8, height: 8 });
  assert.ok(await behind(small) instanceof Uint8Array);
  const mallory = open(await cast.signUp("mallory")).media;
  await assert.rejects(mallory.url(sent), isRefused("media_not_found"));
  await assert.rejects(mallory.url(sent, { width: 8 }), isRefused("media_not_found"));
});

story("a film goes up in parts, is paused, goes on, and gets a cover", async (cast) => {
  const alice = await cast.signUp("alice");
  const film = await longFilm(14 * MB);
  const { media } = open(alice);
  const progress: number[] = [];
  let pauses = 0;
  const upload = media.upload(fileFrom(film), {
    kind: "video",
    onProgress: (sent, total) => {
      assert.equal(total, film.bytes.length);
      progress.push(sent);
      if (sent < 7 * MB || pauses) return;
      pauses += 1;
      upload.pause();
      upload.resume();
    },
  });
  const video = await upload.done;
  assert.deepEqual([pauses, progress[0], progress.at(-1)], [1, 0, film.bytes.length]);
  assertSame(await download(alice, video), film.bytes);

  const cover = await media.makeCover(video, { time: 500, width: 160 });
  assert.deepEqual([cover.bucket, cover.width, cover.height], ["chat-covers", 160, 90]);
  assert.ok(await behind(cover.url) instanceof Uint8Array);
  const other = await media.makeCover(video, { time: 3_000, width: 160 });
  await media.chooseCover({ media_id: video.media_id, cover_id: other.media_id });
  const still = await media.upload(fileFrom(await sample("cover")), {
    kind: "cover",
    coverOf: video.media_id,
  }).done;
  await media.chooseCover({ media_id: video.media_id, cover_id: still.media_id });
});

story("an upload in parts that is given up is gone", async (cast) => {
  const alice = await cast.signUp("alice");
  const upload = open(alice).media.upload(fileFrom(await longFilm(14 * MB)), {
    kind: "video",
    onProgress: (sent) => sent >= 7 * MB && upload.abort(),
  });
  await assert.rejects(upload.done, isRefused("aborted"));
  const { data } = await alice.supabase.from("media").select();
  assert.deepEqual(data, []);
});

story("a picture of a person is public and stays", async (cast) => {
  const alice = await cast.signUp("alice");
  const chat = open(alice);
  const { url } = await chat.media.avatar(fileFrom(await sample("image")));
  await chat.profiles.setProfile({ avatar_url: url });
  assert.ok(await behind(url) instanceof Uint8Array);
});

story("whole or in parts, uploads are refused in the same words", async (cast) => {
  const alice = await cast.signUp("alice");
  const text = new File(["no picture"], "Dot.png", { type: "image/png" });
  for (const wholeUpTo of [MB, 0]) {
    const { media } = open(alice, wholeUpTo);
    await assert.rejects(media.upload(text, { kind: "image" }).done, isRefused("file_disguised"));
    const page = new File(["<p>"], "page.html", { type: "text/html" });
    await assert.rejects(media.upload(page, { kind: "file" }).done, isRefused("mime_type_invalid"));
  }
});

/** A film with bytes at its end that nobody needs. */
async function longFilm(length: number): Promise<Sample> {
  const film = await sample("video");
  const bytes = new Uint8Array(length);
  bytes.set(film.bytes);
  const padding = new DataView(bytes.buffer, film.bytes.length);
  padding.setUint32(0, padding.byteLength);
  bytes.set(new TextEncoder().encode("free"), film.bytes.length + 4);
  return { ...film, bytes };
}
