// What chat-media does to files on a running project: they lose what they tell, or go.
import assert from "node:assert/strict";
import { type Person, story } from "../support/api.ts";
import {
  adds,
  behind,
  type Bytes,
  checks,
  download,
  type Kind,
  type Place,
  placeFor,
  type Sample,
  uploads,
} from "../support/media.ts";
import { film, sound, withPlaces } from "../functions/media_films.ts";
import {
  assertTells,
  draw,
  FORMATS,
  mimeOf,
  pixelsOf,
  tells,
} from "../functions/media_pictures.ts";
import { refuses } from "./calling.ts";
import { request } from "./invoking.ts";

function named(kind: Kind, mime_type: string, bytes: Bytes): Sample {
  const extension = mime_type.split("/")[1] ?? "bin";
  return { kind, mime_type, file_name: `file.${extension}`, bytes };
}

/** Nothing is left of an upload: neither the file nor its place in the library. */
async function assertGone(person: Person, place: Place): Promise<void> {
  assert.equal(await download(person, place), null);
  await refuses(checks(person, place), "media_not_found");
  const [row] = await person.cast.sql<{ count: number }>(
    "select count(*)::int from storage.objects where bucket_id = $1 and name = $2",
    [place.bucket, place.path],
  );
  assert.equal(row?.count, 0);
}

for (const format of FORMATS) {
  story(
    `a ${format} with a place in it arrives without, and with the same pixels`,
    async (cast) => {
      const alice = await cast.signUp("alice");
      const bytes = await draw(format);
      assertTells(bytes);

      const media = await adds(alice, named("image", mimeOf(format), bytes));

      const arrived = await behind(media.url);
      assert.ok(arrived instanceof Uint8Array);
      assert.ok(!tells(arrived));
      assert.equal(media.size, arrived.length);
      assert.deepEqual(await pixelsOf(arrived), await pixelsOf(bytes));
    },
  );
}

story("a film with a place in it arrives without, and as long as it was", async (cast) => {
  const alice = await cast.signUp("alice");
  const bytes = withPlaces(await film.turned());
  assertTells(bytes);

  const media = await adds(alice, named("video", "video/mp4", bytes));

  const { kind, width, height, duration } = media;
  assert.deepEqual({ kind, width, height, duration }, {
    kind: "video",
    width: 240,
    height: 320,
    duration: 2000,
  });
  const arrived = await behind(media.url);
  assert.ok(arrived instanceof Uint8Array);
  assert.ok(!tells(arrived));
  assert.equal(arrived.length, bytes.length);
});

story("a file that is cleaned is kept by browsers as long as its sender said", async (cast) => {
  const alice = await cast.signUp("alice");
  const picture = named("image", "image/jpeg", await draw("jpeg"));
  const { bucket, path } = await placeFor(alice, picture);
  const files = alice.supabase.storage.from(bucket);
  await files.upload(path, picture.bytes, { contentType: "image/jpeg", cacheControl: "60" });

  await checks(alice, { bucket, path });

  const { data } = await files.info(path);
  assert.notEqual(data?.size, picture.bytes.length, "It was not cleaned.");
  assert.equal(data?.cacheControl, "max-age=60");
});

story("a voice message says how long it is, and shows how loud", async (cast) => {
  const alice = await cast.signUp("alice");
  const waveform = [0, 40, 100];
  const voice = named("audio", "audio/mp4", await sound.m4a());
  const media = await adds(alice, voice, { waveform, duration: 1 });
  assert.deepEqual([media.duration, media.waveform], [2000, waveform]);
});

story("a file that is not what it says is gone before anybody sees it", async (cast) => {
  const alice = await cast.signUp("alice");
  const program = new TextEncoder().encode("MZ\0\0 not a picture at all");
  const disguised: [Sample, "file_disguised" | "file_unreadable" | "mime_type_invalid"][] = [
    [named("image", "image/png", program), "file_disguised"],
    [named("image", "image/png", await draw("jpeg")), "file_disguised"],
    [named("image", "image/png", (await draw("png")).slice(0, 300)), "file_unreadable"],
    [named("video", "video/mp4", await sound.m4a()), "file_disguised"],
    [named("video", "video/mp4", (await film.mp4()).slice(0, 300)), "file_unreadable"],
    [named("file", "application/pdf", program), "file_disguised"],
    [named("file", "image/svg+xml", new TextEncoder().encode("<svg/>")), "mime_type_invalid"],
  ];
  for (const [file, code] of disguised) {
    const place = await uploads(alice, file);
    await refuses(checks(alice, place), code);
    await assertGone(alice, place);
  }
});

story("nobody has another person's upload looked at, or learns that there is one", async (cast) => {
  const [alice, mallory, gus] = [
    await cast.signUp("alice"),
    await cast.signUp("mallory"),
    await cast.guest(),
  ];
  const place = await uploads(alice, "image");
  for (const person of [mallory, gus]) {
    await refuses(checks(person, place), "media_not_found");
    await refuses(checks(person, { ...place, path: `${place.path}x` }), "media_not_found");
    await refuses(checks(person, place, { avatar: true }), "media_not_found");
  }
  const visitor = await request(cast, "chat-media", { body: JSON.stringify(place) });
  assert.deepEqual([visitor.status, visitor.json.code], [401, "not_signed_in"]);
  assert.equal((await checks(alice, place)).kind, "image");
});

story("two calls at once for one upload answer the same, and so does the next", async (cast) => {
  const alice = await cast.signUp("alice");
  const place = await uploads(alice, named("image", "image/jpeg", await draw("jpeg")));
  const answers = await Promise.all(
    [1, 2, 3].map((id) => checks(alice, place, { image_class_id: id })),
  );
  const again = await checks(alice, place, { image_class_id: 9 });
  for (const { url: _, ...media } of answers) {
    const { url: _, ...last } = again;
    assert.deepEqual(media, last);
  }
});

story("an avatar is seen by everybody, says nothing, and its upload is gone", async (cast) => {
  const alice = await cast.signUp("alice");
  const bytes = await draw("jpeg", { orientation: 6 });
  const place = await uploads(alice, named("image", "image/jpeg", bytes));

  const avatar = await checks(alice, place, { avatar: true });

  assert.deepEqual([avatar.bucket, avatar.kind], ["chat-avatars", "avatar"]);
  assert.deepEqual([avatar.width, avatar.height], [48, 64]);
  const seen = await behind(avatar.url);
  assert.ok(seen instanceof Uint8Array);
  assert.ok(!tells(seen));
  await assertGone(alice, place);
  await alice.verb("set_profile", { avatar_url: avatar.url });
});

story("a request that does not fit is refused, and no file is touched", async (cast) => {
  const alice = await cast.signUp("alice");
  const place = await uploads(alice, "image");
  const bad: unknown[] = [
    null,
    [],
    "x",
    {},
    { bucket: place.bucket },
    { ...place, bucket: "chat-avatars" },
    { ...place, path: 7 },
    { ...place, path: "\0" },
    { ...place, path: `${place.path}/../${place.path}?version=1` },
    { ...place, file_name: "a\0b" },
    { ...place, file_name: "\ud800" },
    { ...place, image_class_id: -1 },
    { ...place, waveform: Array(129).fill(0) },
    { ...place, cover_of: crypto.randomUUID() },
    { ...place, unheard_of: true },
  ];
  for (const body of bad) {
    const { status, json } = await request(cast, "chat-media", {
      token: alice.token,
      body: JSON.stringify(body),
    });
    assert.deepEqual([status, json.code], [400, "request_invalid"], JSON.stringify(body));
  }
  const { status } = await request(cast, "chat-media", { token: alice.token, body: "{" });
  assert.equal(status, 400);
  assert.equal((await checks(alice, place)).kind, "image");
});
