// chat.prepare_cover, chat.add_cover, chat.choose_cover and chat.find_video_host; covers that people upload.
import assert from "node:assert/strict";
import { list } from "../../support/groups.ts";
import {
  isKept,
  owns,
  removes,
  sends,
  settles,
  stores,
  uploads,
  wait,
} from "../../support/library.ts";
import { type Cast, type Person, scene } from "../../support/people.ts";
import type { Media } from "../answers.ts";
import { refuses } from "../refuses.ts";

const recipeOf = (word: string) => word.padStart(64, "0");

const prepare = (person: Person, recipe: unknown, format: unknown = "png") =>
  person.call("prepare_cover", { recipe, format });

/** What chat-video-cover does after it has made a picture. */
async function makes(
  { server, world }: Cast,
  person: Person,
  word: string,
  more: Record<string, unknown> = {},
): Promise<Media> {
  const place = await prepare(person, recipeOf(word));
  await stores(world, place);
  return await server.call("add_cover", {
    path: place.path,
    size: 9,
    width: 64,
    height: 48,
    time_ms: 0,
    duration_ms: 1500,
    ...more,
  });
}

const get = (person: Person, { bucket, path }: Media) =>
  person.call("get_upload", { bucket, path });

const of = ({ bucket, path }: Media) => ({ video_bucket: bucket, video_path: path });

scene("the same recipe finds the same cover, each person their own", async (cast) => {
  const { alice, bob } = cast;
  const path = `${alice.id}/made/${recipeOf("a")}.png`;
  const before = { owner_id: alice.id, bucket: "chat-covers", path, cover: null };
  assert.deepEqual(await prepare(alice, recipeOf("a")), before);

  const cover = await makes(cast, alice, "a");

  const { media_id, create_time, ...rest } = cover;
  assert.ok(media_id && create_time);
  assert.deepEqual(rest, {
    owner_id: alice.id,
    kind: "cover",
    bucket: "chat-covers",
    path,
    mime_type: "image/png",
    size: 9,
    width: 64,
    height: 48,
    duration: 1500,
    time: 0,
    image_class_id: 0,
    is_checked: true,
  });
  assert.deepEqual(await prepare(alice, recipeOf("a")), { ...before, cover });
  assert.equal((await prepare(alice, recipeOf("a"), "jpg")).cover, null);
  assert.equal((await prepare(bob, recipeOf("a"))).cover, null);
  const facts = { size: 1, width: 1, height: 1, time_ms: 5, duration_ms: 5 };
  assert.deepEqual(await cast.server.call("add_cover", { path, ...facts }), cover);
});

scene("a recipe is 64 hex digits, and a format png or jpg", async ({ alice, world }) => {
  const before = await world.snapshot();
  const recipes = ["", "0".repeat(63), "0".repeat(65), "g".repeat(64), "A".repeat(64), null];
  for (const recipe of [...recipes, `${"0".repeat(64)}\n`, `../${"0".repeat(61)}`]) {
    await refuses(prepare(alice, recipe), "PT400", "path_invalid");
  }
  for (const format of ["", "PNG", "gif", "png/", "png\n", null]) {
    await refuses(prepare(alice, recipeOf("a"), format), "PT400", "path_invalid");
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("a cover that is there costs nothing more, also on a full day", async (cast) => {
  const { gus, server } = cast;
  const cover = await makes(cast, gus, "a");
  await server.call("set_settings", { changes: { guest_uploads_per_day: 0 } });
  assert.deepEqual((await prepare(gus, recipeOf("a"))).cover, cover);
  await refuses(prepare(gus, recipeOf("b")), "PT429", "upload_quota_over");
});

scene("a cover that waits to be deleted is not made again before it is gone", async (cast) => {
  const { alice, world } = cast;
  const cover = await makes(cast, alice, "a");
  await alice.call("delete_media", { media_id: cover.media_id });
  await refuses(prepare(alice, recipeOf("a")), "PT503", "busy");
  await removes(world, cover);
  assert.equal((await makes(cast, alice, "a")).path, cover.path);
});

scene("the first cover of one's own video is the one it is shown with", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const video = await owns(alice, server, { kind: "video" });
  await sends(alice, chat, video);
  const shown = async () => {
    const [message] = await list(bob, chat);
    return (message?.data.otherData as Media).cover?.path;
  };

  await makes(cast, bob, "b", of(video));
  assert.equal(await shown(), undefined);
  const first = await makes(cast, alice, "a", of(video));
  assert.equal(await shown(), first.path);
  const second = await makes(cast, alice, "c", of(video));
  assert.equal(await shown(), first.path);

  const { media_id } = video;
  const answer = await alice.call("choose_cover", { media_id, cover_id: second.media_id });
  assert.deepEqual(answer.cover, {
    bucket: "chat-covers",
    path: second.path,
    width: 64,
    height: 48,
  });
  assert.equal(await shown(), second.path);
});

scene("a cover that was uploaded belongs to a video of the same person", async (cast) => {
  const { alice, bob, server, world } = cast;
  const video = await owns(alice, server, { kind: "video" });
  const image = await owns(alice, server);
  const upload = await uploads(alice, { kind: "cover" });
  const picture = await uploads(alice);
  const bobs = await uploads(bob, { kind: "cover" });
  const before = await world.snapshot();
  const settle = (place: typeof upload, cover_of: unknown) => settles(server, place, { cover_of });
  await refuses(settle(upload, image.media_id), "PT400", "media_wrong_kind");
  await refuses(settle(picture, video.media_id), "PT400", "media_wrong_kind");
  await refuses(settle(bobs, video.media_id), "PT404", "media_not_found");
  await refuses(settle(upload, crypto.randomUUID()), "PT404", "media_not_found");
  assert.deepEqual(await world.snapshot(), before);

  const cover = await settle(upload, video.media_id);
  const { cover: shown } = await get(alice, video);
  assert.equal(shown?.path, cover.path);
});

scene("only covers of the video are chosen, both of them one's own", async (cast) => {
  const { alice, bob, server, world } = cast;
  const video = await owns(alice, server, { kind: "video" });
  const other = await owns(alice, server, { kind: "video" });
  const loose = await owns(alice, server, { kind: "cover" });
  const cover = await makes(cast, alice, "a", of(other));
  const bobs = await makes(cast, bob, "a", of(video));
  const image = await owns(alice, server);
  const choose = (person: Person, media: Media, chosen: Media) =>
    person.call("choose_cover", { media_id: media.media_id, cover_id: chosen.media_id });
  const before = await world.snapshot();

  for (const chosen of [cover, loose, image, video]) {
    await refuses(choose(alice, video, chosen), "PT400", "media_wrong_kind");
  }
  await refuses(choose(alice, image, cover), "PT400", "media_wrong_kind");
  await refuses(choose(alice, video, bobs), "PT404", "media_not_found");
  await refuses(choose(bob, video, bobs), "PT404", "media_not_found");
  await refuses(choose(bob, other, cover), "PT404", "media_not_found");
  assert.deepEqual(await world.snapshot(), before);
});

scene("a film from elsewhere has a cover of its own", async (cast) => {
  const { media_id } = await makes(cast, cast.alice, "a");
  const rows = await cast.alice.rows("select id, cover_of from chat.media");
  assert.deepEqual(rows, [{ id: media_id, cover_of: null }]);
});

scene("a cover of a video that is not there is not added", async (cast) => {
  const { alice, server } = cast;
  const image = await owns(alice, server);
  const video = await owns(alice, server, { kind: "video" });
  await alice.call("delete_media", { media_id: video.media_id });
  const before = await server.world.snapshot();
  const nowhere = { video_bucket: null, video_path: video.path };
  for (const more of [of(video), of(image), nowhere]) {
    await refuses(makes(cast, alice, "a", more), "PT404", "media_not_found");
  }
  assert.deepEqual(await server.world.snapshot(), before);
});

scene("covers go with their video, whoever made them, and not before", async (cast) => {
  const { alice, bob, server, world } = cast;
  const video = await owns(alice, server, { kind: "video" });
  const covers = [
    await makes(cast, alice, "a", of(video)),
    await makes(cast, alice, "b", of(video)),
    await makes(cast, bob, "a", of(video)),
  ];
  const loose = await makes(cast, alice, "c");
  const said = await sends(alice, await world.direct(alice, bob), video);
  await wait(server);
  await alice.call("revoke_message", { message_id: said.id });
  await wait(server, video, ...covers);
  assert.ok(await isKept(world, loose));
});

scene("a video that loses its cover is shown without one", async (cast) => {
  const { alice, server } = cast;
  const video = await owns(alice, server, { kind: "video" });
  const { media_id } = await makes(cast, alice, "a", of(video));
  await alice.call("delete_media", { media_id });
  assert.equal((await get(alice, video)).cover, undefined);
});

scene("a cover without fit facts or a person is not added", async (cast) => {
  const { alice, dora, ghost, bob, server, world } = cast;
  await world.query("delete from auth.users where id = $1", [bob.id]);
  const add = (path: unknown, more: Record<string, unknown> = {}) =>
    server.call("add_cover", {
      path,
      size: 1,
      width: 1,
      height: 1,
      time_ms: 0,
      duration_ms: 1,
      ...more,
    });
  const before = await world.snapshot();
  for (const { id } of [dora, ghost, bob]) {
    await refuses(add(`${id}/made/x.png`), "PT404", "profile_not_found");
  }
  for (const path of ["", "x.png", "made/x.png", `${alice.id.toUpperCase()}/made/x.png`]) {
    await refuses(add(path), "PT400", "facts_invalid");
  }
  await refuses(add(null), "PT404", "profile_not_found");
  const bad = [{ size: -1 }, { size: null }, { width: 0 }, { width: null }, { duration_ms: -1 }];
  for (const more of bad) {
    await refuses(add(`${alice.id}/made/x.png`, more), "PT400", "facts_invalid");
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("films are read from hosts that the operator has named, exactly", async (cast) => {
  const { alice, gus, anon, server } = cast;
  const find = (host: unknown) => server.call("find_video_host", { host });
  assert.equal(await find("films.example.com"), null);
  await server.rows(
    `insert into chat_private.video_hosts (host, provider)
     values ('films.example.com', default), ('b.oss-cn-hangzhou.aliyuncs.com', 'oss')`,
  );
  assert.equal(await find("films.example.com"), "http");
  assert.equal(await find("b.oss-cn-hangzhou.aliyuncs.com"), "oss");
  for (const host of ["example.com", "a.films.example.com", "FILMS.example.com", "%", "", null]) {
    assert.equal(await find(host), null);
  }
  for (const caller of [alice, gus, anon]) {
    for (
      const sql of [
        "insert into % (host) values ('x.y')",
        "update % set host = 'x.y'",
        "delete from %",
      ]
    ) {
      await refuses(caller.rows(sql.replace("%", "chat_private.video_hosts")), "42501");
    }
  }
  await server.rows("delete from chat_private.video_hosts where host = 'films.example.com'");
  assert.equal(await find("films.example.com"), null);
});

const HOSTS = [
  "",
  "localhost",
  "a_b.com",
  "-a.com",
  "a-.com",
  "A.com",
  "a.com.",
  "a.com/x",
  "a.com:443",
];

for (const host of HOSTS) {
  scene(`${JSON.stringify(host)} is no name of a host`, async ({ server }) => {
    const sql = "insert into chat_private.video_hosts (host) values ($1)";
    await refuses(server.rows(sql, [host]), "23514");
  });
}
