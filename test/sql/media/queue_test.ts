// How files go: when nobody can see a message any more that brings them, and not before.
import assert from "node:assert/strict";
import { gather } from "../../support/groups.ts";
import { isKept, owns, queued, sends, uploads, wait } from "../../support/library.ts";
import { type Person, scene } from "../../support/people.ts";
import type { Media } from "../answers.ts";
import { refuses } from "../refuses.ts";

const revoke = (person: Person, { id }: { id: string }) =>
  person.call("revoke_message", { message_id: id });

const clear = (person: Person, conversation_id: string) =>
  person.call("clear_history", { conversation_id });

async function forward(person: Person, id: string, conversation_id: string, mode = "each") {
  const args = { message_ids: [id], conversation_ids: [conversation_id], mode };
  const [envelope] = await person.call("forward_messages", args);
  assert.ok(envelope);
  return envelope;
}

const deleteAccount = ({ world, id }: Person) =>
  world.query("delete from auth.users where id = $1", [id]);

scene(
  "the file of a message that is revoked is given out once, and leaves the library",
  async (cast) => {
    const { alice, bob, server, world } = cast;
    const media = await owns(alice, server);
    await revoke(alice, await sends(alice, await world.direct(alice, bob), media));
    assert.ok(await isKept(world, media), "It goes when somebody takes the queue.");

    const { bucket, path: name } = media;
    assert.deepEqual(await server.call("claim_orphaned_files"), [{ bucket, name }]);
    assert.deepEqual(await server.call("claim_orphaned_files"), []);
    await world.query(
      "update chat_private.orphaned_files set leased_until = now() - interval '1 second'",
    );
    assert.deepEqual(await server.call("claim_orphaned_files"), [{ bucket, name }]);
    await wait(server, media);

    const files = JSON.stringify([{ bucket, name }]);
    await server.call("settle_orphaned_files", { files });
    assert.deepEqual(await queued(server), []);
  },
);

scene("a file stays while a copy of its message is somewhere", async (cast) => {
  const { alice, bob, carol, server, world } = cast;
  const media = await owns(alice, server);
  const said = await sends(alice, await world.direct(alice, bob), media);
  const copy = await forward(bob, said.id, await world.direct(bob, carol));
  await revoke(alice, said);
  assert.deepEqual(await queued(server), []);
  await revoke(bob, copy);
  await wait(server, media);
});

scene("a record keeps a file that its entries bring, until they are revoked", async (cast) => {
  const { alice, bob, carol, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server);
  const said = await sends(alice, chat, media);
  await forward(bob, said.id, await world.direct(bob, carol), "merged");
  await clear(alice, chat);
  await clear(bob, chat);
  assert.deepEqual(await queued(server), []);
  await world.query(
    "update chat.members set cleared_seq = 0 where conversation_id = $1",
    [chat],
  );
  await revoke(alice, said);
  await wait(server, media);
});

for (const end of ["revoked", "cleared"]) {
  scene(`a record that is ${end} keeps no file any more`, async (cast) => {
    const { alice, bob, carol, server, world } = cast;
    const [chat, there] = [await world.direct(alice, bob), await world.direct(bob, carol)];
    const media = await owns(alice, server);
    const said = await sends(alice, chat, media);
    const record = await forward(bob, said.id, there, "merged");
    for (const person of [alice, bob]) await clear(person, chat);
    assert.deepEqual(await queued(server), []);
    if (end === "revoked") await revoke(bob, record);
    else for (const person of [bob, carol]) await clear(person, there);
    await wait(server, media);
  });
}

scene("what both have cleared needs no file, what one has cleared does", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server);
  await sends(alice, chat, media);
  await clear(bob, chat);
  assert.deepEqual(await queued(server), []);
  const later = await owns(bob, server);
  await sends(bob, chat, later);
  await clear(alice, chat);
  await wait(server, media);
  assert.ok(await isKept(world, later));
  await clear(bob, chat);
  await wait(server, media, later);
});

scene("a group keeps a file while one member can see it", async (cast) => {
  const { alice, bob, carol, server, world } = cast;
  const group = await gather(alice, [bob, carol]);
  const media = await owns(alice, server);
  await sends(alice, group, media);
  await carol.call("leave_group", { conversation_id: group });
  await clear(alice, group);
  assert.deepEqual(await queued(server), []);
  assert.ok(await isKept(world, media));
  await clear(bob, group);
  await wait(server, media);
});

scene(
  "of a deleted account, files go that no message brings; others go with the last one",
  async (cast) => {
    const { alice, bob, carol, server, world } = cast;
    const group = await gather(bob, [alice]);
    const [unused, sent, passedOn] = [
      await owns(alice, server),
      await owns(alice, server),
      await owns(alice, server, { kind: "video" }),
    ];
    const unchecked = await uploads(alice);
    const cover = { kind: "cover", facts: { cover_of: passedOn.media_id } } as const;
    const kept = await owns(alice, server, cover);
    const said = await sends(alice, group, sent);
    const other = await sends(alice, await world.direct(alice, carol), passedOn);
    const copy = await forward(carol, other.id, await world.direct(carol, bob));
    const bobs = await owns(bob, server);

    await deleteAccount(alice);

    await wait(server, unused, unchecked);
    assert.ok(await isKept(world, passedOn) && await isKept(world, kept));
    await revoke(bob, said);
    await wait(server, unused, unchecked, sent);
    await clear(carol, other.conversation_id ?? "");
    await revoke(carol, copy);
    await wait(server, unused, unchecked, sent, passedOn, kept);
    assert.ok(await isKept(world, bobs));
  },
);

scene("nobody deletes a file that a message brings", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const video = await owns(alice, server, { kind: "video" });
  const facts = { cover_of: video.media_id };
  const cover = await owns(alice, server, { kind: "cover", facts });
  const said = await sends(alice, chat, video);
  const before = await world.snapshot();
  for (const { media_id } of [video, cover]) {
    const call = alice.call("delete_media", { media_id });
    await refuses(call, "PT409", "media_in_use");
  }
  assert.deepEqual(await world.snapshot(), before);

  await revoke(alice, said);
  await alice.call("delete_media", { media_id: video.media_id });
  await wait(server, video, cover);
});

scene("people delete files of their own, checked or not, and nobody else's", async (cast) => {
  const { alice, bob, gus, server, world } = cast;
  const media = await owns(alice, server);
  const unchecked = await alice.call("get_upload", await uploads(alice));
  for (const person of [bob, gus]) {
    for (const { media_id } of [media, unchecked]) {
      const call = person.call("delete_media", { media_id });
      await refuses(call, "PT404", "media_not_found");
    }
  }
  for (const { media_id } of [media, unchecked]) await alice.call("delete_media", { media_id });
  assert.equal(await alice.sees("chat.media"), 0);
  await wait(server, media, unchecked);
  for (const media_id of [media.media_id, null]) {
    const call = alice.call("delete_media", { media_id });
    await refuses(call, "PT404", "media_not_found");
  }
  assert.equal(await world.value("select count(*)::int from chat_private.orphaned_files"), 2);
});

scene("a message that cannot be seen any more does not keep its file", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server);
  await sends(alice, chat, media);
  for (const person of [alice, bob]) await clear(person, chat);
  await alice.call("delete_media", { media_id: media.media_id });
  await wait(server, media);
  const [message] = await world.query("select media_id from chat.messages");
  assert.deepEqual(message, { media_id: null });
});

scene("whoever has deleted their account does not keep files by having seen them", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const [hers, his] = [await owns(alice, server), await owns(bob, server)];
  await sends(alice, chat, hers);
  await sends(bob, chat, his);
  await deleteAccount(alice);
  assert.deepEqual(await queued(server), []);
  await clear(bob, chat);
  await wait(server, hers, his);
});

scene("what only a deleted account could still see goes, whoever sent it", async (cast) => {
  const { alice, bob, carol, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const [media, seen] = [await owns(bob, server), await owns(bob, server)];
  await sends(bob, chat, media);
  await sends(bob, chat, seen);
  await sends(bob, await world.direct(bob, carol), seen);
  await clear(bob, chat);
  assert.deepEqual(await queued(server), []);
  await deleteAccount(alice);
  await wait(server, media);
  assert.ok(await isKept(world, seen));
});

scene("an upload that nobody had checked within a day goes", async (cast) => {
  const { alice, server, world } = cast;
  const turnBack = ({ path }: { path: string }, age: string) =>
    world.query("update chat.media set created_at = now() - $2::interval where name = $1", [
      path,
      age,
    ]);
  const [old, young, checked] = [
    await uploads(alice),
    await uploads(alice),
    await owns(alice, server),
  ];
  await turnBack(old, "24 hours 1 second");
  await turnBack(young, "23 hours 59 minutes");
  await turnBack(checked, "1000 days");
  await wait(server, old);
  assert.ok(await isKept(world, young) && await isKept(world, checked));
});

scene("whoever takes a page looks at as many files", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const files: Media[] = [];
  for (let i = 0; i < 3; i++) files.push(await owns(alice, server));
  for (const media of files) await revoke(alice, await sends(alice, chat, media));
  for (const { bucket, path: name } of files) {
    const claimed = await server.call("claim_orphaned_files", { page_size: 1 });
    assert.deepEqual(claimed, [{ bucket, name }]);
  }
  assert.deepEqual(await server.call("claim_orphaned_files", { page_size: 1 }), []);
});

scene("a file that is sent again before the queue is taken stays", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server);
  await revoke(alice, await sends(alice, chat, media));
  const again = await sends(alice, chat, media);
  assert.deepEqual(await queued(server), []);
  assert.ok(await isKept(world, media));
  await revoke(alice, again);
  await wait(server, media);
});
