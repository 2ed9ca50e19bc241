// Covers of videos: made by the function, of files in Storage, for whoever may see them.
import assert from "node:assert/strict";
import { decode } from "fast-png";
import { VideoCover } from "../../functions/_shared/contract.ts";
import {
  ENGINE_BUCKET,
  enginePath,
  fetchEngine,
} from "../../functions/chat-video-cover/fetch_engine.ts";
import { ENGINE_FILES, type EngineFile } from "../../functions/chat-video-cover/engine/loader.ts";
import { uploadEngine } from "../../scripts/upload_engine.ts";
import { type Cast, type Person, story } from "../support/api.ts";
import { refuses } from "./calling.ts";
import { brightness, film, HEIGHT, WIDTH } from "./films.ts";
import { invoke, request } from "./invoking.ts";

const FILM = await film();

type Place = { bucket: string; path: string };

story("a sender gets a cover of a video, and the same one when asking again", async (cast) => {
  const alice = await cast.signUp("alice");
  const video = await upload(alice, FILM);
  const cover = await coverOf(alice, { ...video, time: 1500 });

  const { url, path, base64, picture_time, ...rest } = cover;
  assert.deepEqual(rest, {
    bucket: "chat-covers",
    format: "png",
    time: 1500,
    width: WIDTH,
    height: HEIGHT,
    duration: 3000,
  });
  assert.equal(picture_time, 1000);
  assert.match(String(path), new RegExp(`^${alice.id}/made/[0-9a-f]{64}\\.png$`));
  assertShows(await bytesOf(url), 1000);
  assert.deepEqual(await bytesOf(String(base64)), await bytesOf(url));
  const { data } = await alice.supabase.storage.from("chat-covers").download(String(path));
  assert.deepEqual(new Uint8Array(await data!.arrayBuffer()), await bytesOf(url));

  const again = await coverOf(alice, { ...video, t: 1500, m: "fast", w: 0, h: 0, f: "png" });
  assert.deepEqual({ ...again, url }, cover);
  assert.equal((await covers(cast, alice)).length, 1);
});

story("exact mode, sides and jpg are what was asked for", async (cast) => {
  const alice = await cast.signUp("alice");
  const video = await upload(alice, FILM);
  const exact = await coverOf(alice, { ...video, time: 1500, mode: "exact", width: 32 });
  assert.deepEqual([exact.width, exact.height, exact.picture_time], [32, 24, 1500]);
  assertShows(await bytesOf(exact.url), 1500);
  const last = await coverOf(alice, { ...video, time: 2999, mode: "exact" });
  assertShows(await bytesOf(last.url), 2900);

  const jpg = await coverOf(alice, { ...video, time: 0, format: "jpeg", base64: false });
  assert.deepEqual([jpg.format, jpg.base64], ["jpg", undefined]);
  const response = await fetch(jpg.url);
  assert.equal(response.headers.get("content-type"), "image/jpeg");
  assert.deepEqual([...new Uint8Array(await response.arrayBuffer()).slice(0, 2)], [0xff, 0xd8]);
  assert.equal((await covers(cast, alice)).length, 3);
});

story("five same requests at once make one cover", async (cast) => {
  const alice = await cast.signUp("alice");
  const video = await upload(alice, FILM);
  const made = await Promise.all(
    Array.from({ length: 5 }, () => coverOf(alice, { ...video, time: 0 })),
  );
  assert.equal(new Set(made.map(({ path }) => path)).size, 1);
  assert.equal(new Set(made.map(({ base64 }) => base64)).size, 1);
  assert.equal((await covers(cast, alice)).length, 1);
});

story("a time after the end is refused with the duration", async (cast) => {
  const alice = await cast.signUp("alice");
  const video = await upload(alice, FILM);
  for (const mode of ["fast", "exact"]) {
    const { status, json } = await request(cast, "chat-video-cover", {
      token: alice.token,
      body: JSON.stringify({ ...video, time: 3001, mode }),
    });
    assert.deepEqual([status, json.code, json.details], [
      422,
      "video_time_beyond_end",
      { duration: 3000 },
    ]);
    assert.match(json.message, /3000|3\.0/);
  }
});

story(
  "whoever sees the message gets a cover of its video; nobody else learns of it",
  async (cast) => {
    const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
    const [mallory, gus] = await Promise.all([cast.signUp("mallory"), cast.guest()]);
    const video = await upload(alice, FILM);
    const wish = { ...video, time: 0, width: 16 };
    for (const person of [bob, mallory, gus]) await refuses(cover(person, wish), "media_not_found");
    await refuses(invoke(cast.client(), "chat-video-cover", wish), "not_signed_in");

    const said = await send(cast, alice, conversation_id, video);
    const [hers, his] = await Promise.all([coverOf(alice, wish), coverOf(bob, wish)]);
    assert.notEqual(hers.path, his.path);
    assert.equal(hers.base64, his.base64);
    for (const person of [mallory, gus]) await refuses(cover(person, wish), "media_not_found");
    // An address that was signed for somebody else gives nobody a right.
    const { data: link } = await alice.supabase.storage.from(video.bucket)
      .createSignedUrl(video.path, 60);
    const videoUrl = String(link?.signedUrl);
    await refuses(cover(mallory, { videoUrl, time: 0 }), "media_not_found");
    assert.equal((await coverOf(bob, { videoUrl, time: 0, width: 16 })).path, his.path);

    await invoke(alice.supabase, "chat-revoke", { id: said.id });
    await refuses(cover(bob, wish), "media_not_found");
    assert.deepEqual([await covers(cast, alice), await covers(cast, bob)], [[], []]);
    for (const { url } of [hers, his]) {
      const response = await fetch(url);
      await response.body?.cancel();
      assert.equal(response.ok, false);
    }
  },
);

story("a guest gets a cover of a video of their own", async (cast) => {
  const gus = await cast.guest();
  const video = await upload(gus, FILM);
  assert.equal((await coverOf(gus, { ...video, time: 0 })).width, WIDTH);
});

story("what is no video is refused, whatever it is called", async (cast) => {
  const alice = await cast.signUp("alice");
  const text = (words: string) => new TextEncoder().encode(words.padEnd(2000));
  const disguised: Record<string, Uint8Array<ArrayBuffer>> = {
    playlist: text(`#EXTM3U\n#EXTINF:10,\n${cast.place.apiUrl}/rest/v1/\n`),
    concat: text("ffconcat version 1.0\nfile '/etc/passwd'\n"),
    page: text("<html></html>"),
    nothing: new Uint8Array(1),
    "half of it": FILM.slice(0, FILM.length / 2),
  };
  for (const [name, bytes] of Object.entries(disguised)) {
    const video = await upload(alice, bytes);
    await refuses(cover(alice, { ...video, time: 0 }), "video_unreadable")
      .catch((error) => assert.fail(`${name}: ${error}`));
  }
  // The next request is none the worse for it.
  assert.equal((await coverOf(alice, { ...await upload(alice, FILM), time: 0 })).width, WIDTH);
});

story("only hosts on the list are read, and the project itself is no host", async (cast) => {
  const alice = await cast.signUp("alice");
  for (
    const videoUrl of [
      "https://films.example/a.mp4",
      "https://169.254.169.254/latest/meta-data/",
      "https://localhost/a.mp4",
      `http://127.0.0.1:${cast.place.databasePort}/`,
      "http://[::1]/",
      "file:///etc/passwd",
    ]
  ) {
    await refuses(cover(alice, { videoUrl, time: 0 }), "video_host_not_allowed");
  }
  for (const path of ["/", "/rest/v1/", "/functions/v1/chat-video-cover", "/storage/v1/bucket"]) {
    const videoUrl = `${cast.place.apiUrl}${path}`;
    await refuses(cover(alice, { videoUrl, time: 0 }), "media_not_found");
  }
  const { status, error } = await alice.supabase.rpc("find_video_host", { host: "films.example" });
  assert.deepEqual([status, error?.code], [403, "42501"]);
});

story("for a video on OSS the answer is where OSS makes the picture", async (cast) => {
  const alice = await cast.signUp("alice");
  const host = `films-${crypto.randomUUID()}.oss-cn-hangzhou.aliyuncs.com`;
  await cast.sql("insert into chat_private.video_hosts (host, provider) values ($1, 'oss')", [
    host,
  ]);
  try {
    const { url } = await coverOf(alice, { videoUrl: `https://${host}/a.mp4`, t: 20, w: 260 });
    const process = "video/snapshot,t_20,m_fast,w_260,h_0,f_png";
    assert.equal(url, `https://${host}/a.mp4?x-oss-process=${process}`);
  } finally {
    await cast.sql("delete from chat_private.video_hosts where host = $1", [host]);
  }
});

story("a request that does not fit is refused with the name of the field", async (cast) => {
  const alice = await cast.signUp("alice");
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ bucket: "chat-videos", path: "a.mp4" }, /^time: is required/],
    [{ bucket: "chat-videos", path: "a.mp4", time: -1 }, /^time: /],
    [{ time: 0 }, /^videoUrl: is required/],
    [{ videoUrl: "", time: 0 }, /^videoUrl: /],
    [{ videoUrl: "https://films.example/a.mp4", time: 0, width: 3841 }, /^width: /],
  ];
  for (const [body, words] of wrong) {
    const { status, json } = await request(cast, "chat-video-cover", {
      token: alice.token,
      body: JSON.stringify(body),
    });
    assert.deepEqual([status, json.code], [400, "request_invalid"]);
    assert.match(json.message, words);
  }
});

story(
  "the decoder is put into Storage once, and nobody but the function reads it",
  async (cast) => {
    const server = cast.server();
    await uploadEngine(server);
    assert.deepEqual(await uploadEngine(server), []);
    for (const file of Object.keys(ENGINE_FILES) as EngineFile[]) {
      const { length } = await fetchEngine(file, server);
      const { size } = await Deno.stat(`node_modules/@ffmpeg/core/dist/umd/${file}`);
      assert.equal(length, size);
    }
    const { supabase } = await cast.signUp("alice");
    for (const path of [enginePath("ffmpeg-core.js"), enginePath("ffmpeg-core.wasm")]) {
      const { error } = await supabase.storage.from(ENGINE_BUCKET).download(path);
      assert.notEqual(error, null);
    }
  },
);

function cover(person: Person, body: Record<string, unknown>): Promise<unknown> {
  return invoke(person.supabase, "chat-video-cover", body);
}

async function coverOf(person: Person, body: Record<string, unknown>): Promise<VideoCover> {
  return VideoCover.parse(await cover(person, body));
}

/** Puts a file where the app puts videos. */
async function upload(person: Person, bytes: Uint8Array<ArrayBuffer>): Promise<Place> {
  const name = `${Date.now()}_${crypto.randomUUID().slice(-12)}.mp4`;
  const place = { bucket: "chat-videos", path: `${person.id}/tests/20261122/${name}` };
  const { error } = await person.supabase.storage.from(place.bucket)
    .upload(place.path, bytes, { contentType: "video/mp4" });
  assert.equal(error, null);
  return place;
}

/** Sends a video as if chat-media had looked at it. */
async function send(cast: Cast, person: Person, conversation_id: string, place: Place) {
  const { data: file } = await person.supabase.rpc("get_upload", place);
  const { data, error } = await cast.server().rpc("settle_upload", {
    ...place,
    version: file.version,
    facts: { mime_type: "video/mp4", size: FILM.length, width: WIDTH, height: HEIGHT },
  });
  assert.equal(error, null);
  const body = { media_id: data.media_id };
  return await person.verb("send_message", { conversation_id, kind: "video", body });
}

/** The covers in somebody's library that have their file. */
async function covers(cast: Cast, person: Person): Promise<{ name: string }[]> {
  return await cast.sql(
    `select o.name
     from storage.objects as o
     left join chat.media as m on m.bucket_id = o.bucket_id and m.name = o.name
     where o.bucket_id = 'chat-covers' and (m.owner_id = $1 or o.name like $1 || '/%')`,
    [person.id],
  );
}

async function bytesOf(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  return new Uint8Array(await response.arrayBuffer());
}

/** Asserts that a picture is the one of a time. */
function assertShows(png: Uint8Array, time: number): void {
  const { data, channels } = decode(png);
  for (let i = 0; i < data.length; i += channels) {
    const differs = Math.abs(Number(data[i]) - brightness(time));
    assert.ok(differs <= 4, `brightness ${data[i]} instead of ${brightness(time)}`);
  }
}
