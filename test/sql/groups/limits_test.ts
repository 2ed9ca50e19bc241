// How many people a group holds, how many groups a person owns, and how long words may be.
import assert from "node:assert/strict";
import { type Cast, type Person, scene } from "../../support/people.ts";
import {
  enter,
  gather,
  groupOf,
  invite,
  invited,
  onlyRequest,
  roles,
} from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

/** A group of three at most, in which there are two. */
async function almostFull({ alice, bob, server }: Cast, join_mode = "open"): Promise<string> {
  await server.call("set_settings", { changes: { group_max_members: 3 } });
  return await gather(alice, [bob], { join_mode });
}

scene("the last seat is taken, and then the group is full", async (cast) => {
  const { alice, carol, mallory, gus, world } = cast;
  const group = await almostFull(cast);
  assert.equal((await enter(carol, alice, group)).status, "joined");
  await refuses(enter(mallory, alice, group), "PT409", "group_is_full");
  await refuses(enter(gus, alice, group), "PT409", "group_is_full");
  assert.equal((await groupOf(alice, group)).group.member_count, 3);
  assert.deepEqual(await roles(world, group), ["alice owner", "bob member", "carol member"]);
  assert.deepEqual([await mallory.heard(), await gus.heard()], [[], []]);

  await carol.call("leave_group", { conversation_id: group });
  assert.equal((await enter(mallory, alice, group)).status, "joined");
});

scene("a group that has no room for all friends takes none of them", async (cast) => {
  const { alice, carol, mallory, world } = cast;
  for (const friend of [carol, mallory]) await world.befriend(alice, friend);
  const group = await almostFull(cast);
  const before = await world.snapshot();
  await refuses(invite(alice, group, carol, mallory), "PT409", "group_is_full");
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await invited(alice, group, carol), ["joined"]);
});

scene("an invitation into a group that has filled up waits for a seat", async (cast) => {
  const { alice, carol, mallory } = cast;
  const group = await almostFull(cast);
  await invite(alice, group, mallory);
  await enter(carol, alice, group);
  const { id: request_id } = await onlyRequest(mallory);
  const accept = () => mallory.call("answer_group_invitation", { request_id, answer: "accept" });
  await refuses(accept(), "PT409", "group_is_full");
  await carol.call("leave_group", { conversation_id: group });
  assert.equal((await accept()).status, "joined");
});

scene("nobody is let into a full group, not even by its owner", async (cast) => {
  const { alice, carol, mallory } = cast;
  const group = await almostFull(cast);
  await alice.call("set_group", { conversation_id: group, join_mode: "approval" });
  await enter(mallory, alice, group);
  await enter(carol, alice, group);
  const [one, other] = await alice.call("list_group_requests");
  const accept = (request_id: string | undefined) =>
    alice.call("answer_join_request", { request_id, answer: "accept" });
  await accept(one?.id);
  await refuses(accept(other?.id), "PT409", "group_is_full");
  assert.equal((await alice.call("list_group_requests")).length, 1);
});

scene("a group is not created with more people than it may have", async (cast) => {
  const { alice, bob, carol, mallory, server, world } = cast;
  for (const friend of [bob, carol, mallory]) await world.befriend(alice, friend);
  await server.call("set_settings", { changes: { group_max_members: 3 } });
  const create = (...people: Person[]) =>
    alice.call("create_group", { name: "Team", user_ids: people.map(({ id }) => id) });
  const before = await world.snapshot();
  await refuses(create(bob, carol, mallory), "PT409", "group_is_full");
  assert.deepEqual(await world.snapshot(), before);
  assert.equal((await create(bob, carol)).group?.member_count, 3);
});

scene("a person owns so many groups, not counting those that are dissolved", async (cast) => {
  const { alice, server } = cast;
  await server.call("set_settings", { changes: { groups_owned_max: 2 } });
  const create = () => alice.call("create_group", { name: "Team" });
  const { id: conversation_id } = await create();
  await create();
  await refuses(create(), "PT409", "groups_owned_limit");
  await alice.call("dissolve_group", { conversation_id });
  await create();
  await refuses(create(), "PT409", "groups_owned_limit");
});

scene("where nobody may own groups, nobody creates one", async ({ alice, server }) => {
  await server.call("set_settings", { changes: { groups_owned_max: 0 } });
  await refuses(alice.call("create_group", { name: "Team" }), "PT409", "groups_owned_limit");
});

const BAD_NAMES = ["", "   ", "\u200b", "x".repeat(51), "a\nb", "a\u202eb"];

scene("a group has a name that can be seen, of at most 50 characters", async ({ alice, world }) => {
  const group = await gather(alice, []);
  const before = await world.snapshot();
  for (const name of [...BAD_NAMES, null]) {
    await refuses(alice.call("create_group", { name }), "PT400", "group_name_invalid");
  }
  for (const name of BAD_NAMES) {
    await refuses(
      alice.call("set_group", { conversation_id: group, name }),
      "PT400",
      "group_name_invalid",
    );
  }
  assert.deepEqual(await world.snapshot(), before);
  for (const name of ["x", "x".repeat(50), "👩‍👩‍👧 家"]) {
    assert.equal((await alice.call("create_group", { name })).group?.name, name);
  }
});

scene("pictures, announcements and join modes are what they are", async ({ alice, world }) => {
  const conversation_id = await gather(alice, []);
  const set = (changes: Record<string, unknown>) =>
    alice.call("set_group", { conversation_id, ...changes });
  const before = await world.snapshot();
  const long = `https://example.com/${"x".repeat(981)}`;
  for (const avatar_url of ["javascript:alert(1)", "x", " ", long]) {
    await refuses(set({ avatar_url }), "PT400", "avatar_url_invalid");
    await refuses(
      alice.call("create_group", { name: "Team", avatar_url }),
      "PT400",
      "avatar_url_invalid",
    );
    await refuses(
      alice.call("set_my_group_face", { conversation_id, avatar_url }),
      "PT400",
      "avatar_url_invalid",
    );
  }
  await refuses(set({ announcement: "x".repeat(1001) }), "PT400", "announcement_invalid");
  for (const join_mode of ["", "Open", "invite"]) {
    await refuses(set({ join_mode }), "PT400", "join_mode_invalid");
  }
  assert.deepEqual(await world.snapshot(), before);

  await set({ avatar_url: long.slice(0, -1), announcement: "x".repeat(1000), join_mode: "closed" });
});

scene("a nickname in a group has at most 30 characters and can be seen", async (cast) => {
  const { alice, world } = cast;
  const conversation_id = await gather(alice, []);
  const before = await world.snapshot();
  for (const nickname of ["x".repeat(31), "a\nb", "\u200b", "a\u202eb"]) {
    await refuses(
      alice.call("set_my_group_face", { conversation_id, nickname }),
      "PT400",
      "nickname_invalid",
    );
  }
  assert.deepEqual(await world.snapshot(), before);
  await alice.call("set_my_group_face", { conversation_id, nickname: "x".repeat(30) });
});

scene("somebody is muted for 0 minutes to a year, or until it is lifted", async (cast) => {
  const { alice, bob, world } = cast;
  const conversation_id = await gather(alice, [bob]);
  const before = await world.snapshot();
  const mute = (minutes: number) =>
    alice.call("mute_member", { conversation_id, user_id: bob, minutes });
  for (const minutes of [-1, 525_601, 2 ** 31 - 1, -(2 ** 31)]) {
    await refuses(mute(minutes), "PT400", "minutes_invalid");
  }
  assert.deepEqual(await world.snapshot(), before);
  for (const minutes of [0, 1, 525_600]) await mute(minutes);
});
