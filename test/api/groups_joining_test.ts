// A group comes about: by invitation, by code, and only by the will of both the person and the group.
import assert from "node:assert/strict";
import { type Person, story } from "../support/api.ts";
import { refuses } from "./calling.ts";
import { enter, gather, hears } from "./gatherings.ts";

story("friends are in at once, strangers are asked, and both are told", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const carol = await cast.signUp("carol");
  const [bobHears, carolHears] = await Promise.all([bob.listens(), carol.listens()]);

  const { id: conversation_id, group } = await alice.verb("create_group", {
    name: "Team",
    user_ids: [bob.id, carol.id],
    avatar_url: "https://example.com/team.png",
  });

  const joined = await bobHears.next("group_joined");
  assert.deepEqual([joined.data.otherData, joined.to_id], [{ conversation_id }, bob.id]);
  assert.equal(joined.data.data, "You are in the group Team now");
  const invited = await carolHears.next("group_invited");
  assert.equal(invited.data.data, "Alice invites you to the group Team");
  assert.deepEqual([group?.member_count, group?.my_role, group?.avatar], [
    2,
    "owner",
    "https://example.com/team.png",
  ]);
  await refuses(carol.verb("list_messages", { conversation_id }), "conversation_not_found");

  const [request] = await carol.verb("list_group_requests");
  assert.deepEqual([request?.inviter?.id, request?.group.name], [alice.id, "Team"]);
  const aliceHears = await hears(alice, conversation_id);
  const answer = { request_id: request?.id, answer: "accept" };
  assert.deepEqual(await carol.verb("answer_group_invitation", answer), {
    status: "joined",
    conversation_id,
  });

  assert.equal((await carolHears.next("group_joined")).from_id, carol.id);
  const said = await aliceHears.next("message_created");
  assert.deepEqual([said.actionType, said.data.data], ["group_joined", "Carol joined the group"]);
  assert.deepEqual(await namesIn(alice, conversation_id), ["Alice", "Bob", "Carol"]);
  await refuses(carol.verb("answer_group_invitation", answer), "group_request_not_found");
});

story("whoever joins by code waits for owner or admins, who all are told", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const dave = await cast.signUp("dave");
  const { id: conversation_id } = await alice.verb("create_group", {
    name: "Team",
    user_ids: [bob.id],
  });
  await alice.verb("set_group_role", { conversation_id, user_id: bob.id, role: "admin" });
  const [aliceHears, bobHears, daveHears] = await Promise.all(
    [alice, bob, dave].map((person) => person.listens()),
  );
  assert.ok(aliceHears && bobHears && daveHears);
  const { join_code } = await bob.verb("get_group_link", { conversation_id });
  assert.equal((await dave.verb("preview_group", { join_code })).is_member, false);

  const waiting = await dave.verb("join_group", { join_code, note: "It's Dave" });

  assert.deepEqual(waiting, { status: "awaits_group", conversation_id });
  const told = await aliceHears.next("group_join_requested");
  assert.equal(told.data.data, "Dave would like to join Team");
  await bobHears.next("group_join_requested");
  const [request] = await bob.verb("list_group_requests");
  assert.deepEqual([request?.person.id, request?.note], [dave.id, "It's Dave"]);
  const answer = { request_id: request?.id, answer: "accept" };
  await refuses(dave.verb("answer_join_request", answer), "group_request_not_found");
  const group = await hears(alice, conversation_id);
  await bob.verb("answer_join_request", answer);

  await daveHears.next("group_joined");
  const said = await group.next("message_created");
  assert.deepEqual([said.actionType, said.data.data], ["group_members_added", "Bob added Dave"]);
  assert.equal((await dave.verb("preview_group", { join_code })).is_member, true);
  assert.equal((await dave.verb("join_group", { join_code })).status, "already_in");
});

story("who is refused hears of it, and may ask again", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const [carol, dave] = await Promise.all([cast.signUp("carol"), cast.signUp("dave")]);
  const conversation_id = await gather(alice, [bob]);
  await alice.verb("set_group", { conversation_id, join_mode: "approval" });
  const [bobHears, daveHears] = await Promise.all([bob.listens(), dave.listens()]);
  assert.equal((await enter(dave, alice, conversation_id)).status, "awaits_group");
  const [asked] = await alice.verb("list_group_requests");
  await alice.verb("answer_join_request", { request_id: asked?.id, answer: "refuse" });
  await daveHears.next("group_request_refused");
  await refuses(dave.verb("list_messages", { conversation_id }), "conversation_not_found");
  assert.equal((await enter(dave, alice, conversation_id)).status, "awaits_group");

  // What a plain member wishes waits for the group, then for the person.
  const invitation = { conversation_id, user_ids: [carol.id] };
  assert.deepEqual(await bob.verb("invite_to_group", invitation), [
    { user_id: carol.id, status: "awaits_group" },
  ]);
  const wish = (await alice.verb("list_group_requests")).find(({ inviter }) => inviter !== null);
  const accepted = { request_id: wish?.id, answer: "accept" };
  assert.equal((await alice.verb("answer_join_request", accepted)).status, "awaits_person");
  await carol.verb("answer_group_invitation", { request_id: wish?.id, answer: "refuse" });
  assert.equal((await bobHears.next("group_request_refused")).from_id, carol.id);
  assert.deepEqual(await namesIn(alice, conversation_id), ["Alice", "Bob"]);
});

story("a closed group, and an old link, let nobody in", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const carol = await cast.signUp("carol");
  const conversation_id = await gather(alice, [bob]);
  const old = await bob.verb("get_group_link", { conversation_id });
  await refuses(bob.verb("reset_group_link", { conversation_id }), "role_too_low");
  const fresh = await alice.verb("reset_group_link", { conversation_id });
  assert.notEqual(fresh.join_code, old.join_code);
  assert.equal(fresh.url, `/pages/joinGroup/joinGroup?code=${fresh.join_code}`);
  await refuses(carol.verb("join_group", { join_code: old.join_code }), "group_not_found");
  await refuses(carol.verb("preview_group", { join_code: old.join_code }), "group_not_found");

  await alice.verb("set_group", { conversation_id, join_mode: "closed" });

  await refuses(carol.verb("join_group", { join_code: fresh.join_code }), "group_is_closed");
  const invitation = { conversation_id, user_ids: [carol.id] };
  await refuses(bob.verb("invite_to_group", invitation), "role_too_low");
  await refuses(alice.verb("get_group_link", { conversation_id }), "group_is_closed");
  assert.deepEqual(await alice.verb("invite_to_group", invitation), [
    { user_id: carol.id, status: "awaits_person" },
  ]);
});

async function namesIn(person: Person, conversation_id: string): Promise<string[]> {
  return (await person.verb("list_members", { conversation_id })).map(({ name }) => name);
}
