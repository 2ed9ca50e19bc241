// An account is deleted: its groups go on without it, or end.
import assert from "node:assert/strict";
import { type Person, scene, type World } from "../../support/people.ts";
import { enter, gather, groupOf, invite, listen, roles, texts } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

// As the Auth server does it, with its own role.
const remove = (world: World, person: Person) =>
  world.as("supabase_auth_admin", {}, "delete from auth.users where id = $1", [person.id]);
const leaveSoftly = (world: World, person: Person) =>
  world.as("supabase_auth_admin", {}, "update auth.users set deleted_at = now() where id = $1", [
    person.id,
  ]);

/** In one transaction all come at the same time: they come one after the other. */
async function comeOneAfterTheOther(world: World, group: string, people: Person[]): Promise<void> {
  for (const [i, { id }] of people.entries()) {
    await world.query(
      `update chat.members set joined_at = now() - interval '1 hour' + $3 * interval '1 minute'
       where conversation_id = $1 and user_id = $2`,
      [group, id, i],
    );
  }
}

for (const [how, gone] of Object.entries({ deleted: remove, "deleted softly": leaveSoftly })) {
  scene(`the group of an owner who is ${how} goes to the eldest admin`, async (cast) => {
    const { alice, bob, carol, gus, world } = cast;
    const [ben] = await world.signUp({ name: "ben" });
    assert.ok(ben);
    const group = await gather(alice, [carol, gus], { admins: [bob, ben] });
    await comeOneAfterTheOther(world, group, [alice, carol, ben, bob, gus]);
    const ear = await listen(world, group);

    await gone(world, alice);

    assert.deepEqual(await roles(world, group), [
      "ben owner",
      "bob admin",
      "carol member",
      "guest member",
    ]);
    assert.deepEqual(await ear.heard(), [
      "1 group_transferred",
      "1 topic_moved",
      "2 group_left",
    ]);
    assert.deepEqual((await texts(bob, group)).slice(-2), ["group_transferred", "group_left"]);
    assert.equal((await groupOf(bob, group)).group.member_count, 4);
  });
}

scene("without admins it goes to the eldest member who is no guest", async (cast) => {
  const { alice, bob, carol, gus, world } = cast;
  const group = await gather(alice, [gus, bob, carol]);
  await comeOneAfterTheOther(world, group, [alice, gus, carol, bob]);
  await remove(world, alice);
  assert.deepEqual(await roles(world, group), ["bob member", "carol owner", "guest member"]);
});

scene(
  "it does not go to somebody who can do nothing",
  async ({ alice, bob, carol, dora, world }) => {
    await world.query("update chat.profiles set status = 'active' where id = $1", [dora.id]);
    const group = await gather(alice, [dora, bob, carol]);
    await comeOneAfterTheOther(world, group, [alice, dora, carol, bob]);
    await world.query("update chat.profiles set status = 'disabled' where id = $1", [dora.id]);
    await remove(world, alice);
    assert.deepEqual(await roles(world, group), ["bob member", "carol owner", "dora member"]);
  },
);

scene("a group that only guests are left in ends", async ({ alice, gus, world }) => {
  const group = await gather(alice, [gus]);
  await alice.says(group, "Bye");
  await remove(world, alice);
  assert.equal((await groupOf(gus, group)).group.is_dissolved, true);
  await refuses(gus.says(group, "Hello?"), "PT409", "group_dissolved");
  assert.ok((await texts(gus, group)).includes("Bye"));
});

scene("a group of one ends without a fuss", async ({ alice, world }) => {
  const group = await gather(alice, []);
  await remove(world, alice);
  const [row] = await world.query("select member_count, dissolved_at from chat.groups");
  assert.equal(row?.member_count, 0);
  assert.notEqual(row?.dissolved_at, null);
  assert.deepEqual(await roles(world, group), []);
});

scene("an heir may own more groups than others, because deleting never fails", async (cast) => {
  const { alice, bob, server, world } = cast;
  const groups = [await gather(alice, [bob]), await gather(alice, [bob])];
  await server.call("set_settings", { changes: { groups_owned_max: 0 } });
  await remove(world, alice);
  for (const group of groups) assert.deepEqual(await roles(world, group), ["bob owner"]);
});

scene("admins and members who are gone are out of all their groups", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const one = await gather(alice, [carol], { admins: [bob] });
  const other = await gather(carol, [bob]);
  await remove(world, bob);
  assert.deepEqual(await roles(world, one), ["alice owner", "carol member"]);
  assert.deepEqual(await roles(world, other), ["carol owner"]);
  assert.equal((await groupOf(alice, one)).last_message?.data.data, "Deleted user left the group");
});

scene("what they said stays, and admins may still revoke it", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const { id: message_id } = await bob.says(group, "Hello");
  await remove(world, bob);
  const said = (await alice.call("list_messages", { conversation_id: group })).at(-2);
  assert.deepEqual([said?.data.data, said?.from_name], ["Hello", "Deleted user"]);
  assert.equal((await alice.call("revoke_message", { message_id })).actionType, "revoke");
});

scene("requests of and by somebody who is gone are gone", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  const group = await gather(alice, [bob]);
  await invite(bob, group, carol);
  await enter(mallory, alice, group);
  await remove(world, bob);
  await remove(world, mallory);
  assert.deepEqual(await alice.call("list_group_requests"), []);
  assert.deepEqual(await carol.call("list_group_requests"), []);
});

scene("a dissolved group stays as it is when somebody is gone", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  await alice.call("dissolve_group", { conversation_id: group });
  const ear = await listen(world, group);
  await remove(world, alice);
  assert.equal((await texts(bob, group)).at(-1), "group_dissolved");
  assert.deepEqual((await ear.heard()).filter((what) => !what.endsWith("topic_moved")), []);
});

scene("deleting never fails, whatever Realtime does", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  await world.query("alter table realtime.messages rename to messages_of_yesterday");
  await remove(world, alice);
  assert.deepEqual(await roles(world, group), ["bob owner"]);
});
