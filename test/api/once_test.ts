// The id of a message is chosen by the client: saying it again says it once.
import assert from "node:assert/strict";
import { v7 } from "uuid";
import { story } from "../support/api.ts";
import { refuses } from "./calling.ts";

story("a message sent again is the same message, and nobody hears it twice", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const [aliceHears, bobHears] = await Promise.all([alice.listens(), bob.listens()]);
  const id = v7();

  const first = await alice.says(conversation, "once", id);
  const again = await alice.says(conversation, "once", id);

  assert.equal(first.id, id);
  assert.deepEqual(again, first);
  for (const [person, inbox] of [[alice, aliceHears], [bob, bobHears]] as const) {
    assert.deepEqual(await person.rest(inbox), [{ event: "message_created", payload: first }]);
  }
});

story("a message sent ten times at once is one message", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const [aliceHears, bobHears] = await Promise.all([alice.listens(), bob.listens()]);

  for (let round = 0; round < 5; round++) {
    const id = v7();
    const tries = Array.from({ length: 10 }, () => alice.says(conversation_id, "once", id));
    const [first, ...others] = await Promise.all(tries);

    for (const other of others) assert.deepEqual(other, first);
    assert.equal(first?.seq, round + 2, "no position is used up");
    for (const [person, inbox] of [[alice, aliceHears], [bob, bobHears]] as const) {
      assert.deepEqual(await person.rest(inbox), [{ event: "message_created", payload: first }]);
    }
  }
  assert.equal((await bob.verb("list_messages", { conversation_id })).length, 6);
  assert.equal((await bob.verb("list_conversations"))[0]?.unread, 5);
});

story("an id belongs to one message", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const carol = await cast.signUp("carol");
  const { id: other } = await alice.verb("open_direct", { user_id: carol.id });
  const bobHears = await bob.listens();
  const id = v7();
  const sent = await alice.says(conversation, "first", id);

  const conflict = "message_id_conflict";
  await refuses(alice.says(conversation, "second", id), conflict);
  await refuses(alice.says(other, "first", id), conflict);
  await refuses(bob.says(conversation, "first", id), conflict);
  const custom = { kind: "custom", body: { type: "a", data: 1 } };
  await refuses(
    alice.verb("send_message", { conversation_id: conversation, id, ...custom }),
    conflict,
  );

  assert.deepEqual(await bob.rest(bobHears), [{ event: "message_created", payload: sent }]);
  assert.equal((await alice.says(conversation, "next")).seq, sent.seq + 1);
});

story("of ten different messages with one id, one is sent", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const id = v7();

  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, i) => alice.says(conversation_id, `version ${i}`, id)),
  );

  const sent = results.filter(({ status }) => status === "fulfilled");
  assert.equal(sent.length, 1);
  for (const result of results) {
    if (result.status === "rejected") {
      await refuses(Promise.reject(result.reason), "message_id_conflict");
    }
  }
  const messages = await bob.verb("list_messages", { conversation_id });
  assert.deepEqual(messages.map(({ seq }) => seq), [1, 2]);
});

story("an id must be a fresh version 7 UUID", async (cast) => {
  const [alice, , conversation] = await cast.friends("alice", "bob");
  const month = 31 * 86_400_000;
  const stale = v7({ msecs: Date.now() - month });
  const early = v7({ msecs: Date.now() + month });
  for (const id of [crypto.randomUUID(), stale, early]) {
    await refuses(alice.says(conversation, "Hello", id), "message_id_invalid");
  }
});
