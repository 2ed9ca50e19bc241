// chat.set_group, chat.set_my_group_face and chat.list_members: what a group and the people in it look like.
import assert from "node:assert/strict";
import { scene } from "../../support/people.ts";
import { gather, groupOf, list, listen } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

scene("what is not given stays, and what is empty goes", async ({ alice, bob, world }) => {
  const group = await gather(alice, [], { admins: [bob] });
  const ear = await listen(world, group);
  const avatar_url = "https://example.com/team.png";

  const item = await bob.call("set_group", {
    conversation_id: group,
    name: " Best team ",
    avatar_url,
    announcement: "Welcome",
    hides_history: true,
  });

  assert.deepEqual(await ear.heard(), ["1 group_changed"]);
  assert.equal(item.last_message?.data.data, "Bob changed the group");
  const face = {
    name: "Best team",
    avatar: avatar_url,
    announcement: "Welcome",
    join_mode: "approval",
    hides_history: true,
  };
  const seen = async () => {
    const { name, avatar, announcement, join_mode, hides_history } =
      (await groupOf(alice, group)).group;
    return { name, avatar, announcement, join_mode, hides_history };
  };
  assert.deepEqual(await seen(), face);
  await alice.call("set_group", { conversation_id: group, join_mode: "closed" });
  assert.deepEqual(await seen(), { ...face, join_mode: "closed" });
  await alice.call("set_group", { conversation_id: group, avatar_url: "", announcement: "" });
  assert.deepEqual(await seen(), { ...face, join_mode: "closed", avatar: null, announcement: "" });
});

scene("envelopes name the group as it is now", async ({ alice, bob }) => {
  const group = await gather(alice, [bob]);
  await alice.says(group, "Hello");
  await alice.call("set_group", {
    conversation_id: group,
    name: "New",
    avatar_url: "https://example.com/n.png",
  });
  const said = (await list(bob, group)).find(({ type }) => type === "text");
  const { chatType, to_id, to_name, to_avatar, group: face } = said ?? {};
  const avatar = "https://example.com/n.png";
  assert.deepEqual(
    { chatType, to_id, to_name, to_avatar, face },
    {
      chatType: "group",
      to_id: group,
      to_name: "New",
      to_avatar: avatar,
      face: { id: group, name: "New", avatar },
    },
  );
});

scene("in a group one is called by the name there, else by one's own", async (cast) => {
  const { alice, bob, gus, world } = cast;
  const group = await gather(alice, [bob, gus]);
  const other = await gather(alice, [bob]);
  const { id: message_id } = await bob.says(group, "Hello");
  await bob.says(other, "Hello");
  const ear = await listen(world, group);
  const face = {
    conversation_id: group,
    nickname: " Bobby ",
    avatar_url: "https://example.com/b.png",
  };

  const item = await bob.call("set_my_group_face", face);

  assert.deepEqual(await ear.heard(), ["1 group_face_changed"]);
  assert.equal(item.last_message?.data.data, "Bobby changed how they look in the group");
  assert.deepEqual([item.group?.my_nickname, item.group?.my_avatar], ["Bobby", face.avatar_url]);
  const named = async (place: string) =>
    (await list(alice, place)).find(({ type }) => type === "text");
  const { from_name, from_avatar } = await named(group) ?? {};
  assert.deepEqual([from_name, from_avatar], ["Bobby", face.avatar_url]);
  assert.equal((await named(other))?.from_name, "Bob");
  const revoked = await bob.call("revoke_message", { message_id });
  assert.equal(revoked.data.data, "Bobby revoked a message");

  await bob.call("set_my_group_face", { conversation_id: group, avatar_url: "" });
  const kept = (await groupOf(bob, group)).group;
  assert.deepEqual([kept.my_nickname, kept.my_avatar], ["Bobby", null]);
  await bob.call("set_my_group_face", { conversation_id: group, nickname: "" });
  assert.equal((await groupOf(bob, group)).group.my_nickname, null);

  await gus.call("set_my_group_face", { conversation_id: group, nickname: "Gast" });
  assert.equal((await gus.says(group, "Hi")).from_name, "Gast");
});

scene("whoever has neither nickname is called by the username", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  await world.query("update chat.profiles set nickname = null where id = $1", [bob.id]);
  const { id: message_id, from_name } = await bob.says(group, "Hello");
  assert.equal(from_name, "bob");
  const revoked = await bob.call("revoke_message", { message_id });
  assert.equal(revoked.data.data, "bob revoked a message");
});

scene("the people of a group: owner, admins, then the others, page by page", async (cast) => {
  const { alice, bob, carol, mallory, gus, world } = cast;
  const group = await gather(alice, [carol, gus, mallory], { admins: [bob] });
  for (const [i, person] of [mallory, gus, carol].entries()) {
    await world.query(
      "update chat.members set joined_at = now() - $2 * interval '1 hour' where user_id = $1",
      [person.id, 3 - i],
    );
  }
  await mallory.call("set_my_group_face", { conversation_id: group, nickname: "Mal" });

  const all = await gus.call("list_members", { conversation_id: group });

  assert.deepEqual(
    all.map(({ name, role }) => `${name} ${role}`),
    [
      "Alice owner",
      "Bob admin",
      "Mal member",
      `Guest ${gus.id.slice(0, 4)} member`,
      "Carol member",
    ],
  );
  assert.deepEqual(all.map(({ is_guest }) => is_guest), [false, false, false, true, false]);
  const paged = [];
  for (let after: string | null = null;;) {
    const page: typeof all = await carol.call("list_members", {
      conversation_id: group,
      after_user_id: after,
      page_size: 2,
    });
    paged.push(...page);
    if (page.length < 2) break;
    after = page.at(-1)?.id ?? null;
  }
  assert.deepEqual(paged, all);
  for (const page_size of [0, 501, null]) {
    await refuses(
      alice.call("list_members", { conversation_id: group, page_size }),
      "PT400",
      "page_size_invalid",
    );
  }
});

scene("by plain selects members see their group and their own row in it", async (cast) => {
  const { alice, bob, mallory } = cast;
  await gather(alice, [bob]);
  for (const person of [alice, bob]) {
    assert.equal(await person.sees("chat.groups"), 1);
    assert.equal(await person.sees("chat.members"), 1);
  }
  assert.equal(await mallory.sees("chat.groups"), 0);
  assert.equal(await mallory.sees("chat.members"), 0);
});
