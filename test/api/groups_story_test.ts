// A group talks and changes. Everybody in it hears the same, and reads what they heard.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import { refuses } from "./calling.ts";
import { gather, groupOf, hears, hearsTopic, refusalOf } from "./gatherings.ts";

story("everybody hears everybody, on every device, as they read it later", async (cast) => {
  const { alice, bob, carol, gus, conversation_id } = await team(cast);
  const tablet = await alice.device();
  const ears = await Promise.all(
    [alice, tablet, bob, carol, gus].map((person) => hears(person, conversation_id)),
  );
  const first = (await groupOf(alice, conversation_id)).last_seq;

  const hello = await alice.says(conversation_id, "Hello, everybody! 👋");
  const reply = await gus.verb("send_message", {
    conversation_id,
    kind: "text",
    body: { text: "Hello, Alice" },
    reply_to: hello.id,
    mentions: [alice.id],
  });
  const order = await bob.verb("send_message", {
    conversation_id,
    kind: "custom",
    body: { type: "app.order", data: { amount: 12.5 } },
  });

  const said = [hello, reply, order];
  assert.deepEqual(said.map(({ seq }) => seq), [first + 1, first + 2, first + 3]);
  assert.deepEqual(reply.options, {
    reply_to: { id: hello.id, seq: hello.seq },
    mentions: [alice.id],
  });
  assert.deepEqual([hello.chatType, hello.to_id, hello.to_name, hello.group], [
    "group",
    conversation_id,
    "Team",
    { id: conversation_id, name: "Team", avatar: null },
  ]);
  for (const ear of ears) {
    for (const message of said) assert.deepEqual(await ear.next("message_created"), message);
    assert.deepEqual(await ear.rest(), []);
  }
  for (const person of [alice, bob, carol, gus]) {
    await assertReads(person, conversation_id, first, said);
  }
  const item = await groupOf(alice, conversation_id);
  assert.deepEqual([item.unread, item.mentioned], [2, true]);
});

story(
  "a name in the group comes before the nickname, and that before the username",
  async (cast) => {
    const [alice, bob] = await cast.friends("alice", "bob");
    const carol = await nameless(cast);
    const conversation_id = await gather(alice, [bob, carol]);
    const ear = await hears(alice, conversation_id);
    await bob.verb("set_profile", {
      nickname: "Robert",
      avatar_url: "https://example.com/own.png",
    });
    const says = async (person: Person) => {
      const { from_name, from_avatar } = await person.says(conversation_id, "Who am I?");
      const heard = await ear.next("message_created");
      assert.deepEqual([heard.from_name, heard.from_avatar], [from_name, from_avatar]);
      return [from_name, from_avatar];
    };

    assert.deepEqual(await says(bob), ["Robert", "https://example.com/own.png"]);
    assert.deepEqual(await says(carol), [carol.username, null]);

    await bob.verb("set_my_group_face", {
      conversation_id,
      nickname: "Bobby",
      avatar_url: "https://example.com/here.png",
    });
    assert.equal((await ear.next("message_created")).from_name, "Bobby");
    assert.deepEqual(await says(bob), ["Bobby", "https://example.com/here.png"]);
    const members = await alice.verb("list_members", { conversation_id });
    const bobby = members.find(({ id }) => id === bob.id);
    assert.deepEqual([bobby?.name, bobby?.avatar], ["Bobby", "https://example.com/here.png"]);

    // Elsewhere, and once the face is taken off, the own one is seen.
    const elsewhere = await bob.verb("open_direct", { user_id: alice.id });
    assert.equal((await bob.says(elsewhere.id, "Hello")).from_name, "Robert");
    await bob.verb("set_my_group_face", { conversation_id, nickname: "", avatar_url: "" });
    await ear.next("message_created");
    assert.deepEqual(await says(bob), ["Robert", "https://example.com/own.png"]);
    const read = await alice.verb("list_messages", { conversation_id });
    const names = new Set(read.filter(({ from_id }) => from_id === bob.id).map((m) => m.from_name));
    assert.deepEqual([...names], ["Robert"]);
  },
);

story("each change is said once, in words, and read as it was heard", async (cast) => {
  const { alice, bob, carol, gus, conversation_id } = await team(cast);
  const ear = await hears(carol, conversation_id);
  const { last_seq } = await groupOf(carol, conversation_id);
  const user_id = bob.id;

  await alice.verb("set_group", { conversation_id, announcement: "Welcome!" });
  await alice.verb("set_group_role", { conversation_id, user_id, role: "admin" });
  await alice.verb("set_group_role", { conversation_id, user_id, role: "admin" });
  await bob.verb("mute_member", { conversation_id, user_id: gus.id, minutes: 5 });
  await refuses(gus.says(conversation_id, "May I?"), "you_are_muted");
  await bob.verb("mute_member", { conversation_id, user_id: gus.id, minutes: 0 });
  await bob.verb("mute_group", { conversation_id });
  await refuses(gus.says(conversation_id, "May I?"), "group_is_muted");
  await bob.verb("mute_group", { conversation_id, muted: false });
  await alice.verb("transfer_group", { conversation_id, user_id });
  await refuses(bob.verb("leave_group", { conversation_id }), "owner_cannot_leave");
  await bob.verb("dissolve_group", { conversation_id });

  const expected = [
    ["group_changed", "Alice changed the group"],
    ["group_role_changed", "Alice changed the role of Bob"],
    ["group_member_muted", "Bob muted Gus"],
    ["group_member_unmuted", "Bob unmuted Gus"],
    ["group_muted", "Bob muted the group"],
    ["group_unmuted", "Bob unmuted the group"],
    ["group_transferred", "Bob is the owner of the group now"],
    ["group_dissolved", "Bob dissolved the group"],
  ];
  const heard = [];
  for (const _ of expected) heard.push(await ear.next("message_created"));
  assert.deepEqual(heard.map(({ actionType, data }) => [actionType, data.data]), expected);
  await ear.next("topic_moved"); // nothing more comes here
  assert.deepEqual(await ear.rest(), []);
  await assertReads(carol, conversation_id, last_seq, heard);
  await refuses(carol.says(conversation_id, "Is it over?"), "group_dissolved");
  assert.equal((await groupOf(carol, conversation_id)).group.is_dissolved, true);
});

story("those outside find no group, by verb, table or topic", async (cast) => {
  const { alice, bob, conversation_id } = await team(cast);
  const [mallory, stranger] = await Promise.all([cast.signUp("mallory"), cast.guest()]);
  const user_id = bob.id;
  const { group: { topic }, signal_topic } = await groupOf(alice, conversation_id);

  for (const person of [mallory, stranger]) {
    for (
      const [verb, args] of [
        ["get_group_link", {}],
        ["reset_group_link", {}],
        ["invite_to_group", { user_ids: [alice.id] }],
        ["list_members", {}],
        ["set_group", { name: "Mine" }],
        ["set_group_role", { user_id, role: "member" }],
        ["set_my_group_face", { nickname: "Me" }],
        ["transfer_group", { user_id }],
        ["mute_group", {}],
        ["mute_member", { user_id }],
        ["remove_member", { user_id }],
        ["leave_group", {}],
        ["dissolve_group", {}],
        ["list_messages", {}],
        ["get_messages", { seqs: [1] }],
        ["mark_read", { seq: 1 }],
        ["send_message", { kind: "text", body: { text: "Hello" } }],
      ] as const
    ) {
      const refusal = await refusalOf(person, verb, { conversation_id, ...args });
      assert.deepEqual([verb, refusal], [verb, "conversation_not_found"]);
    }
    for (const table of ["groups", "conversations", "members", "messages", "group_requests"]) {
      const { data } = await person.supabase.from(table).select();
      assert.deepEqual([table, data], [table, []]);
    }
    for (const name of [topic, signal_topic]) {
      await assert.rejects(hearsTopic(person, name), /Unauthorized/);
    }
  }
  const server = await cast.client().from("groups").select();
  assert.equal(server.error?.code, "42501");
});

/** Alice's group, with Bob, Carol and the guest Gus. */
async function team(cast: Cast) {
  const [alice, bob, carol, gus] = await Promise.all([
    cast.signUp("alice"),
    cast.signUp("bob"),
    cast.signUp("carol"),
    cast.guest(),
  ]);
  await gus.verb("set_profile", { nickname: "Gus" });
  const conversation_id = await gather(alice, [bob, carol, gus]);
  return { alice, bob, carol, gus, conversation_id };
}

/** Somebody with a username and nothing else. */
async function nameless(cast: Cast) {
  const person = await cast.signUp("carol");
  const username = `carol.${crypto.randomUUID().slice(0, 8)}`;
  await person.verb("set_profile", { username });
  await cast.sql("update chat.profiles set nickname = null where id = $1", [person.id]);
  return Object.assign(person, { username });
}

/** All ways to read say the same of what came after a position. */
async function assertReads(
  person: Person,
  conversation_id: string,
  after_seq: number,
  expected: { seq: number }[],
): Promise<void> {
  assert.deepEqual(await person.verb("list_messages", { conversation_id, after_seq }), expected);
  const seqs = expected.map(({ seq }) => seq);
  assert.deepEqual(await person.verb("get_messages", { conversation_id, seqs }), expected);
  const cursors = { [conversation_id]: { seq: after_seq } };
  const synced = (await person.verb("sync", { cursors })).conversations;
  assert.deepEqual(synced.find(({ id }) => id === conversation_id)?.messages, expected);
  const item = await groupOf(person, conversation_id);
  assert.deepEqual(item.last_message, expected.at(-1));
}
