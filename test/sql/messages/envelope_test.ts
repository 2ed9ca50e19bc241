// The envelope of a message, field by field.
import assert from "node:assert/strict";
import { scene } from "../../support/people.ts";

scene("a text, as both see it", async ({ alice, bob, world }) => {
  await alice.call("set_profile", { avatar_url: "https://example.com/alice.png" });
  const chat = await world.direct(alice, bob);

  const envelope = await alice.says(chat, "Hello");

  const { id, create_time, ...rest } = envelope;
  assert.ok(id);
  assert.ok(Number.isInteger(create_time) && Math.abs(Date.now() - create_time) < 60_000);
  assert.deepEqual(rest, {
    seq: 1,
    version: 0,
    conversation_id: chat,
    from_id: alice.id,
    from_name: "Alice",
    from_avatar: "https://example.com/alice.png",
    to_id: bob.id,
    to_name: "Bob",
    to_avatar: null,
    chatType: "single",
    type: "text",
    actionType: null,
    data: { data: "Hello", dataType: false, otherData: null },
    redirect: null,
    options: {},
    isremove: 0,
    group: null,
  });
  assert.deepEqual(await bob.call("list_messages", { conversation_id: chat }), [envelope]);
});

scene("a custom message, as the peer answers it", async ({ alice, bob, world }) => {
  const conversation_id = await world.direct(alice, bob);
  const envelope = await bob.call("send_message", {
    conversation_id,
    kind: "custom",
    body: { type: "dice", data: { eyes: 6 } },
  });

  assert.equal(envelope.type, "custom");
  assert.equal(envelope.actionType, null);
  assert.deepEqual(envelope.data, { data: { eyes: 6 }, dataType: "dice", otherData: null });
  assert.equal(envelope.from_id, bob.id);
  assert.equal(envelope.to_id, alice.id);
});

const FRIENDS = {
  "en": "You are friends now and can start chatting",
  "zh-CN": "我们已经是好友了，可以开始聊天了",
};

for (const [notice_language, sentence] of Object.entries(FRIENDS)) {
  scene(`what the system says comes from the other one (${notice_language})`, async (cast) => {
    const { alice, bob, server } = cast;
    await server.call("set_settings", { changes: { notice_language } });
    const request = await alice.asks(bob);
    await alice.heard();
    await bob.heard();
    await bob.accepts(request);

    for (const [self, other] of [[alice, bob], [bob, alice]] as const) {
      const pushed = (await self.heardFully()).find(({ event }) => event === "message_created");
      assert.ok(pushed);
      const { id, create_time, conversation_id, ...rest } = pushed.payload;
      assert.ok(id && create_time && conversation_id);
      assert.deepEqual(rest, {
        seq: 1,
        version: 0,
        from_id: other.id,
        from_name: other === alice ? "Alice" : "Bob",
        from_avatar: null,
        to_id: self.id,
        to_name: self === alice ? "Alice" : "Bob",
        to_avatar: null,
        chatType: "single",
        type: "systemNotice",
        actionType: "friend_added",
        data: { data: sentence, dataType: false, otherData: null },
        redirect: null,
        options: {},
        isremove: 0,
        group: null,
      });
      assert.deepEqual(
        await self.call("list_messages", { conversation_id }),
        [pushed.payload],
      );
    }
  });
}

scene("names are those of the moment of reading", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const before = await alice.says(chat, "Hello");
  await alice.call("set_profile", { nickname: "Lia", avatar_url: "https://example.com/lia.png" });
  await bob.call("set_profile", { nickname: "Bobby" });

  const [after] = await bob.call("list_messages", { conversation_id: chat });

  assert.deepEqual(after, {
    ...before,
    from_name: "Lia",
    from_avatar: "https://example.com/lia.png",
    to_name: "Bobby",
  });
  assert.deepEqual((await bob.item(chat))?.last_message, after);
});

scene("what somebody said stays when the account goes, without a face", async (cast) => {
  const { alice, bob, world } = cast;
  const chat = await world.direct(alice, bob);
  await alice.call("set_profile", { avatar_url: "https://example.com/alice.png" });
  await alice.says(chat, "Remember me");
  await world.query("delete from auth.users where id = $1", [alice.id]);

  const [message] = await bob.call("list_messages", { conversation_id: chat });
  assert.equal(message?.data.data, "Remember me");
  assert.equal(message?.from_id, alice.id);
  assert.equal(message?.from_name, "Deleted user");
  assert.equal(message?.from_avatar, null);
  assert.equal((await bob.item(chat))?.peer.name, "Deleted user");
});
