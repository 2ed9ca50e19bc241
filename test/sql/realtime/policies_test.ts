// Who may listen to which topic, asked as Realtime asks: a probe row, read with the rights of the one who joins.
import assert from "node:assert/strict";
import { type Caller, type Person, scene, type World } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

async function mayListen(world: World, caller: Caller, topic: string, extension = "broadcast") {
  await world.query("select set_config('realtime.topic', $1, true)", [topic]);
  const [probe] = await world.query<{ id: string }>(
    `insert into realtime.messages (topic, extension, private) values ($1, $2, true) returning id`,
    [topic, extension],
  );
  const seen = await caller.rows("select from realtime.messages where id = $1", [probe?.id]);
  return seen.length === 1;
}

const topicOf = (person: Person) => `chat:user:${person.id}`;

scene("people hear their own topic and nobody else's", async ({ alice, bob, gus, world }) => {
  await world.befriend(alice, bob);
  assert.equal(await mayListen(world, alice, topicOf(alice)), true);
  assert.equal(await mayListen(world, gus, topicOf(gus)), true);
  assert.equal(await mayListen(world, alice, topicOf(bob)), false);
  assert.equal(await mayListen(world, gus, topicOf(alice)), false);
});

scene("a topic that only looks like one's own is not", async ({ alice, world }) => {
  for (
    const topic of [
      topicOf(alice).toUpperCase(),
      `${topicOf(alice)} `,
      `${topicOf(alice)}:x`,
      `realtime:${topicOf(alice)}`,
      "chat:user:",
      "chat:user:%",
      "",
    ]
  ) assert.equal(await mayListen(world, alice, topic), false, topic);
});

scene("whoever can do nothing hears nothing", async ({ alice, dora, ghost, anon, world }) => {
  assert.equal(await mayListen(world, dora, topicOf(dora)), false);
  assert.equal(await mayListen(world, ghost, topicOf(ghost)), false);
  assert.equal(await mayListen(world, anon, topicOf(alice)), false);
  await world.query("delete from auth.users where id = $1", [alice.id]);
  assert.equal(await mayListen(world, alice, topicOf(alice)), false);
});

scene("a topic of ours carries broadcasts only", async ({ alice, world }) => {
  for (const extension of ["presence", "postgres_changes"]) {
    assert.equal(await mayListen(world, alice, topicOf(alice), extension), false);
  }
});

scene("nobody reads what others heard", async ({ alice, bob, mallory, anon, world }) => {
  await alice.says(await world.direct(alice, bob), "Secret");
  await world.query("select set_config('realtime.topic', $1, true)", [topicOf(bob)]);
  assert.equal(await mallory.sees("realtime.messages"), 0);
  assert.equal(await anon.sees("realtime.messages"), 0);
  assert.equal(await bob.sees("realtime.messages"), 1);
});

scene("nobody can forge an event, not even on one's own topic", async (cast) => {
  const { alice, bob, dora, anon } = cast;
  for (const caller of [alice, dora, anon]) {
    for (const topic of [topicOf(alice), topicOf(bob)]) {
      for (const extension of ["broadcast", "presence"]) {
        await refuses(
          caller.rows(
            "insert into realtime.messages (topic, extension, event, private) values ($1, $2, 'x', true)",
            [topic, extension],
          ),
          "42501",
        );
      }
    }
    assert.deepEqual(
      await caller.rows("update realtime.messages set payload = '{}' returning 1"),
      [],
    );
  }
  assert.deepEqual(await bob.heard(), []);
});
