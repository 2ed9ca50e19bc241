// Who gets at a file, by every way that Storage has: those who can see a message that brings it.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import {
  adds,
  assertSame,
  behind,
  checks,
  download,
  fileOf,
  link,
  sends,
  statusOf,
  tidyUp,
  uploads,
  visitor,
  WAYS_OF_OWNERS,
  WAYS_OF_READERS,
  waysTo,
} from "../support/media.ts";
import { enter, gather, withToken } from "./gatherings.ts";

const NONE = "";

story("only its owner gets at a file before it was looked at", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const place = await uploads(alice, "image");
  assert.equal(await waysTo(alice, place), WAYS_OF_OWNERS);
  assert.equal(await waysTo(bob, place), NONE);
  const media = await checks(alice, place);
  assert.equal(await waysTo(bob, place), NONE, "it was not sent to anybody");
  await sends(alice, conversation_id, media);
  assert.equal(await waysTo(bob, place), WAYS_OF_READERS);
});

story("in a direct conversation the two get at it, and nobody else", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const [mallory, gus] = [await cast.signUp("mallory"), await cast.guest()];
  const media = await adds(alice, "image");
  await sends(alice, conversation_id, media);
  assert.equal(await waysTo(alice, media), WAYS_OF_OWNERS);
  assert.equal(await waysTo(await alice.device(), media), WAYS_OF_OWNERS);
  assert.equal(await waysTo(bob, media), WAYS_OF_READERS);
  for (const stranger of [mallory, gus, visitor(cast)]) {
    assert.equal(await waysTo(stranger, media), NONE);
  }
  // A list of addresses gives none for what one may not read.
  const own = await adds(mallory, "image");
  const { data } = await mallory.supabase.storage.from(media.bucket)
    .createSignedUrls([media.path, own.path], 60);
  assert.deepEqual(data?.map(({ signedUrl }) => Boolean(signedUrl)), [false, true]);
});

story(
  "those who blocked each other keep what was said, and lose it with their account",
  async (cast) => {
    const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
    const media = await adds(alice, "image");
    await sends(alice, conversation_id, media);
    await bob.verb("block_user", { user_id: alice.id });
    assert.equal(await waysTo(bob, media), WAYS_OF_READERS);
    await bob.verb("unblock_user", { user_id: alice.id });
    await alice.verb("block_user", { user_id: bob.id });
    assert.equal(await waysTo(bob, media), WAYS_OF_READERS);

    const setStatus = (status: string) =>
      cast.server().from("profiles").update({ status }).in("id", [bob.id, alice.id]);
    await setStatus("disabled");
    assert.equal(await waysTo(bob, media), NONE);
    assert.equal(await waysTo(alice, media), NONE);
    await setStatus("active");
    assert.equal(await waysTo(bob, media), WAYS_OF_READERS);
    assert.equal((await cast.server().auth.admin.deleteUser(bob.id)).error, null);
    assert.equal(await waysTo(withToken(bob), media), NONE);
  },
);

story(
  "members and guests of a group get at it, and newcomers as far as they see back",
  async (cast) => {
    const { alice, bob, gus, conversation_id } = await team(cast);
    const [carol, dave] = await Promise.all([cast.signUp("carol"), cast.signUp("dave")]);
    const media = await adds(bob, "image");
    await sends(bob, conversation_id, media);
    for (const person of [alice, gus]) assert.equal(await waysTo(person, media), WAYS_OF_READERS);
    assert.equal(await waysTo(carol, media), NONE);

    await enter(carol, alice, conversation_id);
    assert.equal(await waysTo(carol, media), WAYS_OF_READERS);
    await alice.verb("set_group", { conversation_id, hides_history: true });
    await enter(dave, alice, conversation_id);
    assert.equal(await waysTo(dave, media), NONE);
    const later = await adds(bob, "image");
    await sends(bob, conversation_id, later);
    assert.equal(await waysTo(dave, later), WAYS_OF_READERS);
    await sends(bob, conversation_id, media);
    assert.equal(await waysTo(dave, media), WAYS_OF_READERS, "it was sent to them too");
  },
);

story("whoever is not in a group any more gets at nothing in it, with any token", async (cast) => {
  const { alice, bob, gus, conversation_id } = await team(cast);
  const media = await adds(alice, "image");
  await sends(alice, conversation_id, media);
  const own = await adds(bob, "image");
  await sends(bob, conversation_id, own);

  await bob.verb("leave_group", { conversation_id });
  await alice.verb("remove_member", { conversation_id, user_id: gus.id });

  for (const person of [bob, gus]) {
    assert.equal(await waysTo(person, media), NONE);
    assert.equal(await waysTo(withToken(person), media), NONE);
  }
  assert.equal(await waysTo(await bob.device(), media), NONE);
  assert.equal(await waysTo(bob, own), WAYS_OF_OWNERS);
  assert.equal(await waysTo(alice, own), WAYS_OF_READERS);
  await enter(bob, alice, conversation_id);
  assert.equal(await waysTo(bob, media), WAYS_OF_READERS);
});

story("whoever cleared a conversation sees its files no more; the others do", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const media = await adds(alice, "image");
  await sends(alice, conversation_id, media);
  await bob.verb("clear_history", { conversation_id });
  await tidyUp(cast);
  assert.equal(await waysTo(bob, media), NONE);
  assert.equal(await waysTo(alice, media), WAYS_OF_OWNERS);
  const [read] = await alice.verb("list_messages", { conversation_id, page_size: 1 });
  assert.ok(read);
  assert.equal(fileOf(read).path, media.path);
});

story("a copy that was passed on opens the file to those who got it", async (cast) => {
  const [alice, bob, direct] = await cast.friends("alice", "bob");
  const { carol, group } = await groupOfBob(cast, bob);
  const media = await adds(alice, "image");
  const sent = await sends(alice, direct, media);
  assert.equal(await waysTo(carol, media), NONE);
  const forward = { message_ids: [sent.id], conversation_ids: [group] };

  const [copy] = await bob.verb("forward_messages", forward);

  assert.ok(copy);
  assert.equal(fileOf(copy).path, media.path);
  assert.equal(await waysTo(carol, media), WAYS_OF_READERS);
  const url = await link(carol, media);
  await revoke(alice, sent.id);
  assert.equal(await waysTo(carol, media), WAYS_OF_READERS, "the copy is Bob's");
  assertSame(await behind(url), await download(alice, media));
  await revoke(bob, copy.id);
  for (const person of [alice, bob, carol]) assert.equal(await waysTo(person, media), NONE);
  assert.equal(await statusOf(url), 400);
});

story("a record opens the files in it, until they are taken back or it is", async (cast) => {
  const [alice, bob, direct] = await cast.friends("alice", "bob");
  const { carol, group } = await groupOfBob(cast, bob);
  const [stays, goes] = [await adds(alice, "image"), await adds(alice, "image")];
  const sent = [await sends(alice, direct, stays, "One"), await sends(alice, direct, goes)];
  const [record] = await bob.verb("forward_messages", {
    message_ids: sent.map(({ id }) => id),
    conversation_ids: [group],
    mode: "merged",
  });
  assert.ok(record);
  const entries = await carol.verb("open_record", { message_id: record.id });
  assert.deepEqual(entries.map(({ type, data }) => [type, data.data]), [
    ["image", "One"],
    ["image", ""],
  ]);
  assert.deepEqual(entries.map((entry) => fileOf(entry).path), [stays.path, goes.path]);
  for (const media of [stays, goes]) assert.equal(await waysTo(carol, media), WAYS_OF_READERS);

  await revoke(alice, sent[1]!.id);

  assert.equal(await waysTo(carol, goes), NONE);
  assert.equal(await waysTo(carol, stays), WAYS_OF_READERS);
  // Those who said it see it no more; for those who have the record it is there.
  for (const person of [alice, bob]) {
    await person.verb("clear_history", { conversation_id: direct });
  }
  await tidyUp(cast);
  assert.equal(await waysTo(carol, stays), WAYS_OF_READERS);
  await revoke(bob, record.id);
  for (const person of [alice, bob, carol]) assert.equal(await waysTo(person, stays), NONE);
});

story("a cover is read by those who may read its video", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const mallory = await cast.signUp("mallory");
  const video = await adds(alice, "video");
  const cover = await adds(alice, "cover", { cover_of: video.media_id });
  const loose = await adds(alice, "cover");
  assert.equal(await waysTo(bob, cover), NONE);
  await sends(alice, conversation_id, video);
  assert.equal(await waysTo(bob, cover), WAYS_OF_READERS);
  assert.equal(await waysTo(mallory, cover), NONE);
  assert.equal(await waysTo(bob, loose), NONE);
});

story("a picture of a person is for everybody, and its upload for nobody", async (cast) => {
  const [alice, mallory] = await Promise.all([cast.signUp("alice"), cast.signUp("mallory")]);
  const upload = await uploads(alice, "image");
  const avatar = await checks(alice, upload, { avatar: true });
  assert.equal(await waysTo(alice, upload), NONE);
  assert.equal(avatar.bucket, "chat-avatars");
  const seen = await fetch(avatar.url);
  assert.deepEqual([seen.status, seen.headers.get("content-type")], [200, "image/png"]);
  assertSame(await seen.bytes(), await download(alice, avatar));
  const { data } = await mallory.supabase.storage.from("chat-avatars").list(alice.id);
  assert.deepEqual(data, []);
});

/** Alice's group with Bob and the guest Gus. */
async function team(cast: Cast) {
  const [alice, bob, gus] = await Promise.all([
    cast.signUp("alice"),
    cast.signUp("bob"),
    cast.guest(),
  ]);
  return { alice, bob, gus, conversation_id: await gather(alice, [bob, gus]) };
}

async function groupOfBob(cast: Cast, bob: Person) {
  const carol = await cast.signUp("carol");
  return { carol, group: await gather(bob, [carol]) };
}

async function revoke({ supabase }: Person, id: string): Promise<void> {
  const { error } = await supabase.functions.invoke("chat-revoke", { body: { id } });
  assert.equal(error, null);
}
