// chat.add_avatar, and what becomes of pictures of people and groups that are replaced.
import assert from "node:assert/strict";
import { gather } from "../../support/groups.ts";
import { isKept, queued, stores, wait } from "../../support/library.ts";
import { type Cast, type Person, scene } from "../../support/people.ts";
import type { Media } from "../answers.ts";
import { refuses } from "../refuses.ts";

let count = 0;

/** What chat-media does with a picture of somebody. */
async function pictures({ server, world }: Cast, person: Person): Promise<Media> {
  count += 1;
  const path = `${person.id}/20261122/1760000000000_${String(count).padStart(12, "0")}.png`;
  await stores(world, { bucket: "chat-avatars", path });
  const facts = { mime_type: "image/png", size: 9, width: 64, height: 64 };
  return await server.call("add_avatar", { owner_id: person, path, ...facts });
}

const urlOf = ({ path }: Media, more = "") =>
  `https://project.example.com/storage/v1/object/public/chat-avatars/${path}${more}`;

const shows = (person: Person, avatar_url: string) => person.call("set_profile", { avatar_url });

scene("a picture is in its owner's library, once", async (cast) => {
  const { alice, bob } = cast;
  const media = await pictures(cast, alice);
  const { media_id, path, create_time, ...rest } = media;
  assert.ok(media_id && path && create_time);
  assert.deepEqual(rest, {
    owner_id: alice.id,
    kind: "avatar",
    bucket: "chat-avatars",
    mime_type: "image/png",
    size: 9,
    width: 64,
    height: 64,
    image_class_id: 0,
    is_checked: true,
  });
  const again = { owner_id: alice, path, mime_type: "image/gif", size: 1, width: 1, height: 1 };
  assert.deepEqual(await cast.server.call("add_avatar", again), media);
  assert.deepEqual([await alice.sees("chat.media"), await bob.sees("chat.media")], [1, 0]);
});

scene("a picture without fit facts or a person is not added", async (cast) => {
  const { alice, bob, dora, ghost, server, world } = cast;
  const path = `${alice.id}/a.png`;
  const add = (more: Record<string, unknown>) =>
    server.call("add_avatar", {
      owner_id: alice,
      path,
      mime_type: "image/png",
      size: 1,
      width: 1,
      height: 1,
      ...more,
    });
  const before = await world.snapshot();
  for (const owner_id of [dora, ghost, null]) {
    await refuses(add({ owner_id }), "PT404", "profile_not_found");
  }
  const bad = [{ owner_id: bob }, { path: "a.png" }, { path: null }, { mime_type: null }];
  for (const more of [...bad, { size: -1 }, { size: null }, { width: 0 }, { height: null }]) {
    await refuses(add(more), "PT400", "facts_invalid");
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("a picture that is replaced or taken off goes", async (cast) => {
  const { alice, server, world } = cast;
  const [one, two] = [await pictures(cast, alice), await pictures(cast, alice)];
  await shows(alice, urlOf(one));
  await shows(alice, urlOf(two));
  await wait(server, one);
  assert.ok(await isKept(world, two));
  await shows(alice, "");
  await wait(server, one, two);
});

scene(
  "a picture stays while somebody shows it: a person, a group, a face in a group",
  async (cast) => {
    const { alice, bob, server, world } = cast;
    const group = await gather(alice, [bob]);
    const media = await pictures(cast, alice);
    const other = "https://example.com/other.png";
    const set = (avatar_url: string) => [
      () => shows(alice, avatar_url),
      () => shows(bob, avatar_url),
      () => alice.call("set_group", { conversation_id: group, avatar_url }),
      () => bob.call("set_my_group_face", { conversation_id: group, avatar_url }),
    ];
    for (const show of set(urlOf(media))) await show();
    for (const replace of set(other)) {
      assert.deepEqual(await queued(server), []);
      assert.ok(await isKept(world, media));
      await replace();
    }
    await wait(server, media);
  },
);

for (const more of ["?v=2", "#x", "?width=64&v=1"]) {
  scene(`a picture is known by its path, with ${more} too`, async (cast) => {
    const { alice, server, world } = cast;
    const [one, two] = [await pictures(cast, alice), await pictures(cast, alice)];
    await shows(alice, urlOf(one));
    await shows(alice, urlOf(one, more));
    assert.deepEqual(await queued(server), []);
    assert.ok(await isKept(world, one));
    await refuses(
      alice.call("delete_media", { media_id: one.media_id }),
      "PT409",
      "media_in_use",
    );
    await shows(alice, urlOf(two));
    await wait(server, one);
  });
}

scene("addresses that only look like ours take nobody's picture away", async (cast) => {
  const { alice, bob, server, world } = cast;
  const media = await pictures(cast, alice);
  for (const more of ["x", "/", "/../x"]) await shows(bob, urlOf(media, more));
  await shows(bob, "https://example.com/chat-avatars/");
  await shows(bob, "https://example.com/chat-avatars/%");
  await shows(bob, "");
  assert.deepEqual(await queued(server), []);
  assert.ok(await isKept(world, media));
});

scene("nobody deletes a picture while it is shown", async (cast) => {
  const { alice, bob, server } = cast;
  const media = await pictures(cast, alice);
  await shows(bob, urlOf(media));
  const remove = () => alice.call("delete_media", { media_id: media.media_id });
  await refuses(remove(), "PT409", "media_in_use");
  await shows(bob, "");
  await remove();
  await wait(server, media);
});

scene("the pictures of a deleted account go, but not those that others show", async (cast) => {
  const { alice, bob, server, world } = cast;
  const [own, lent] = [await pictures(cast, alice), await pictures(cast, alice)];
  await shows(alice, urlOf(own));
  await shows(bob, urlOf(lent));
  await world.query("delete from auth.users where id = $1", [alice.id]);
  await wait(server, own);
  assert.ok(await isKept(world, lent));

  await world.query("delete from auth.users where id = $1", [bob.id]);
  await wait(server, own, lent);
});
