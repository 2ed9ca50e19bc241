// Uploads that are not allowed: nothing of them is kept, and nothing breaks.
import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { JWT_SECRET } from "../../stack/keys.ts";
import { type Cast, type Person, story } from "../support/api.ts";
import {
  assertRefused,
  type Bytes,
  checks,
  filesOnDisk,
  headersOf,
  ownedBy,
  type Place,
  placeFor,
  type Sample,
  sample,
  traces,
  uploads,
  visitor,
} from "../support/media.ts";
import { refuses } from "./calling.ts";
import { withToken } from "./gatherings.ts";

story("files go to a path of one's own, by the pattern, and nowhere else", async (cast) => {
  const [alice, mallory] = await Promise.all([cast.signUp("alice"), cast.signUp("mallory")]);
  const theirs = await uploads(alice, "image");
  const { bytes } = await sample("image");
  const before = await filesOnDisk(cast);
  const name = `20260722/${Date.now()}_0123456789ab.png`;
  const own = mallory.id;
  const bad = [
    ...[name, `/${name}`, name.split("/")[1]!, `${alice.id}/${name}`, theirs.path],
    ...["..", "%2e%2e", "%2E.", "..%2f..", "%252e%252e", ".%00.", "%5c..", "%c0%ae%c0%ae"].flatMap(
      (up) => [`${own}/${up}/${alice.id}/${name}`, `${own}/a/${up}/${up}/${alice.id}/${name}`],
    ),
    ...[`${own}/../../chat-files/${own}/${name}.html`, `${own}%2f..%2f${alice.id}%2f${name}`],
    ...[`${own}/%E6%96%87/${name}`, `${own}/\u00e9/${name}`, `${own}/a%20b/${name}`],
    ...[`${own}/.a/${name}`, `${own}/-a/${name}`, `${own}/a.b/${name}`, `${own}/a//${name}`],
    ...[`${own}/a/b/c/d/e/${name}`, `${own}/${"a".repeat(65)}/${name}`, `${own}/a%5cb/${name}`],
    ...[`${own}/${name}%00`, `${own}/${name}%0a`, `${own}/${name}/`, `${own}/${name}%2f`],
    ...[".PNG", ".png.html", ".", "", ".png%20", ".elevenletters"].map(
      (ending) => `${own}/${name.replace(".png", ending)}`,
    ),
    ...[`${own.toUpperCase()}/${name}`, `${own}/2026-07-22/${name.slice(9)}`],
    `${own}/${name.replace("0123456789ab", "0123456789AB")}`,
    `${own}/${name.replace(/\d{13}/, "1")}`,
  ];
  for (const path of bad) {
    const answer = await byHand(mallory, `chat-images/${path}`, bytes);
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${path}`);
  }
  for (
    const bucket of ["chat-avatars", "chat-nothing", "chat-images%2f..%2fchat-files", "%2e%2e"]
  ) {
    const answer = await byHand(mallory, `${bucket}/${own}/${name}`, bytes);
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${bucket}`);
  }
  assert.equal(await filesOnDisk(cast), before);
  assert.deepEqual(await ownedBy(cast, mallory), []);
  // The same request with nothing wrong in it is fine.
  assert.equal((await byHand(mallory, `chat-images/${own}/${name}`, bytes)).status, 200);
  assert.deepEqual(await ownedBy(cast, mallory), [`${own}/${name}`]);
});

story("a path is used once, also after its file is gone from the library", async (cast) => {
  const alice = await cast.signUp("alice");
  const place = await uploads(alice, "image");
  const again = await sample("image");
  const files = alice.supabase.storage.from(place.bucket);
  for (const upsert of [false, true]) {
    const options = { contentType: again.mime_type, upsert };
    const { error } = await files.upload(place.path, again.bytes, options);
    assertRefused(error, "403", "409");
    assertRefused((await files.createSignedUploadUrl(place.path, { upsert })).error, "403", "409");
  }
  const media = await checks(alice, place);
  const object = await files.info(place.path);
  assert.equal(object.data?.size, media.size);

  await alice.verb("delete_media", { media_id: media.media_id });

  assert.deepEqual(await traces(cast, place), ["queue", "object"]);
  for (const upsert of [false, true]) {
    const options = { contentType: again.mime_type, upsert };
    assertRefused((await files.upload(place.path, again.bytes, options)).error, "403", "409");
  }
});

story("each bucket takes its own types, whatever else the header says", async (cast) => {
  const alice = await cast.signUp("alice");
  const bad: Record<string, string[]> = {
    image: [
      ...["text/html", "image/svg+xml", "video/mp4", "application/octet-stream", "image/*", "*/*"],
      ...["image/png; charset=utf-8", "image/png;text/html", "image/png,text/html", "IMAGE/PNG"],
      ...["image", "image/", "/png", "image/png/../html", "text/html#image/png"],
    ],
    video: ["text/html", "video", "video/", "video/*", "video/mp4; a=<script>", "video/../html"],
    audio: ["video/mp4", "audio/", "audio/mpeg, text/html"],
    file: ["nothing", "text/", "text/html; charset=utf-8", "a b/c"],
  };
  for (const [kind, types] of Object.entries(bad)) {
    const file = await sample(kind as Sample["kind"]);
    const { bucket, path } = await placeFor(alice, file);
    for (const type of types) {
      const answer = await byHand(alice, `${bucket}/${path}`, file.bytes, { "content-type": type });
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${type}`);
      const asked = { kind, mime_type: type, size: 1 };
      await refuses(alice.verb("prepare_upload", asked), "mime_type_invalid");
    }
  }
  assert.deepEqual(await ownedBy(cast, alice), []);
});

story("whoever may not upload is refused, by every kind of token", async (cast) => {
  const [bob, gus, carol, dave] = await Promise.all([
    cast.signUp("bob"),
    cast.guest(),
    cast.signUp("carol"),
    cast.signUp("dave"),
  ]);
  const file = await sample("image");
  const places = new Map<Person, Place>();
  for (const person of [bob, gus, carol, dave]) places.set(person, await placeFor(person, file));
  const tries = async (person: Person, place = places.get(person)!) => {
    const options = { contentType: file.mime_type };
    const { error } = await person.supabase.storage.from(place.bucket)
      .upload(place.path, file.bytes, options);
    assertRefused(error, "400", "401", "403");
  };
  const asked = { kind: "image", mime_type: "image/png", size: 1 };
  await setGuestsUpload(cast, false);
  try {
    await tries(gus);
    await refuses(gus.verb("prepare_upload", asked), "guests_cannot");
  } finally {
    await setGuestsUpload(cast, true);
  }
  await cast.server().from("profiles").update({ status: "disabled" }).eq("id", bob.id);
  await tries(bob);
  await refuses(bob.verb("prepare_upload", asked), "account_disabled");
  assert.equal((await cast.server().auth.admin.deleteUser(carol.id)).error, null);
  await tries(carol);
  await refuses(carol.verb("prepare_upload", asked), "not_signed_in");
  const place = places.get(dave)!;
  await tries(withToken(dave, await tokenOf(dave, -60)), place);
  await tries(withToken(dave, await tokenOf(dave, 60, "another".repeat(8))), place);
  await tries(visitor(cast), place);
  for (const person of places.keys()) assert.deepEqual(await ownedBy(cast, person), []);

  await uploads(gus, "image");
  await tries(gus, place);
});

async function setGuestsUpload(cast: Cast, is_allowed: boolean): Promise<void> {
  await cast.sql("update chat_private.guest_rights set is_allowed = $1 where action = 'upload'", [
    is_allowed,
  ]);
}

/** Exactly this path goes over the wire: `fetch` would tidy it up before. */
async function byHand(
  person: Person,
  path: string,
  bytes: Bytes,
  more: Record<string, string> = {},
): Promise<{ status: number }> {
  const { hostname, port } = new URL(person.cast.place.apiUrl);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const headers = {
    host: hostname,
    connection: "close",
    "content-type": "image/png",
    "content-length": `${bytes.length}`,
    ...headersOf(person),
    ...more,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`POST /storage/v1/object/${path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  const request = new Blob([head, bytes]).stream();
  await request.pipeTo(connection.writable, { preventClose: true });
  const answer = await new Response(connection.readable).text();
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]) };
}

function tokenOf({ id }: Person, seconds: number, secret: string = JWT_SECRET): Promise<string> {
  return new SignJWT({ sub: id, role: "authenticated", aud: "authenticated" })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(secret));
}
