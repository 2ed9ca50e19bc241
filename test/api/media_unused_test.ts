// Files that nobody can see any more go: when both have cleared them, when the last one leaves.
import assert from "node:assert/strict";
import { type Person, story } from "../support/api.ts";
import { adds, download, sends, statusOf, tidyUp, traces, waysTo } from "../support/media.ts";
import { gather } from "./gatherings.ts";

story("what both have cleared goes, and what one still sees stays", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const media = await adds(alice, "image");
  await sends(alice, conversation_id, media);
  await alice.verb("clear_history", { conversation_id });
  await tidyUp(cast);
  assert.ok(await download(bob, media));
  assert.ok(await download(alice, media), "it is still Alice's");

  await bob.verb("clear_history", { conversation_id });

  await tidyUp(cast);
  assert.deepEqual(await traces(cast, media), []);
});

story("an account that goes takes what nobody uses, and leaves what it gave", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const group = await gather(bob, [alice]);
  const unused = [await adds(alice, "image"), await adds(alice, "file")];
  const avatar = await adds(alice, "image", { avatar: true });
  await alice.verb("set_profile", { avatar_url: avatar.url });
  const given = [await adds(alice, "image"), await adds(alice, "image")];
  await sends(alice, conversation_id, given[0]!);
  await sends(alice, group, given[1]!);
  await sends(bob, group, await adds(bob, "image"));

  assert.equal((await cast.server().auth.admin.deleteUser(alice.id)).error, null);
  await tidyUp(cast);

  for (const file of [...unused, avatar]) assert.deepEqual(await traces(cast, file), []);
  assert.equal(await statusOf(avatar.url), 400);
  for (const media of given) {
    assert.ok(await download(bob, media));
    assert.equal(await waysTo(alice, media), "");
  }
  await bob.verb("clear_history", { conversation_id });
  await bob.verb("clear_history", { conversation_id: group });
  await tidyUp(cast);
  for (const media of given) assert.deepEqual(await traces(cast, media), []);
});

story("whoever goes last takes along what nobody sees any more", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const group = await gather(alice, [bob]);
  const media = await Promise.all([alice, alice, bob, bob].map((person) => adds(person, "image")));
  const [inGroup, inDirect, ofBob, cleared] = media as [Media, Media, Media, Media];
  await sends(alice, group, inGroup);
  await sends(bob, group, ofBob);
  await sends(bob, conversation_id, cleared);
  await bob.verb("clear_history", { conversation_id });
  await sends(alice, conversation_id, inDirect);
  const goes = async ({ id }: Person) => {
    assert.equal((await cast.server().auth.admin.deleteUser(id)).error, null);
    await tidyUp(cast);
  };
  await tidyUp(cast);
  assert.ok(await download(alice, cleared));

  await goes(alice);

  assert.deepEqual(await traces(cast, cleared), [], "Alice was the last who saw it");
  for (const file of [inGroup, inDirect, ofBob]) assert.ok(await download(bob, file));
  await goes(bob);
  for (const file of [inGroup, inDirect, ofBob]) assert.deepEqual(await traces(cast, file), []);
});

story("a picture of a person goes when another one is shown", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const first = await adds(alice, "image", { avatar: true });
  const second = await adds(alice, "image", { avatar: true });
  await alice.verb("set_profile", { avatar_url: first.url });
  const [item] = await bob.verb("list_conversations");
  assert.equal(item?.peer?.avatar, first.url);
  await alice.verb("set_profile", { avatar_url: second.url });
  await tidyUp(cast);
  assert.equal(await statusOf(first.url), 400);
  assert.equal(await statusOf(second.url), 200);
});

type Media = Awaited<ReturnType<typeof adds>>;
