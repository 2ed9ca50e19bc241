// chat.leave_group, chat.dissolve_group, and what is left when somebody is out.
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { enter, gather, groupOf, list, listen, roles, texts } from "../../support/groups.ts";
import { Device } from "../device.ts";
import { refuses } from "../refuses.ts";

const leave = (person: Person, conversation_id: string) =>
  person.call("leave_group", { conversation_id });

scene("whoever leaves hears it on their own topic, the others in the group", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const group = await gather(alice, [bob, carol]);
  const ear = await listen(world, group);

  await leave(bob, group);

  assert.deepEqual(await ear.heard(), ["1 topic_moved", "2 group_left"]);
  const [{ payload } = {}, ...more] = await bob.heardFully();
  assert.deepEqual(more, []);
  assert.equal(payload?.data.data, "You left Team");
  assert.deepEqual([await alice.heard(), await carol.heard()], [[], []]);
  const { last_message, group: item } = await groupOf(alice, group);
  assert.equal(last_message?.data.data, "Bob left the group");
  assert.equal(item.member_count, 2);
});

scene("what moves a topic says no word of what was said", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  await alice.says(group, "Secret");
  await leave(bob, group);
  const payloads = await world.query(
    "select payload from realtime.messages where event = 'topic_moved' and topic like $1",
    [`chat:group:${group}:%`],
  );
  assert.deepEqual(payloads, [{ payload: { conversation_id: group } }]);
});

scene("whoever has left is told nothing more and finds nothing", async (cast) => {
  const { alice, bob, world } = cast;
  const group = await gather(alice, [bob]);
  const { id, seq } = await bob.says(group, "Before");
  const device = new Device(bob);
  await device.catchUp();
  await leave(bob, group);
  await bob.heard();
  const after = await alice.says(group, "After");

  assert.deepEqual((await device.sync()).gone, [group]);
  await device.catchUp();
  assert.deepEqual(device.conversations(), []);
  assert.deepEqual(await bob.heard(), []);
  assert.deepEqual(await bob.call("list_conversations"), []);
  for (const table of ["chat.messages", "chat.conversations", "chat.members", "chat.groups"]) {
    assert.equal(await bob.sees(table), 0, table);
  }
  const attempts = {
    conversation_not_found: [
      () => list(bob, group),
      () => bob.call("get_messages", { conversation_id: group, seqs: [seq] }),
      () => bob.says(group, "Still here"),
      () => leave(bob, group),
    ],
    message_not_found: [
      () => bob.call("revoke_message", { message_id: id }),
      () => bob.call("revoke_message", { message_id: after.id }),
      () => bob.call("forward_messages", { message_ids: [id], conversation_ids: [group] }),
    ],
  };
  const before = await world.snapshot();
  for (const [code, acts] of Object.entries(attempts)) {
    for (const act of acts) await refuses(act(), "PT404", code);
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("the owner does not leave, and nothing happens", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const before = await world.snapshot();
  await refuses(leave(alice, group), "PT409", "owner_cannot_leave");
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await alice.heard(), []);
});

scene("an admin who leaves and comes back is a member", async ({ alice, bob, world }) => {
  const group = await gather(alice, [], { admins: [bob], join_mode: "open" });
  await leave(bob, group);
  await enter(bob, alice, group);
  assert.deepEqual(await roles(world, group), ["alice owner", "bob member"]);
});

scene("who comes back reads what was missed, and nothing of it counts as unread", async (cast) => {
  const { alice, bob } = cast;
  const group = await gather(alice, [bob], { join_mode: "open" });
  await alice.says(group, "one");
  await leave(bob, group);
  await alice.says(group, "two");
  await bob.heard();

  await enter(bob, alice, group);

  assert.deepEqual(await bob.heard(), ["group_joined"]);
  assert.deepEqual(
    (await texts(bob, group)).slice(-5),
    [
      "one",
      "group_left",
      "two",
      "group_joined",
    ].slice(-5).toSpliced(0, 0, "group_changed"),
  );
  assert.equal((await groupOf(bob, group)).unread, 0);
  await alice.says(group, "three");
  const { unread, read_seq, last_seq } = await groupOf(bob, group);
  assert.deepEqual([unread, read_seq], [1, last_seq - 2]);
});

scene("who comes back into a group that hides its history begins anew", async ({ alice, bob }) => {
  const group = await gather(alice, [bob], { join_mode: "open", hides_history: true });
  await alice.says(group, "one");
  assert.deepEqual((await texts(bob, group)).at(-1), "one");
  await leave(bob, group);
  await alice.says(group, "two");
  await enter(bob, alice, group);
  assert.deepEqual(await texts(bob, group), ["group_joined"]);
});

scene("a history that somebody has cleared stays cleared for who comes back", async (cast) => {
  const { alice, bob } = cast;
  const group = await gather(alice, [bob], { join_mode: "open" });
  await alice.says(group, "one");
  await bob.call("clear_history", { conversation_id: group });
  await leave(bob, group);
  await enter(bob, alice, group);
  assert.deepEqual(await texts(bob, group), ["group_left", "group_joined"]);
});

scene("leaving is no way out of being muted", async ({ alice, bob }) => {
  const group = await gather(alice, [bob], { join_mode: "open" });
  await alice.call("mute_member", { conversation_id: group, user_id: bob });
  await leave(bob, group);
  await enter(bob, alice, group);
  await refuses(bob.says(group, "Ha!"), "PT403", "you_are_muted");
});

scene("a dissolved group can be read, and nothing else", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  const group = await gather(alice, [carol], { admins: [bob] });
  const { id: message_id } = await alice.says(group, "Last words");
  const { join_code } = await alice.call("get_group_link", { conversation_id: group });
  const ear = await listen(world, group);

  await alice.call("dissolve_group", { conversation_id: group });

  assert.equal((await ear.heard()).filter((what) => what.endsWith("group_dissolved")).length, 1);
  assert.deepEqual((await texts(carol, group)).slice(-2), ["Last words", "group_dissolved"]);
  assert.equal((await groupOf(carol, group)).group.is_dissolved, true);
  await carol.call("mark_read", { conversation_id: group, seq: 3 });
  await carol.call("hide_conversation", { conversation_id: group });

  const before = await world.snapshot();
  const here = { conversation_id: group };
  const attempts = [
    () => alice.says(group, "Hello?"),
    () => bob.call("revoke_message", { message_id }),
    () => alice.call("revoke_message", { message_id }),
    () => alice.call("forward_messages", { message_ids: [message_id], conversation_ids: [group] }),
    () => carol.call("leave_group", here),
    () => alice.call("invite_to_group", { ...here, user_ids: [mallory.id] }),
    () => alice.call("remove_member", { ...here, user_id: bob }),
    () => alice.call("set_group", { ...here, name: "Again" }),
    () => alice.call("set_group_role", { ...here, user_id: carol, role: "admin" }),
    () => alice.call("transfer_group", { ...here, user_id: bob }),
    () => alice.call("mute_member", { ...here, user_id: bob }),
    () => alice.call("mute_group", here),
    () => bob.call("set_my_group_face", { ...here, nickname: "Bobby" }),
    () => bob.call("get_group_link", here),
    () => alice.call("reset_group_link", here),
    () => alice.call("dissolve_group", here),
  ];
  for (const attempt of attempts) await refuses(attempt(), "PT409", "group_dissolved");
  await refuses(mallory.call("join_group", { join_code }), "PT404", "group_not_found");
  await refuses(mallory.call("preview_group", { join_code }), "PT404", "group_not_found");
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await ear.heard(), []);
});

scene("the words of a dissolved group may still be passed on", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const { id } = await alice.says(group, "Last words");
  await alice.call("dissolve_group", { conversation_id: group });
  const chat = await world.direct(bob, alice);
  await bob.call("forward_messages", { message_ids: [id], conversation_ids: [chat] });
  assert.deepEqual(await texts(alice, chat), ["Last words"]);
});
