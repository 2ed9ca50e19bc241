// Links and covers, on a scripted server.
import assert from "node:assert/strict";
import { ChatError } from "../../client/errors.ts";
import { CHECKED, PLACE, refused, stage, unreachable } from "./media_room.ts";

const place = (path: string, bucket = "chat-images") => ({ bucket, path });
const isRefused = (code: string) => (error: unknown) =>
  error instanceof ChatError && error.code === code;

Deno.test("links that are asked for together are one request for each bucket", async () => {
  const { room, asked } = stage();
  const urls = await Promise.all([
    room.url(place("a")),
    room.url(place("b")),
    room.url(place("a")),
    room.url(place("c", "chat-videos")),
  ]);
  assert.deepEqual(urls.map((url) => url.slice(14)), [
    "chat-images/a",
    "chat-images/b",
    "chat-images/a",
    "chat-videos/c",
  ]);
  assert.deepEqual(asked, [
    ["sign", { bucket: "chat-images", paths: ["a", "b"], expiresIn: 3600 }],
    ["sign", { bucket: "chat-videos", paths: ["c"], expiresIn: 3600 }],
  ]);
});

Deno.test("a link is kept until shortly before it ends", async () => {
  const { room, asked, now } = stage();
  await room.url(place("a"));
  now.time += 3_539_000;
  await room.url(place("a"));
  assert.equal(asked.length, 1);
  now.time += 1_000;
  await room.url(place("a"));
  assert.equal(asked.length, 2);
  await room.url(place("a"), { expiresIn: 10 });
  now.time += 9_000;
  await room.url(place("a"), { expiresIn: 10 });
  assert.equal(asked.length, 4);
});

Deno.test("many links are asked for in several requests", async () => {
  const { room, asked } = stage();
  await Promise.all(Array.from({ length: 250 }, (_, i) => room.url(place(`${i}`))));
  assert.deepEqual(asked.map(([, given]) => (given as { paths: string[] }).paths.length), [
    100,
    100,
    50,
  ]);
});

Deno.test("a file that is not to be had does not spoil the others, and is asked for again", async () => {
  const { room, asked } = stage({ sign: [[null, "https://b"], ["https://a"]] });
  const [gone, there] = await Promise.allSettled([room.url(place("a")), room.url(place("b"))]);
  assert.ok(gone.status === "rejected" && isRefused("media_not_found")(gone.reason));
  assert.ok(there.status === "fulfilled" && there.value === "https://b");
  assert.equal(await room.url(place("a")), "https://a");
  assert.equal(asked.length, 2);
});

Deno.test("without a line all who asked hear it, and may ask again", async () => {
  const { room } = stage({ sign: [unreachable(), ["https://a"]] });
  const both = await Promise.allSettled([room.url(place("a")), room.url(place("b"))]);
  assert.ok(both.every((one) => one.status === "rejected" && isRefused("unreachable")(one.reason)));
  assert.equal(await room.url(place("a")), "https://a");
});

Deno.test("smaller forms of a picture have links of their own", async () => {
  const { room, asked } = stage({ "sign one": ["https://small"] });
  await Promise.all([room.url(place("a"), { width: 200 }), room.url(place("a"), { width: 200 })]);
  await room.url(place("a"));
  assert.deepEqual(asked, [
    ["sign one", { ...place("a"), expiresIn: 3600, width: 200 }],
    ["sign", { bucket: "chat-images", paths: ["a"], expiresIn: 3600 }],
  ]);
});

Deno.test("no link stays for the next person", async () => {
  const { room, asked, forgetLinks } = stage();
  await room.url(place("a"));
  forgetLinks();
  await room.url(place("a"));
  assert.equal(asked.length, 2);
});

const VIDEO = { ...place("film.mp4", "chat-videos"), media_id: "film" };
const film = new Blob(["film"], { type: "video/mp4" });
const SERVER = {
  "chat-video-cover": [{
    ...place("c.jpg", "chat-covers"),
    url: "https://c",
    width: 640,
    height: 360,
  }],
  get_upload: [{ media_id: "cover" }],
};

Deno.test("a cover is made on the device when it has the film and can read it", async () => {
  const wishes: unknown[] = [];
  const { room, asked } = stage({
    "chat-media": [{ ...CHECKED, ...PLACE, width: 640, height: 360 }],
  }, {
    takePicture: (_, wish) => {
      wishes.push(wish);
      return Promise.resolve(new Blob(["x"], { type: "image/jpeg" }));
    },
  });
  const cover = await room.makeCover(VIDEO, { file: film, time: 2_000 });
  assert.deepEqual(cover, { ...PLACE, media_id: "m", url: CHECKED.url, width: 640, height: 360 });
  assert.deepEqual(wishes, [{ time: 2_000, width: 640 }]);
  assert.deepEqual(asked.map(([name]) => name), ["prepare_upload", "put", "chat-media"]);
  assert.partialDeepStrictEqual(asked[0]?.[1], { kind: "cover", mime_type: "image/jpeg" });
  assert.partialDeepStrictEqual(asked[2]?.[1], { cover_of: "film", file_name: "cover.jpeg" });
});

Deno.test("else the server makes it", async () => {
  const devices = [
    {},
    { takePicture: () => Promise.resolve(null) },
    { takePicture: () => Promise.reject(new Error("a codec that nobody has")) },
  ];
  for (const options of devices) {
    const { room, asked } = stage({ ...SERVER }, options);
    const cover = await room.makeCover(VIDEO, { file: film, height: 90 });
    assert.deepEqual(cover, {
      ...place("c.jpg", "chat-covers"),
      media_id: "cover",
      url: "https://c",
      width: 640,
      height: 360,
    });
    assert.partialDeepStrictEqual(asked[0], ["chat-video-cover", {
      ...place("film.mp4", "chat-videos"),
      time: 1_000,
      height: 90,
      format: "jpg",
    }]);
  }
});

Deno.test("a refused cover is not made in another way", async () => {
  const { room, asked } = stage({ prepare_upload: [refused("guests_cannot", 403)] }, {
    takePicture: () => Promise.resolve(new Blob(["x"], { type: "image/jpeg" })),
  });
  await assert.rejects(room.makeCover(VIDEO, { file: film }), isRefused("guests_cannot"));
  assert.equal(asked.length, 1);
});
