// Who hears which topic of a conversation, asked as Realtime asks; and what clients may say there.
import assert from "node:assert/strict";
import { type Caller, type Person, scene, type World } from "../../support/people.ts";
import { enter, gather, groupOf } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

/** Whether somebody may listen: Realtime adds a row, looks whether the policies let it be seen, and takes it back. */
async function hears(world: World, caller: Caller, topic: string, extension = "broadcast") {
  await world.query("savepoint probe");
  await world.query("select set_config('realtime.topic', $1, true)", [topic]);
  const [probe] = await world.query<{ id: string }>(
    "insert into realtime.messages (topic, extension, private) values ($1, $2, true) returning id",
    [topic, extension],
  );
  const seen = await caller.rows("select from realtime.messages where id = $1", [probe?.id]);
  await world.query("rollback to savepoint probe");
  return seen.length === 1;
}

/** Whether somebody may send, asked in the same way. */
async function says(world: World, caller: Caller, topic: string, extension = "broadcast") {
  await world.query("savepoint probe");
  await world.query("select set_config('realtime.topic', $1, true)", [topic]);
  const result = await caller.rows(
    "insert into realtime.messages (topic, extension, private) values ($1, $2, true)",
    [topic, extension],
  ).then(() => true, ({ code }) => {
    assert.equal(code, "42501");
    return false;
  });
  await world.query("rollback to savepoint probe");
  return result;
}

const groupTopic = (id: string, epoch: number | string) => `chat:group:${id}:${epoch}`;
const signalTopic = (id: string, epoch: number | string) => `chat:signal:${id}:${epoch}`;

async function topicsOf(person: Person, id: string): Promise<string[]> {
  const { group, signal_topic } = await groupOf(person, id);
  return [group.topic, signal_topic];
}

scene("members hear the topics of now and nobody else does", async (cast) => {
  const { alice, bob, carol, mallory, gus, dora, anon, ghost, world } = cast;
  await world.query("update chat.profiles set status = 'active' where id = $1", [dora.id]);
  const group = await gather(alice, [bob, carol, gus, dora], { join_mode: "open" });
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [dora.id]);
  await carol.call("leave_group", { conversation_id: group });
  const topics = await topicsOf(alice, group);
  assert.deepEqual(topics, [groupTopic(group, 2), signalTopic(group, 2)]);

  for (const topic of topics) {
    for (const person of [alice, bob, gus]) assert.equal(await hears(world, person, topic), true);
    for (const caller of [carol, mallory, dora, anon, ghost]) {
      assert.equal(await hears(world, caller, topic), false);
    }
  }
  for (const epoch of [0, 1, 3]) {
    for (const person of [alice, bob, carol]) {
      assert.equal(await hears(world, person, groupTopic(group, epoch)), false);
      assert.equal(await hears(world, person, signalTopic(group, epoch)), false);
    }
  }
});

scene("nobody reads a topic that is not theirs by a plain select", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const group = await gather(alice, [bob, carol]);
  await alice.says(group, "Hello");
  await alice.call("remove_member", { conversation_id: group, user_id: carol });
  for (const topic of [groupTopic(group, 1), groupTopic(group, 2)]) {
    await world.query("select set_config('realtime.topic', $1, true)", [topic]);
    assert.equal(await carol.sees("realtime.messages"), 0);
  }
  assert.notEqual(await bob.sees("realtime.messages"), 0);
});

scene("what raises the epoch, and what does not", async (cast) => {
  const { alice, bob, carol, mallory, gus, world } = cast;
  const group = await gather(alice, [bob, carol], { join_mode: "open" });
  const epoch = () =>
    world.value<number>("select epoch::int from chat.conversations where id = $1", [group]);
  const here = { conversation_id: group };

  assert.equal(await epoch(), 1);
  await enter(mallory, alice, group);
  await alice.says(group, "Hello");
  await alice.call("mute_member", { ...here, user_id: bob });
  await alice.call("set_group_role", { ...here, user_id: bob, role: "admin" });
  assert.equal(await epoch(), 1);
  await alice.call("remove_member", { ...here, user_id: mallory });
  assert.equal(await epoch(), 2);
  await carol.call("leave_group", here);
  assert.equal(await epoch(), 3);
  await alice.call("set_group", { ...here, hides_history: true });
  assert.equal(await epoch(), 3);
  await enter(gus, alice, group);
  assert.equal(await epoch(), 4);
  assert.equal(await hears(world, gus, groupTopic(group, 3)), false);
  assert.equal(await hears(world, gus, groupTopic(group, 4)), true);
});

scene("clients signal where they are now, and say nothing anywhere else", async (cast) => {
  const { alice, bob, carol, mallory, dora, anon, ghost, world } = cast;
  await world.query("update chat.profiles set status = 'active' where id = $1", [dora.id]);
  const group = await gather(alice, [bob, carol, dora]);
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [dora.id]);
  await carol.call("leave_group", { conversation_id: group });

  for (const extension of ["broadcast", "presence"]) {
    assert.equal(await says(world, bob, signalTopic(group, 2), extension), true);
    assert.equal(await hears(world, bob, signalTopic(group, 2), extension), true);
    for (const caller of [carol, mallory, dora, anon, ghost]) {
      assert.equal(await says(world, caller, signalTopic(group, 2), extension), false);
    }
    const others = [
      signalTopic(group, 1),
      signalTopic(group, 3),
      groupTopic(group, 2),
      `chat:user:${alice.id}`,
      `chat:user:${bob.id}`,
      "chat:signal:",
      "anything",
    ];
    for (const topic of others) {
      assert.equal(await says(world, bob, topic, extension), false, topic);
    }
  }
});

scene("nobody says something on another topic than the one that is open", async (cast) => {
  const { alice, bob, world } = cast;
  const group = await gather(alice, [bob]);
  await world.query("select set_config('realtime.topic', $1, true)", [signalTopic(group, 1)]);
  for (const topic of [groupTopic(group, 1), `chat:user:${alice.id}`, signalTopic(group, 2)]) {
    await refuses(
      bob.rows(
        "insert into realtime.messages (topic, extension, private) values ($1, 'broadcast', true)",
        [topic],
      ),
      "42501",
    );
  }
});

scene("nobody is present on a topic that carries messages", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  assert.equal(await hears(world, bob, groupTopic(group, 1), "presence"), false);
});

scene("two people signal to each other until one of them blocks the other", async (cast) => {
  const { alice, bob, mallory, world } = cast;
  const chat = await world.direct(alice, bob);
  const topicOf = async (person: Person) =>
    (await person.call("open_direct", { user_id: person === alice ? bob : alice })).signal_topic;
  const open = await topicOf(alice);
  assert.equal(open, signalTopic(chat, 1));
  assert.equal(await topicOf(bob), open);
  for (const person of [alice, bob]) {
    assert.equal(await hears(world, person, open), true);
    assert.equal(await says(world, person, open), true);
    assert.equal(await hears(world, person, groupTopic(chat, 1)), false);
  }
  assert.equal(await hears(world, mallory, open), false);

  await bob.call("block_user", { user_id: alice });

  for (const person of [alice, bob]) {
    for (const epoch of [1, 2, 3]) {
      assert.equal(await hears(world, person, signalTopic(chat, epoch)), false);
      assert.equal(await says(world, person, signalTopic(chat, epoch)), false);
    }
  }
  await bob.call("unblock_user", { user_id: alice });
  assert.equal(await hears(world, alice, open), false);
  assert.equal(await hears(world, alice, await topicOf(alice)), true);
});

scene("a block between two members does not silence their group", async (cast) => {
  const { alice, bob, world } = cast;
  const group = await gather(alice, [bob]);
  await bob.call("block_user", { user_id: alice });
  for (const topic of await topicsOf(alice, group)) {
    for (const person of [alice, bob]) assert.equal(await hears(world, person, topic), true);
  }
});

scene("a topic that is none is no error and opens nothing", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const hex = group.replaceAll("-", "");
  const topics = [
    groupTopic("-".repeat(36), 1),
    groupTopic("f".repeat(36), 1),
    groupTopic(group.toUpperCase(), 1),
    groupTopic(`{${hex}}--`, 1),
    groupTopic(hex, 1),
    groupTopic(group, "01x"),
    groupTopic(group, ""),
    groupTopic(group, " 1"),
    groupTopic(group, "1 "),
    groupTopic(group, "1\n"),
    groupTopic(group, "-1"),
    groupTopic(group, "1e0"),
    groupTopic(group, "9".repeat(18)),
    groupTopic(group, "9".repeat(19)),
    groupTopic(group, "9".repeat(200)),
    signalTopic("-".repeat(36), 1),
    signalTopic(group, "9".repeat(200)),
    `chat:group:${group}`,
    `chat:signal:${group}`,
    `chat:group:${group}:1:1`,
    `xchat:group:${group}:1`,
    `chat:Group:${group}:1`,
    `chat:groups:${group}:1`,
  ];
  for (const topic of topics) {
    assert.equal(await hears(world, alice, topic), false, topic);
    assert.equal(await says(world, alice, topic), false, topic);
  }
});
