// The main story: two people meet, become friends and talk, each with plain supabase-js.
import assert from "node:assert/strict";
import { story } from "../support/api.ts";

story("a request is heard at once, with its note and the page that handles it", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  const [aliceHears, bobHears] = await Promise.all([alice.listens(), bob.listens()]);

  const request_id = await alice.asks(bob, "It's me");

  const notice = await bobHears.next("friend_requested");
  assert.equal(notice.from_id, `redirect-applyFriend-${alice.id}`);
  assert.equal(notice.data.data, "Alice would like to be your friend");
  assert.deepEqual(notice.data.otherData, { request_id, note: "It's me" });
  assert.deepEqual(notice.redirect, {
    url: "/pages/applyMyfriend/applyMyfriend",
    type: "navigateTo",
  });
  const own = await aliceHears.next("friend_requested");
  assert.equal(own.from_id, alice.id);
  assert.equal(own.redirect, null);
  assert.deepEqual((await bob.verb("sync")).notices, [notice]);
  assert.deepEqual(await bob.rest(bobHears), []);
});

story("accepting says so in both inboxes, to each from the other", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  const request = await alice.asks(bob);
  const [aliceHears, bobHears] = await Promise.all([alice.listens(), bob.listens()]);

  await bob.answers(request, "accept");

  for (const [inbox, me, other] of [[aliceHears, alice, bob], [bobHears, bob, alice]] as const) {
    const said = await inbox.next("message_created");
    assert.equal(said.type, "systemNotice");
    assert.equal(said.actionType, "friend_added");
    assert.deepEqual([said.from_id, said.to_id], [other.id, me.id]);
    assert.equal((await inbox.next("friend_added")).from_id, bob.id);
    assert.deepEqual(await me.rest(inbox), []);
    const [item] = await me.verb("list_conversations");
    assert.deepEqual(item?.last_message, said);
    assert.deepEqual([item?.unread, item?.peer?.is_friend], [0, true]);
  }
});

story("a text is the same in the push, the answer, the list and the sync", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const [aliceHears, bobHears] = await Promise.all([alice.listens(), bob.listens()]);

  const hello = await alice.says(conversation_id, "Hello, Bob! 👋");
  const reply = await bob.says(conversation_id, "  Hello,\n\tAlice!  ");

  assert.deepEqual([hello.seq, reply.seq], [2, 3]);
  assert.deepEqual([hello.data.data, reply.data.data], ["Hello, Bob! 👋", "  Hello,\n\tAlice!  "]);
  for (const [me, inbox] of [[alice, aliceHears], [bob, bobHears]] as const) {
    assert.deepEqual(await inbox.next("message_created"), hello);
    assert.deepEqual(await inbox.next("message_created"), reply);
    const page = await me.verb("list_messages", { conversation_id, after_seq: 1 });
    assert.deepEqual(page, [hello, reply]);
    const cursors = { [conversation_id]: { seq: 1 } };
    assert.deepEqual((await me.verb("sync", { cursors })).conversations[0]?.messages, page);
    const [item] = await me.verb("list_conversations");
    assert.deepEqual([item?.last_message, item?.unread], [reply, 1]);
  }
});

story("both devices of a person hear what is said by and to them", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const tablet = await alice.device();
  const inboxes = await Promise.all([alice.listens(), tablet.listens(), bob.listens()]);

  const sent = [
    await alice.says(conversation, "from my phone"),
    await tablet.says(conversation, "from my tablet"),
    await bob.says(conversation, "to both"),
  ];

  for (const inbox of inboxes) {
    for (const message of sent) assert.deepEqual(await inbox.next("message_created"), message);
  }
});

story("a custom message carries what the app put into it", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const bobHears = await bob.listens();
  const data = { amount: 12.5, tags: ["a", null, true], nested: { "": [[]] } };

  const sent = await alice.verb("send_message", {
    conversation_id,
    kind: "custom",
    body: { type: "app.order", data },
  });

  const heard = await bobHears.next("message_created");
  assert.deepEqual(heard, sent);
  assert.equal(heard.type, "custom");
  assert.deepEqual(heard.data, { data, dataType: "app.order", otherData: null });
});

story("the other one and the own devices hear what is read", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const { seq } = await alice.says(conversation_id, "Read this");
  const tablet = await bob.device();
  const inboxes = await Promise.all([alice.listens(), bob.listens(), tablet.listens()]);

  const marks = await bob.verb("mark_read", { conversation_id, seq });

  assert.deepEqual([marks.read_seq, marks.unread], [seq, 0]);
  const expected = { conversation_id, user_id: bob.id, read_seq: seq };
  for (const inbox of inboxes) assert.deepEqual(await inbox.next("conversation_read"), expected);
  assert.equal((await alice.verb("list_conversations"))[0]?.peer?.read_seq, seq);
  await bob.verb("mark_read", { conversation_id, seq: 1 });
  assert.deepEqual(
    await alice.rest(inboxes[0]!),
    [],
    "what is read stays read, and nobody is told",
  );
});

story("what a conversation is to a person, only that person's devices hear", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const tablet = await alice.device();
  const [tabletHears, bobHears] = await Promise.all([tablet.listens(), bob.listens()]);

  const verbs = [
    "pin_conversation",
    "mute_conversation",
    "hide_conversation",
    "clear_history",
  ] as const;
  for (const verb of verbs) {
    const marks = await alice.verb(verb, { conversation_id });
    assert.deepEqual(await tabletHears.next("conversation_changed"), marks);
  }

  assert.deepEqual(await alice.verb("list_conversations"), []);
  assert.deepEqual(await alice.verb("list_messages", { conversation_id }), []);
  assert.equal((await bob.verb("list_messages", { conversation_id })).length, 1);
  assert.deepEqual(await bob.rest(bobHears), []);
});

story("friends hear a new name, and find it on what was said before", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const mallory = await cast.signUp("mallory");
  const before = await alice.says(conversation_id, "Who am I?");
  const [aliceHears, bobHears, malloryHears] = await Promise.all(
    [alice, bob, mallory].map((person) => person.listens()),
  );
  assert.ok(aliceHears && bobHears && malloryHears);

  await alice.verb("set_profile", { nickname: "Lia", avatar_url: "https://example.com/lia.png" });

  const face = await bobHears.next("profile_changed");
  assert.deepEqual([face.id, face.name], [alice.id, "Lia"]);
  assert.deepEqual(await aliceHears.next("profile_changed"), face);
  const [renamed] = await bob.verb("list_messages", { conversation_id, after_seq: 1 });
  assert.deepEqual(renamed, {
    ...before,
    from_name: "Lia",
    from_avatar: "https://example.com/lia.png",
  });
  assert.equal((await bob.verb("sync")).notices.at(-1)?.to_name, "Lia");
  assert.deepEqual(await mallory.rest(malloryHears), []);
});
