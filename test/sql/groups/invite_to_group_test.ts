// chat.invite_to_group and chat.answer_group_invitation: who is in at once, who is asked, and who is told.
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import {
  gather,
  groupOf,
  invite,
  invited,
  listen,
  onlyRequest,
  roles,
} from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

const answer = (person: Person, request_id: string | null, answer: string | null) =>
  person.call("answer_group_invitation", { request_id, answer });
const decide = (person: Person, request_id: string, answer: string | null) =>
  person.call("answer_join_request", { request_id, answer });

scene("a friend is in at once, and everybody hears of it once", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  const group = await gather(alice, []);
  const ear = await listen(world, group);

  assert.deepEqual(await invited(alice, group, bob), ["joined"]);

  assert.deepEqual(await bob.heard(), ["group_joined"]);
  assert.deepEqual(await alice.heard(), []);
  assert.deepEqual(await ear.heard(), ["1 group_members_added"]);
  const { last_message, unread, group: item } = await groupOf(bob, group);
  assert.equal(last_message?.data.data, "Alice added Bob");
  assert.deepEqual([unread, item.member_count, item.my_role], [0, 2, "member"]);
  assert.deepEqual(await world.query("select from chat.group_requests"), []);
});

scene("a friend who asks for confirmation is asked", async ({ alice, bob, world }) => {
  await world.befriend(alice, bob);
  await bob.call("set_profile", { requires_group_approval: true });
  await bob.heard();
  const group = await gather(alice, []);

  assert.deepEqual(await invited(alice, group, bob), ["awaits_person"]);

  assert.deepEqual(await bob.heard(), ["group_invited"]);
  assert.equal(await bob.item(group), undefined);
});

scene("a stranger is asked, and joins by accepting", async ({ alice, mallory, world }) => {
  const group = await gather(alice, []);
  const ear = await listen(world, group);

  assert.deepEqual(await invited(alice, group, mallory), ["awaits_person"]);

  assert.deepEqual(await ear.heard(), []);
  const [{ payload } = {}, ...more] = await mallory.heardFully();
  assert.deepEqual(more, []);
  const request = await onlyRequest(mallory);
  assert.equal(payload?.actionType, "group_invited");
  assert.equal(payload?.data.data, "Alice invites you to the group Team");
  assert.deepEqual(payload?.data.otherData, {
    conversation_id: group,
    request_id: request.id,
    note: "",
  });
  assert.deepEqual(
    [request.awaits_person, request.awaits_group, request.person.name, request.inviter?.name],
    [true, false, "Mallory", "Alice"],
  );
  assert.deepEqual(request.group, { name: "Team", avatar: null, member_count: 1 });

  assert.deepEqual(await answer(mallory, request.id, "accept"), {
    status: "joined",
    conversation_id: group,
  });
  assert.deepEqual(await mallory.heard(), ["group_joined"]);
  assert.deepEqual(await ear.heard(), ["1 group_joined"]);
  assert.deepEqual(await alice.heard(), []);
  await refuses(answer(mallory, request.id, "accept"), "PT404", "group_request_not_found");
  await refuses(answer(mallory, request.id, "refuse"), "PT404", "group_request_not_found");
});

scene("who refuses is not in, and whoever invited is told", async ({ alice, mallory, world }) => {
  const group = await gather(alice, []);
  await invite(alice, group, mallory);
  const ear = await listen(world, group);
  const { id } = await onlyRequest(mallory);

  assert.equal((await answer(mallory, id, "refuse")).status, "refused");

  assert.deepEqual(await alice.heard(), ["group_request_refused"]);
  assert.deepEqual(await ear.heard(), []);
  assert.deepEqual(await roles(world, group), ["alice owner"]);
  await refuses(answer(mallory, id, "accept"), "PT404", "group_request_not_found");
});

scene("an invitation is for the invited, and an answer is accept or refuse", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  const group = await gather(alice, [bob]);
  await invite(alice, group, mallory);
  const { id } = await onlyRequest(mallory);
  for (const person of [alice, bob, carol]) {
    await refuses(answer(person, id, "accept"), "PT404", "group_request_not_found");
  }
  for (const word of ["ignore", "", "Accept", null]) {
    await refuses(answer(mallory, id, word), "PT400", "answer_invalid");
    await refuses(decide(alice, id, word), "PT400", "answer_invalid");
  }
  await refuses(answer(mallory, null, "accept"), "PT404", "group_request_not_found");
  assert.deepEqual(await roles(world, group), ["alice owner", "bob member"]);
});

scene("into an open group members invite without asking anybody", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  await world.befriend(bob, carol);
  const group = await gather(alice, [bob], { join_mode: "open" });
  assert.deepEqual(await invited(bob, group, carol, mallory), ["joined", "awaits_person"]);
});

scene("into a closed group only owner and admins invite", async (cast) => {
  const { alice, bob, carol, mallory } = cast;
  const group = await gather(alice, [carol], { admins: [bob], join_mode: "closed" });
  await refuses(invite(carol, group, mallory), "PT403", "role_too_low");
  assert.deepEqual(await invited(bob, group, mallory), ["awaits_person"]);
  assert.equal(
    (await answer(mallory, (await onlyRequest(mallory)).id, "accept")).status,
    "joined",
  );
});

scene("who is in already stays as they are", async ({ alice, bob, carol, world }) => {
  const group = await gather(alice, [carol], { admins: [bob] });
  const before = await world.snapshot();
  assert.deepEqual(await invited(alice, group, bob, carol), ["already_in", "already_in"]);
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await bob.heard(), []);
});

scene("one who cannot be reached, and nobody is invited", async (cast) => {
  const { alice, bob, carol, mallory, dora, ghost, world } = cast;
  await world.befriend(alice, bob);
  await carol.call("block_user", { user_id: alice });
  const group = await gather(alice, []);
  const before = await world.snapshot();
  for (const person of [carol, dora, ghost]) {
    await refuses(invite(alice, group, bob, mallory, person), "PT404", "profile_not_found");
    await refuses(
      alice.call("create_group", { name: "Another", user_ids: [bob.id, person.id] }),
      "PT404",
      "profile_not_found",
    );
  }
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual([await bob.heard(), await mallory.heard()], [[], []]);
});

scene("between 1 and 100 different people are invited at a time, and not oneself", async (cast) => {
  const { alice, bob, mallory, world } = cast;
  const group = await gather(alice, []);
  const crowd = await world.signUp(...Array.from({ length: 101 }, (_, i) => ({ name: `p${i}xx` })));
  const ids = (people: Person[]) => people.map(({ id }) => id);
  for (
    const user_ids of [
      [],
      [bob.id, bob.id],
      [bob.id, alice.id],
      ids(crowd),
      null,
    ]
  ) {
    await refuses(
      alice.call("invite_to_group", { conversation_id: group, user_ids }),
      "PT400",
      "people_invalid",
    );
  }
  await refuses(
    alice.call("invite_to_group", { conversation_id: group, user_ids: [mallory.id, null] }),
    "PT400",
    "people_invalid",
  );
  assert.equal((await invite(alice, group, ...crowd.slice(1))).length, 100);
});

scene("a group is created with the people who are to be in it", async (cast) => {
  const { alice, bob, mallory, world } = cast;
  await world.befriend(alice, bob);
  const item = await alice.call("create_group", {
    name: "  Team  ",
    user_ids: [bob.id, mallory.id],
    avatar_url: "https://example.com/team.png",
  });
  assert.deepEqual(await roles(world, item.id), ["alice owner", "bob member"]);
  assert.deepEqual(await bob.heard(), ["group_joined"]);
  assert.deepEqual(await mallory.heard(), ["group_invited"]);
  assert.deepEqual(await (await listen(world, item.id)).heard(), []);
  const listed = (await alice.call("list_conversations")).find(({ id }) => id === item.id);
  assert.deepEqual({ ...item, cursor: listed?.cursor }, listed);
  assert.deepEqual(
    [item.kind, item.group?.name, item.group?.avatar, item.group?.my_role, item.unread],
    ["group", "Team", "https://example.com/team.png", "owner", 0],
  );
  assert.deepEqual([item.group?.join_mode, item.group?.hides_history], ["approval", false]);
});
