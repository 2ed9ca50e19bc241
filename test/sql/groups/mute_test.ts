// chat.mute_member and chat.mute_group: who may not speak, and for how long.
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { gather, groupOf, listen } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

const mute = (person: Person, conversation_id: string, user_id: Person, minutes?: number | null) =>
  person.call("mute_member", {
    conversation_id,
    user_id,
    ...minutes === undefined ? {} : { minutes },
  });

scene("whoever is muted reads, and does not speak in any way", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const { id } = await bob.says(group, "Before");
  const ear = await listen(world, group);

  await mute(alice, group, bob, 5);

  assert.deepEqual(await ear.heard(), ["1 group_member_muted"]);
  assert.equal((await groupOf(bob, group)).last_message?.data.data, "Alice muted Bob");
  const before = await world.snapshot();
  await refuses(bob.says(group, "Hello"), "PT403", "you_are_muted");
  const forward = (mode: string) =>
    bob.call("forward_messages", { message_ids: [id], conversation_ids: [group], mode });
  for (const mode of ["each", "merged"]) await refuses(forward(mode), "PT403", "you_are_muted");
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await ear.heard(), []);
  assert.ok(await bob.call("list_messages", { conversation_id: group }));
});

scene("a mute ends by itself when its minutes are over", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  await mute(alice, group, bob, 5);
  const [{ now } = { now: 0 }] = await world.query<{ now: number }>(
    "select (extract(epoch from now()) * 1000)::float8 as now",
  );
  const until = (await groupOf(bob, group)).group.silenced_until;
  assert.ok(until && Math.abs(until - now - 5 * 60_000) < 2, `${until}`);
  const at = async (moment: string) =>
    await world.query(
      `update chat.members set silenced_until = now() ${moment} where user_id = $1`,
      [
        bob.id,
      ],
    );
  await at("+ interval '1 millisecond'");
  await refuses(bob.says(group, "Now?"), "PT403", "you_are_muted");
  await at("");
  await bob.says(group, "Now!");
  assert.equal((await groupOf(bob, group)).group.silenced_until, null);
});

scene("a mute without minutes lasts until it is lifted", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  for (const minutes of [undefined, null]) {
    await mute(alice, group, bob, minutes);
    assert.equal((await groupOf(bob, group)).group.silenced_until, 8640000000000000);
    const [member] = await bob.call("list_members", {
      conversation_id: group,
      after_user_id: alice,
    });
    assert.equal(member?.silenced_until, 8640000000000000);
    await refuses(bob.says(group, "Hello"), "PT403", "you_are_muted");
    const ear = await listen(world, group);
    await mute(alice, group, bob, 0);
    assert.deepEqual(await ear.heard(), ["1 group_member_unmuted"]);
    await bob.says(group, "Hello");
  }
});

scene("the person's other devices learn of it when they sync", async ({ alice, bob }) => {
  const group = await gather(alice, [bob]);
  const { state } = await groupOf(bob, group);
  await mute(alice, group, bob);
  assert.ok((await groupOf(bob, group)).state > state);
});

scene("while the group is muted only owner and admins speak", async (cast) => {
  const { alice, bob, carol, gus, world } = cast;
  const group = await gather(alice, [carol, gus], { admins: [bob] });
  const ear = await listen(world, group);
  const set = (muted: boolean) => bob.call("mute_group", { conversation_id: group, muted });

  await set(true);
  await set(true);

  assert.deepEqual(await ear.heard(), ["1 group_muted"]);
  assert.equal((await groupOf(carol, group)).group.is_muted, true);
  await alice.says(group, "Hear");
  await bob.says(group, "Hear");
  for (const person of [carol, gus]) {
    await refuses(person.says(group, "Me too"), "PT403", "group_is_muted");
  }
  await alice.call("mute_member", { conversation_id: group, user_id: bob });
  await refuses(bob.says(group, "Hear"), "PT403", "you_are_muted");

  await ear.heard();
  await set(false);
  await set(false);
  assert.deepEqual(await ear.heard(), ["1 group_unmuted"]);
  await carol.says(group, "At last");
});

scene("a muted group is muted by default, and for a direct chat nothing changes", async (cast) => {
  const { alice, bob, world } = cast;
  const group = await gather(alice, [bob]);
  await alice.call("mute_group", { conversation_id: group });
  await refuses(bob.says(group, "Hello"), "PT403", "group_is_muted");
  await bob.says(await world.direct(bob, alice), "Hello");
});
