// A film with its cover, sent, played by somebody else, and taken back, with plain supabase-js. `npm start --
// --example` runs it, and so does `deno run -A examples/send_video.ts` beside a running stack.
import assert from "node:assert/strict";
import { listen, type Person, signUp, verb } from "./people.ts";

const film = await Deno.readFile(new URL("clip.mp4", import.meta.url));

const alice = await signUp("alice");
const bob = await signUp("bob");
const mallory = await signUp("mallory");
const conversation_id = (await verb(alice, "open_direct", { user_id: bob.id })).id;
const bobHears = await listen(bob);

console.log("Alice uploads a film.");
const { bucket, path } = await verb(alice, "prepare_upload", {
  kind: "video",
  mime_type: "video/mp4",
  size: film.byteLength,
  file_name: "Clip.MP4",
  directory: "holiday/beach",
});
const uploaded = await alice.supabase.storage.from(bucket)
  .upload(path, film, { contentType: "video/mp4" });
assert.equal(uploaded.error, null);
const media = await invoke(alice, "chat-media", { bucket, path, image_class_id: 7 });
console.log(`  It is ${media.width} × ${media.height} and takes ${media.duration} ms.`);

console.log("Its cover is a picture from the second second.");
const cover = await invoke(alice, "chat-video-cover", {
  bucket,
  path,
  time: 2000,
  width: 160,
  format: "jpg",
});
assert.match(cover.base64, /^data:image\/jpeg;base64,/);
console.log(`  ${cover.width} × ${cover.height}, at ${cover.path}`);

const sent = await verb(alice, "send_message", {
  conversation_id,
  kind: "video",
  body: { media_id: media.media_id, caption: "Look!" },
});
const heard = (await bobHears("message_created")).data;
console.log(`Bob hears: ${heard.data}`);

const link = await signedUrl(bob, heard.otherData);
const played = await fetch(link);
assert.deepEqual(new Uint8Array(await played.arrayBuffer()), film);
const seen = await fetch(await signedUrl(bob, heard.otherData.cover));
assert.equal(seen.headers.get("content-type"), "image/jpeg");
await seen.body?.cancel();
console.log("  He sees the cover and plays the film.");

const stolen = await mallory.supabase.storage.from(bucket).createSignedUrl(path, 60);
assert.ok(stolen.error, "strangers get no link");
console.log("  For Mallory there is no such film.");

console.log("Alice takes it back.");
await invoke(alice, "chat-revoke", { id: sent.id });
await bobHears("message_revoked");
const dead = await fetch(link);
assert.ok(!dead.ok, "the link is dead");
await dead.body?.cancel();
const gone = await alice.supabase.storage.from(bucket).download(path);
assert.ok(gone.error, "the file is gone");
console.log("  Bob's link is dead, and the file is gone for everybody.");

await Promise.all([alice, bob].map(({ supabase }) => supabase.removeAllChannels()));
Deno.exit(0);

async function invoke(person: Person, name: string, body: Record<string, unknown>) {
  const { data, error } = await person.supabase.functions.invoke(name, { body });
  if (error) throw new Error(await error.context?.text?.() ?? error.message);
  return data;
}

async function signedUrl(person: Person, file: { bucket: string; path: string }): Promise<string> {
  const { data, error } = await person.supabase.storage.from(file.bucket)
    .createSignedUrl(file.path, 3600);
  if (error) throw error;
  return data.signedUrl;
}
