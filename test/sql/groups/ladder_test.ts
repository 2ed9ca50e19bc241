// Who stands above whom: chat.remove_member, chat.set_group_role, chat.mute_member and chat.transfer_group.
import assert from "node:assert/strict";
import { type Cast, type Person, scene } from "../../support/people.ts";
import { gather, groupOf, listen, roles } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

/** Alice owns, Bob and Ben administer, Carol and Gus belong. */
async function ladder({ alice, bob, carol, gus, world }: Cast): Promise<[string, Person]> {
  const [ben] = await world.signUp({ name: "ben" });
  assert.ok(ben);
  return [await gather(alice, [carol, gus], { admins: [bob, ben] }), ben];
}

const VERBS = {
  remove_member: {},
  mute_member: { minutes: 5 },
} as const;

for (const [verb, args] of Object.entries(VERBS)) {
  assert.ok(verb === "remove_member" || verb === "mute_member");
  const act = (conversation_id: string, person: Person, user_id: Person | null) =>
    person.call(verb, { conversation_id, user_id, ...args });

  scene(`chat.${verb} reaches down the ladder only`, async (cast) => {
    const { alice, bob, carol, gus, mallory, ghost, world } = cast;
    const [group, ben] = await ladder(cast);
    const ear = await listen(world, group);
    const before = await world.snapshot();

    for (const [person, other] of [[bob, alice], [bob, ben], [bob, bob], [alice, alice]] as const) {
      await refuses(act(group, person, other), "PT403", "role_too_low");
    }
    for (const other of [alice, bob, gus, carol]) {
      await refuses(act(group, carol, other), "PT403", "role_too_low");
    }
    for (const other of [mallory, ghost, null]) {
      await refuses(act(group, alice, other), "PT404", "member_not_found");
    }
    assert.deepEqual(await world.snapshot(), before);
    assert.deepEqual(await ear.heard(), []);

    for (const [person, other] of [[alice, ben], [alice, carol], [bob, gus]] as const) {
      await act(group, person, other);
    }
  });
}

scene("whoever is removed is out, and everybody hears of it once", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const group = await gather(alice, [carol], { admins: [bob] });
  const ear = await listen(world, group);
  const { last_seq } = await groupOf(alice, group);

  await bob.call("remove_member", { conversation_id: group, user_id: carol });

  assert.deepEqual(await roles(world, group), ["alice owner", "bob admin"]);
  assert.deepEqual(await ear.heard(), ["1 topic_moved", "2 group_member_removed"]);
  assert.deepEqual(await carol.heard(), ["group_removed"]);
  assert.deepEqual(await alice.heard(), []);
  const { last_message, group: item } = await groupOf(alice, group);
  assert.equal(last_message?.seq, last_seq + 1);
  assert.equal(last_message?.data.data, "Bob removed Carol");
  assert.deepEqual(last_message?.data.otherData, { subject_ids: [carol.id] });
  assert.equal(item.member_count, 2);
  assert.equal(await carol.item(group), undefined);
  await refuses(
    bob.call("remove_member", { conversation_id: group, user_id: carol }),
    "PT404",
    "member_not_found",
  );
});

scene("the owner makes admins and unmakes them, and everybody hears of it once", async (cast) => {
  const { alice, bob, world } = cast;
  const group = await gather(alice, [bob]);
  const ear = await listen(world, group);
  const state = (await groupOf(bob, group)).state;
  const set = (role: string | null) =>
    alice.call("set_group_role", { conversation_id: group, user_id: bob, role });

  await set("admin");
  assert.deepEqual(await roles(world, group), ["alice owner", "bob admin"]);
  assert.deepEqual(await ear.heard(), ["1 group_role_changed"]);
  assert.ok((await groupOf(bob, group)).state > state, "Bob's other devices do not notice.");

  await set("admin");
  assert.deepEqual(await ear.heard(), []);
  await set("member");
  assert.deepEqual(await roles(world, group), ["alice owner", "bob member"]);
  for (const role of ["owner", "", "Admin", null]) {
    await refuses(set(role), "PT400", "role_invalid");
  }
});

scene("nobody changes their own role, and only the owner changes any", async (cast) => {
  const { alice, bob, carol, mallory } = cast;
  const [group, ben] = await ladder(cast);
  const set = (person: Person, user_id: Person, role: string) =>
    person.call("set_group_role", { conversation_id: group, user_id, role });
  await refuses(set(alice, alice, "member"), "PT403", "role_too_low");
  await refuses(set(bob, bob, "member"), "PT403", "role_too_low");
  await refuses(set(bob, ben, "member"), "PT403", "role_too_low");
  await refuses(set(bob, carol, "admin"), "PT403", "role_too_low");
  await refuses(set(alice, mallory, "admin"), "PT404", "member_not_found");
});

scene(
  "a group that is given away has one owner, and the old one stays as an admin",
  async (cast) => {
    const { alice, bob, carol, world } = cast;
    const group = await gather(alice, [bob, carol]);
    await alice.call("mute_member", { conversation_id: group, user_id: bob });
    const ear = await listen(world, group);

    await alice.call("transfer_group", { conversation_id: group, user_id: bob });

    assert.deepEqual(await roles(world, group), ["alice admin", "bob owner", "carol member"]);
    assert.deepEqual(await ear.heard(), ["1 group_transferred"]);
    await bob.says(group, "An owner is not muted");
    await alice.call("leave_group", { conversation_id: group });
    await bob.call("remove_member", { conversation_id: group, user_id: carol });
  },
);

scene("a group is given to members who may own one, and not to oneself", async (cast) => {
  const { alice, bob, gus, mallory, server, world } = cast;
  const group = await gather(alice, [bob, gus]);
  const before = await world.snapshot();
  const give = (user_id: Person | null) =>
    alice.call("transfer_group", { conversation_id: group, user_id });

  await refuses(give(alice), "PT400", "cannot_be_yourself");
  await refuses(give(gus), "PT403", "guests_cannot");
  await refuses(give(mallory), "PT404", "member_not_found");
  await refuses(give(null), "PT404", "member_not_found");
  await refuses(
    bob.call("transfer_group", { conversation_id: group, user_id: bob }),
    "PT403",
    "role_too_low",
  );
  assert.deepEqual(await world.snapshot(), before);

  await server.call("set_settings", { changes: { groups_owned_max: 1 } });
  await bob.call("create_group", { name: "Mine" });
  await refuses(give(bob), "PT409", "groups_owned_limit");
});
