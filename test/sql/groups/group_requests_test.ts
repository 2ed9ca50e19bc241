// Invitations that wait for the person, for the group, or for both: consents, and who may give them.
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { enter, gather, invite, invited, onlyRequest, roles } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

const answer = (person: Person, request_id: string | null, answer: string | null) =>
  person.call("answer_group_invitation", { request_id, answer });
const decide = (person: Person, request_id: string, answer: string | null) =>
  person.call("answer_join_request", { request_id, answer });

scene(
  "in a guarded group a member's wish waits for the group, then for the person",
  async (cast) => {
    const { alice, bob, carol, mallory, world } = cast;
    const group = await gather(alice, [carol], { admins: [bob] });

    assert.deepEqual(await invited(carol, group, mallory), ["awaits_group"]);
    assert.deepEqual(await mallory.heard(), []);
    assert.deepEqual(await alice.heard(), ["group_join_requested"]);
    assert.deepEqual(await bob.heard(), ["group_join_requested"]);
    assert.deepEqual(await carol.heard(), []);

    const { id } = await onlyRequest(bob);
    assert.equal((await decide(bob, id, "accept")).status, "awaits_person");
    assert.deepEqual(await mallory.heard(), ["group_invited"]);
    assert.equal((await answer(mallory, id, "accept")).status, "joined");
    assert.deepEqual(await roles(world, group), [
      "alice owner",
      "bob admin",
      "carol member",
      "mallory member",
    ]);
  },
);

scene("in a guarded group a member's friend waits for the group only", async (cast) => {
  const { alice, bob, carol, world } = cast;
  await world.befriend(bob, carol);
  const group = await gather(alice, [bob]);
  assert.deepEqual(await invited(bob, group, carol), ["awaits_group"]);
  const { id } = await onlyRequest(alice);
  assert.equal((await decide(alice, id, "accept")).status, "joined");
  assert.deepEqual(await carol.heard(), ["group_joined"]);
});

scene("the person may agree before the group does", async ({ alice, bob, mallory }) => {
  const group = await gather(alice, [bob]);
  await invite(bob, group, mallory);
  const { id } = await onlyRequest(mallory);
  assert.equal((await answer(mallory, id, "accept")).status, "awaits_group");
  assert.equal((await decide(alice, id, "accept")).status, "joined");
  assert.deepEqual(await mallory.heard(), ["group_joined"]);
});

scene("the group may refuse a member's wish, and tells the member only", async (cast) => {
  const { alice, bob, mallory } = cast;
  const group = await gather(alice, [bob]);
  await invite(bob, group, mallory);
  const { id } = await onlyRequest(alice);
  assert.equal((await decide(alice, id, "refuse")).status, "refused");
  assert.deepEqual(await bob.heard(), ["group_request_refused"]);
  assert.deepEqual(await mallory.heard(), []);
  await refuses(decide(alice, id, "accept"), "PT404", "group_request_not_found");
});

scene("owner and admins take an invitation back by refusing it", async ({ alice, mallory }) => {
  const group = await gather(alice, []);
  await invite(alice, group, mallory);
  const { id } = await onlyRequest(alice);
  await decide(alice, id, "refuse");
  await refuses(answer(mallory, id, "accept"), "PT404", "group_request_not_found");
});

scene("consents add up: invited, then asking by the code", async ({ alice, mallory, world }) => {
  const group = await gather(alice, []);
  await invite(alice, group, mallory);
  assert.equal((await enter(mallory, alice, group)).status, "joined");
  assert.deepEqual(await world.query("select from chat.group_requests"), []);
});

scene("consents add up: asking by the code, then invited by an admin", async (cast) => {
  const { alice, bob, mallory, world } = cast;
  const group = await gather(alice, [], { admins: [bob] });
  assert.equal((await enter(mallory, alice, group)).status, "awaits_group");
  assert.deepEqual(await invited(bob, group, mallory), ["joined"]);
  assert.deepEqual(await mallory.heard(), ["group_joined"]);
  assert.deepEqual(await world.query("select from chat.group_requests"), []);
});

scene("consents add up: invited by a member, then by the owner", async (cast) => {
  const { alice, bob, mallory } = cast;
  const group = await gather(alice, [bob]);
  assert.deepEqual(await invited(bob, group, mallory), ["awaits_group"]);
  assert.deepEqual(await invited(alice, group, mallory), ["awaits_person"]);
  assert.deepEqual(await mallory.heard(), ["group_invited"]);
  await answer(mallory, (await onlyRequest(mallory)).id, "accept");
});

scene("a member's invitation does not stand in for a consent that is there", async (cast) => {
  const { alice, bob, mallory } = cast;
  const group = await gather(alice, [bob]);
  await invite(alice, group, mallory);
  await mallory.heard();
  assert.deepEqual(await invited(bob, group, mallory), ["awaits_person"]);
});

scene("asking again what is asked already tells nobody again", async ({ alice, bob, mallory }) => {
  const group = await gather(alice, [bob]);
  await invite(bob, group, mallory);
  await alice.heard();
  await invite(bob, group, mallory);
  assert.deepEqual(await alice.heard(), []);
  await decide(alice, (await onlyRequest(alice)).id, "accept");
  await mallory.heard();
  await invite(alice, group, mallory);
  await decide(alice, (await onlyRequest(alice)).id, "accept");
  assert.deepEqual(await mallory.heard(), []);
});

scene("a request into a group that is dissolved is gone", async ({ alice, bob, mallory }) => {
  const group = await gather(alice, []);
  await invite(alice, group, mallory);
  await enter(bob, alice, group);
  const { id: invitation } = await onlyRequest(mallory);
  const { id: request } = await onlyRequest(bob);
  await alice.call("dissolve_group", { conversation_id: group });
  for (const word of ["accept", "refuse"]) {
    await refuses(answer(mallory, invitation, word), "PT404", "group_request_not_found");
    await refuses(decide(alice, request, word), "PT404", "group_request_not_found");
  }
  assert.deepEqual(await mallory.call("list_group_requests"), []);
});

scene("what an admin could answer, one who is no admin any more cannot", async (cast) => {
  const { alice, bob, mallory } = cast;
  const group = await gather(alice, [], { admins: [bob] });
  await enter(mallory, alice, group);
  const { id } = await onlyRequest(bob);
  await alice.call("set_group_role", { conversation_id: group, user_id: bob, role: "member" });
  await refuses(decide(bob, id, "accept"), "PT404", "group_request_not_found");
  assert.deepEqual(await bob.call("list_group_requests"), []);
  assert.equal(await bob.sees("chat.group_requests"), 0);
});

scene("requests are seen by those they concern, newest first, page by page", async (cast) => {
  const { alice, bob, carol, mallory, gus } = cast;
  const group = await gather(alice, [bob]);
  await invite(bob, group, carol);
  await enter(mallory, alice, group);
  await enter(gus, alice, group);

  const all = await alice.call("list_group_requests");
  assert.equal(all.length, 3);
  assert.deepEqual(all.map(({ id }) => id), all.map(({ id }) => id).toSorted().toReversed());
  const [first] = await alice.call("list_group_requests", { page_size: 1 });
  const rest = await alice.call("list_group_requests", { before_id: first?.id });
  assert.deepEqual([first, ...rest], all);
  for (const person of [bob, carol, mallory, gus]) {
    assert.equal((await person.call("list_group_requests")).length, 1, person.name);
    assert.equal(await person.sees("chat.group_requests"), 1, person.name);
  }
  for (const page_size of [0, 101, null]) {
    await refuses(alice.call("list_group_requests", { page_size }), "PT400", "page_size_invalid");
  }
});
