// chat.sync: what a client holds afterwards is what there is.
import assert from "node:assert/strict";
import { type Cast, type Person, scene } from "../../support/people.ts";
import { Device } from "../device.ts";

/** Alice has talked with three people, and one of them is a friend. */
async function history({ alice, bob, carol, gus, world }: Cast, count = 20): Promise<string[]> {
  await world.befriend(bob, alice);
  const chats: string[] = [];
  for (const person of [bob, carol, gus]) chats.push(await world.direct(alice, person));
  for (let i = 0; i < count; i++) {
    const chat = chats[i % 7 === 0 ? 2 : i % 3 === 0 ? 1 : 0] ?? "";
    const speakers: Record<string, Person> = {
      0: alice,
      1: [bob, carol, gus][chats.indexOf(chat)] ?? bob,
    };
    await speakers[i % 2]?.says(chat, `Message ${i}`);
  }
  return chats;
}

scene("a new device gets everything, and then nothing", async (cast) => {
  const { alice } = cast;
  const chats = await history(cast);
  const device = new Device(alice);

  await device.catchUp();

  assert.deepEqual(device.conversations().toSorted(), chats.toSorted());
  for (const chat of chats) assert.deepEqual(device.messages(chat), await newest(alice, chat));
  assert.deepEqual(device.noticeTypes(), ["friend_requested", "friend_added"]);

  const nothing = await device.sync();
  assert.ok(Math.abs(Date.now() - nothing.server_time) < 60_000);
  assert.deepEqual({ ...nothing, server_time: 0 }, {
    conversations: [],
    gone: [],
    notices: [],
    has_more: false,
    server_time: 0,
  });
});

scene("caught up in pages of any size, a device holds exactly the history", async (cast) => {
  const { alice, bob } = cast;
  const devices = [1, 2, 7, 25, 78, 79, 1000].map((pageSize) => new Device(alice, pageSize));
  for (const device of devices) await device.catchUp();
  const chats = await history(cast, 78);
  await bob.call("remove_friend", { user_id: alice });

  for (const device of devices) {
    await device.catchUp();
    // A conversation that the device did not know begins with its newest 50.
    for (const chat of chats) assert.deepEqual(device.messages(chat), await newest(alice, chat));
    assert.deepEqual(device.noticeTypes(), ["friend_requested", "friend_added", "friend_removed"]);
    assert.deepEqual(device.noticeSeqs(), [1, 2, 3]);
  }
});

scene(
  "a device that knows a conversation gets all of it, however much was missed",
  async (cast) => {
    const { alice, bob, world } = cast;
    const chat = await world.direct(alice, bob);
    const device = new Device(alice, 20);
    await device.catchUp();
    for (let i = 0; i < 70; i++) await bob.says(chat, `Message ${i}`);

    await device.catchUp();

    assert.deepEqual(
      device.messages(chat).map(({ seq }) => seq),
      Array.from({ length: 70 }, (_, i) => i + 1),
    );
  },
);

scene("only what moved comes again", async (cast) => {
  const { alice, bob } = cast;
  const [withBob = ""] = await history(cast);
  const device = new Device(alice);
  await device.catchUp();
  const said = await bob.says(withBob, "News");

  const { conversations } = await device.sync();

  assert.deepEqual(conversations.map(({ id }) => id), [withBob]);
  assert.deepEqual(conversations[0]?.messages, [said]);
  assert.equal(conversations[0]?.from_seq, said.seq - 1);
});

scene("marks made on one device arrive on the other", async (cast) => {
  const { alice } = cast;
  const [chat = ""] = await history(cast);
  const device = new Device(alice);
  await device.catchUp();

  for (
    const [verb, args] of [
      ["mark_read", { seq: 5 }],
      ["pin_conversation", {}],
      ["mute_conversation", {}],
      ["hide_conversation", {}],
      ["clear_history", {}],
    ] as const
  ) {
    const marks = await alice.call(verb, { conversation_id: chat, ...args });
    const { conversations: [item, ...more] } = await device.sync();
    assert.deepEqual(more, []);
    assert.deepEqual(item?.messages, []);
    assert.deepEqual(
      [item?.state, item?.read_seq, item?.pinned, item?.muted, item?.hidden_seq, item?.cleared_seq],
      [marks.state, marks.read_seq, marks.pinned, marks.muted, marks.hidden_seq, marks.cleared_seq],
    );
  }
});

scene("a new device does not get hidden conversations until something is said", async (cast) => {
  const { alice, bob } = cast;
  const [chat = ""] = await history(cast);
  await alice.call("hide_conversation", { conversation_id: chat });
  const device = new Device(alice);
  await device.catchUp();
  assert.equal(device.conversations().includes(chat), false);

  await bob.says(chat, "Are you there?");
  await device.catchUp();
  assert.deepEqual(device.messages(chat), await newest(alice, chat));
});

scene("a cleared conversation begins after the clearing", async (cast) => {
  const { alice, bob } = cast;
  const [chat = ""] = await history(cast);
  await alice.call("clear_history", { conversation_id: chat });
  const after = await bob.says(chat, "A new start");
  const device = new Device(alice, 3);
  await device.catchUp();
  assert.deepEqual(device.messages(chat), [after]);
});

scene("a device that is ahead of the server begins anew", async (cast) => {
  const { alice } = cast;
  const [chat = ""] = await history(cast);
  const { last_seq = 0 } = await alice.item(chat) ?? {};
  const { conversations } = await alice.call("sync", {
    cursors: { [chat]: { seq: last_seq + 100, version: 7, state: 99 } },
    notice_seq: 1000,
  });
  const item = conversations.find(({ id }) => id === chat);
  assert.deepEqual(item?.messages, await newest(alice, chat));
  assert.equal(item?.last_seq, last_seq);
});

scene("what somebody is not in is gone, whether it exists or not", async (cast) => {
  const { alice, mallory } = cast;
  const [chat = ""] = await history(cast);
  const invented = crypto.randomUUID();
  const cursors = {
    [chat]: { seq: 1, version: 0, state: 0 },
    [invented]: { seq: 1, version: 0, state: 0 },
  };

  const answer = await mallory.call("sync", { cursors });
  assert.deepEqual(answer.gone.toSorted(), [chat, invented].toSorted());
  assert.deepEqual(answer.conversations, []);
  assert.deepEqual(answer.notices, []);
  assert.deepEqual((await alice.call("sync", { cursors })).gone, [invented]);
});

scene("looking changes nothing", async (cast) => {
  const { alice, world } = cast;
  await history(cast);
  await alice.heard();
  const before = await world.snapshot();
  await new Device(alice).catchUp();
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await alice.heard(), []);
});

async function newest(person: Person, conversation_id: string) {
  return await person.call("list_messages", { conversation_id, page_size: 50 });
}
