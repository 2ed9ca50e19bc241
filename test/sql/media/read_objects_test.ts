// Who may download a file: its owner, and whoever can see a message that brings it.
import assert from "node:assert/strict";
import { enter, gather } from "../../support/groups.ts";
import {
  freshPath,
  owns,
  readers,
  reads,
  sends,
  settles,
  stores,
  uploads,
} from "../../support/library.ts";
import { type Cast, type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const everybody = ({ alice, bob, carol, mallory, gus, dora, ghost }: Cast): Person[] => [
  alice,
  bob,
  carol,
  mallory,
  gus,
  dora,
  ghost,
];

const forward = async (
  person: Person,
  id: string,
  conversation_id: string,
  mode: "each" | "merged",
) => {
  const args = { message_ids: [id], conversation_ids: [conversation_id], mode };
  const [envelope] = await person.call("forward_messages", args);
  assert.ok(envelope);
  return envelope;
};

const revoke = (person: Person, { id }: { id: string }) =>
  person.call("revoke_message", { message_id: id });

scene("a file that was not sent is read by its owner only, checked or not", async (cast) => {
  const { alice, server, anon } = cast;
  const place = await uploads(alice);
  assert.deepEqual(await readers(everybody(cast), place), ["alice"]);
  await settles(server, place);
  assert.deepEqual(await readers(everybody(cast), place), ["alice"]);
  assert.equal(await reads(anon, place), false);
});

scene("the other one in a direct conversation reads what is sent there", async (cast) => {
  const { alice, bob, server, world, anon } = cast;
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server);
  const other = await owns(alice, server);
  await sends(alice, chat, media);

  assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob"]);
  assert.deepEqual(await readers(everybody(cast), other), ["alice"]);
  assert.equal(await reads(anon, media), false);
});

scene("members of a group read what is sent there while they are in it", async (cast) => {
  const { alice, bob, carol, mallory, gus, dora, server, world } = cast;
  await world.query("update chat.profiles set status = 'active' where id = $1", [dora.id]);
  const group = await gather(alice, [bob, carol, gus, dora]);
  const media = await owns(alice, server);
  await sends(alice, group, media);
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [dora.id]);
  assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob", "carol", "gus"]);

  await bob.call("leave_group", { conversation_id: group });
  await alice.call("remove_member", { conversation_id: group, user_id: gus });
  assert.deepEqual(await readers(everybody(cast), media), ["alice", "carol"]);

  await alice.call("set_group", { conversation_id: group, join_mode: "open" });
  await enter(mallory, alice, group);
  await enter(bob, alice, group);
  assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob", "carol", "mallory"]);
});

scene("newcomers read nothing from before, where a group hides it", async (cast) => {
  const { alice, bob, carol, mallory, server } = cast;
  const group = await gather(alice, [bob, carol], { join_mode: "open", hides_history: true });
  const before = await owns(alice, server);
  await sends(alice, group, before);
  await enter(mallory, alice, group);
  await carol.call("leave_group", { conversation_id: group });
  await enter(carol, alice, group);
  const after = await owns(alice, server);
  await sends(alice, group, after);

  assert.deepEqual(await readers(everybody(cast), before), ["alice", "bob"]);
  assert.deepEqual(await readers(everybody(cast), after), ["alice", "bob", "carol", "mallory"]);
});

scene("whoever cleared the history reads nothing of it", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server);
  await sends(alice, chat, media);
  await bob.call("clear_history", { conversation_id: chat });
  assert.deepEqual(await readers(everybody(cast), media), ["alice"]);
  await sends(alice, chat, media);
  assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob"]);
});

scene("who was a friend still reads what was said, and nothing new", async (cast) => {
  const { alice, bob, server, world } = cast;
  await world.befriend(alice, bob);
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server);
  const other = await owns(alice, server);
  await sends(alice, chat, media);
  await bob.call("block_user", { user_id: alice });
  await refuses(sends(alice, chat, other), "PT404", "profile_not_found");
  assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob"]);
  assert.deepEqual(await readers(everybody(cast), other), ["alice"]);
});

scene(
  "a copy that is forwarded is read where it went, and stays when the first is revoked",
  async (cast) => {
    const { alice, bob, carol, server, world } = cast;
    const chat = await world.direct(alice, bob);
    const media = await owns(alice, server);
    const said = await sends(alice, chat, media);
    const copy = await forward(bob, said.id, await world.direct(bob, carol), "each");
    assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob", "carol"]);

    await revoke(alice, said);
    assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob", "carol"]);
    await revoke(bob, copy);
    assert.deepEqual(await readers(everybody(cast), media), ["alice"]);
  },
);

scene(
  "a record is read with its files, also by who was never there, until a revoke",
  async (cast) => {
    const { alice, bob, carol, gus, mallory, server, world } = cast;
    const chat = await world.direct(alice, bob);
    const media = await owns(alice, server);
    const said = await sends(alice, chat, media);
    const record = await forward(bob, said.id, await world.direct(bob, carol), "merged");
    const passedOn = await forward(carol, record.id, await world.direct(carol, gus), "each");
    assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob", "carol", "gus"]);

    await carol.call("clear_history", { conversation_id: record.conversation_id });
    assert.ok(await reads(carol, media), "There is the record that she passed on.");
    await revoke(carol, passedOn);
    assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob"]);

    await forward(bob, said.id, await world.direct(bob, mallory), "merged");
    assert.ok(await reads(mallory, media));
    await revoke(alice, said);
    assert.deepEqual(await readers(everybody(cast), media), ["alice"]);
  },
);

scene("of two messages with a file, one stays enough", async (cast) => {
  const { alice, bob, carol, server, world } = cast;
  const media = await owns(alice, server);
  const one = await sends(alice, await world.direct(alice, bob), media);
  const two = await sends(alice, await world.direct(alice, bob), media);
  const other = await sends(alice, await world.direct(alice, carol), media);
  await revoke(alice, one);
  assert.deepEqual(await readers(everybody(cast), media), ["alice", "bob", "carol"]);
  await revoke(alice, two);
  assert.deepEqual(await readers(everybody(cast), media), ["alice", "carol"]);
  await revoke(alice, other);
  assert.deepEqual(await readers(everybody(cast), media), ["alice"]);
});

scene("covers are read with their video, whoever made them", async (cast) => {
  const { alice, bob, mallory, server, world } = cast;
  const video = await owns(alice, server, { kind: "video" });
  const facts = { cover_of: video.media_id };
  const cover = await owns(alice, server, { kind: "cover", facts });
  const another = await owns(alice, server, { kind: "cover", facts });
  const loose = await owns(alice, server, { kind: "cover" });
  const unchecked = await uploads(alice, { kind: "cover" });
  const made = { bucket: "chat-covers", path: `${mallory.id}/made/x.png` };
  await stores(world, made);
  const { path, ...size } = { path: made.path, size: 1, width: 1, height: 1 };
  const of = { video_bucket: video.bucket, video_path: video.path };
  await server.call("add_cover", { path, ...size, time_ms: 0, duration_ms: 1, ...of });

  const said = await sends(alice, await world.direct(alice, bob), video);

  for (const place of [video, cover, another]) {
    assert.deepEqual(await readers(everybody(cast), place), ["alice", "bob"]);
  }
  assert.deepEqual(await readers(everybody(cast), made), ["alice", "bob", "mallory"]);
  for (const place of [loose, unchecked]) {
    assert.deepEqual(await readers(everybody(cast), place), ["alice"]);
  }
  await revoke(alice, said);
  assert.deepEqual(await readers(everybody(cast), cover), ["alice"]);
});

scene(
  "a file that was never checked is read by nobody else, even if a message brought it",
  async (cast) => {
    const { alice, bob, server, world } = cast;
    const media = await owns(alice, server);
    await sends(alice, await world.direct(alice, bob), media);
    await world.query("update chat.media set checked_at = null");
    assert.deepEqual(await readers(everybody(cast), media), ["alice"]);
  },
);

scene("what the service key put there is nobody's but the folder's owner's", async (cast) => {
  const { alice, bob, world } = cast;
  const place = { bucket: "chat-files", path: freshPath(alice) };
  await stores(world, place);
  assert.deepEqual(await readers(everybody(cast), place), ["alice"]);
  const rows = await bob.rows("select from storage.objects");
  assert.deepEqual(rows, []);
});

for (const operation of ["storage.object.list", "storage.object.list_v2", "object.list_v2"]) {
  scene(`a list shows what is one's own, and nothing of others (${operation})`, async (cast) => {
    const { alice, bob, mallory, server, world } = cast;
    const media = await owns(alice, server);
    const unchecked = await uploads(alice, { path: freshPath(alice, "holidays/") });
    await sends(alice, await world.direct(alice, bob), media);
    await world.query("select set_config('storage.operation', $1, true)", [operation]);

    for (const place of [media, unchecked]) {
      assert.deepEqual(await readers(everybody(cast), place), ["alice"]);
    }
    const { bucket } = media;
    for (const [person, count] of [[alice, 2], [bob, 0], [mallory, 0]] as const) {
      const found = await person.rows(
        "select from storage.search_v2($1, $2, 100, 100)",
        [`${alice.id}/`, bucket],
      );
      assert.equal(found.length, count, person.name);
    }
    for (const one of ["storage.object.get_authenticated", "storage.object.sign", ""]) {
      await world.query("select set_config('storage.operation', $1, true)", [one]);
      assert.ok(await reads(bob, media), one);
    }
  });
}

scene(
  "pictures of people are listed by their owner only, though everybody sees them",
  async (cast) => {
    const { alice, server, world } = cast;
    const path = `${alice.id}/20261122/1_a.png`;
    await stores(world, { bucket: "chat-avatars", path });
    const picture = { mime_type: "image/png", size: 1, width: 1, height: 1 };
    await server.call("add_avatar", { owner_id: alice, path, ...picture });
    assert.deepEqual(await readers(everybody(cast), { bucket: "chat-avatars", path }), ["alice"]);
    assert.equal(
      await world.value("select public from storage.buckets where id = 'chat-avatars'"),
      true,
    );
  },
);
