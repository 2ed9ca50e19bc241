// A message is taken back: for everybody in the conversation, wherever it is kept, by whoever may.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import { refuses } from "./calling.ts";
import { cursorsOf, gather, groupOf, hears, hearsTopic, replay } from "./gatherings.ts";
import { backdate, changesIn, stored, WAYS } from "./invoking.ts";

for (const [name, revoke] of Object.entries(WAYS)) {
  story(
    `${name}: everybody hears it once, and only the sender gets the text back`,
    async (cast) => {
      const { alice, bob, gus, conversation_id } = await team(cast);
      const tablet = await bob.device();
      await bob.verb("set_my_group_face", { conversation_id, nickname: "Bobby" });
      const ears = await Promise.all(
        [alice, bob, tablet, gus].map((person) => hears(person, conversation_id)),
      );
      const said = await bob.verb("send_message", {
        conversation_id,
        kind: "text",
        body: { text: "swordfish" },
        mentions: [alice.id],
      });
      for (const ear of ears) await ear.next("message_created");

      const answer = await revoke(bob, said.id);

      assert.deepEqual(answer.options, { text: "swordfish" });
      assert.deepEqual([answer.type, answer.actionType, answer.isremove], [
        "systemNotice",
        "revoke",
        0,
      ]);
      assert.deepEqual([answer.data.data, answer.from_name], ["Bobby revoked a message", "Bobby"]);
      assert.deepEqual([answer.id, answer.seq, answer.version], [said.id, said.seq, 1]);
      for (const ear of ears) {
        assert.deepEqual(await ear.next("message_revoked"), { ...answer, options: {} });
        assert.deepEqual(await ear.rest(), []);
      }
      for (const person of [alice, bob, gus]) {
        const item = await groupOf(person, conversation_id);
        assert.deepEqual([item.unread, item.mentioned], [0, false]);
        const stub = { ...answer, options: {}, isremove: 1 };
        assert.deepEqual(item.last_message, stub);
        const seqs = [said.seq];
        assert.deepEqual(await person.verb("get_messages", { conversation_id, seqs }), [stub]);
      }
      assert.deepEqual(await stored(cast, said), { isRevoked: true, body: null, mentions: null });
    },
  );

  story(
    `${name}: a request that comes again, late or ten times at once, changes nothing`,
    async (cast) => {
      const { alice, bob, conversation_id } = await team(cast);
      const said = await bob.says(conversation_id, "swordfish");
      const ear = await hears(alice, conversation_id);

      const answers = await Promise.all(Array.from({ length: 10 }, () => revoke(bob, said.id)));
      await backdate(cast, said, "1 day");
      answers.push(await revoke(bob, said.id));

      const [first, ...others] = answers.toSorted((a) => a.options.text ? -1 : 1);
      assert.equal(first?.options.text, "swordfish");
      const { create_time } = others.at(-1)!;
      for (const answer of others) {
        assert.deepEqual({ ...answer, create_time }, { ...first, options: {}, create_time });
      }
      await ear.next("message_revoked");
      assert.deepEqual(await ear.rest(), []);
      assert.equal(await changesIn(cast, conversation_id), 1);
    },
  );

  story(`${name}: whoever may not is refused, and nothing happens`, async (cast) => {
    const { alice, bob, carol, gus, conversation_id } = await team(cast);
    const mallory = await cast.signUp("mallory");
    const foreign = await mallory.says(await gather(mallory, []), "elsewhere");
    const said = await alice.says(conversation_id, "Hello");
    const carols = await carol.says(conversation_id, "I'm leaving");
    await carol.verb("leave_group", { conversation_id });
    const ear = await hears(alice, conversation_id);
    const [system] = await alice.verb("get_messages", { conversation_id, seqs: [1] });
    assert.ok(system);

    await refuses(revoke(bob, said.id), "not_your_message");
    await refuses(revoke(gus, said.id), "not_your_message");
    await refuses(revoke(mallory, said.id), "message_not_found");
    await refuses(revoke(alice, foreign.id), "message_not_found");
    await refuses(revoke(alice, crypto.randomUUID()), "message_not_found");
    await refuses(revoke(carol, carols.id), "message_not_found");
    await refuses(revoke(alice, system.id), "not_your_message");
    await backdate(cast, said, "301 seconds");
    await refuses(revoke(alice, said.id), "revoke_window_over");
    await alice.verb("dissolve_group", { conversation_id });
    await refuses(revoke(alice, carols.id), "group_dissolved");

    assert.equal((await ear.next("message_created")).actionType, "group_dissolved");
    await ear.next("topic_moved");
    assert.deepEqual(await ear.rest(), []);
    for (const message of [said, carols, foreign]) {
      assert.equal((await stored(cast, message)).isRevoked, false);
    }
    assert.equal(await changesIn(cast, conversation_id), 0);
  });

  story(
    `${name}: a guest may, and owner and admins for those below them, at any time`,
    async (cast) => {
      const { alice, bob, carol, gus, conversation_id } = await team(cast);
      await alice.verb("set_group_role", { conversation_id, user_id: bob.id, role: "admin" });
      await gus.verb("set_profile", { nickname: "Gus" });
      const ear = await hears(gus, conversation_id);

      const own = await gus.says(conversation_id, "my own");
      assert.deepEqual((await revoke(gus, own.id)).options, { text: "my own" });
      const late = await carol.says(conversation_id, "of yesterday");
      await backdate(cast, late, "1 day");
      const byAdmin = await revoke(bob, late.id);
      const ofAdmin = await bob.says(conversation_id, "of the admin");
      await refuses(revoke(carol, ofAdmin.id), "not_your_message");
      const byOwner = await revoke(alice, ofAdmin.id);
      const ofOwner = await alice.says(conversation_id, "of the owner");
      await refuses(revoke(bob, ofOwner.id), "not_your_message");

      assert.deepEqual([byAdmin.from_id, byAdmin.options], [bob.id, {}]);
      assert.deepEqual([byOwner.from_id, byOwner.options], [alice.id, {}]);
      const told = [];
      for (let i = 0; i < 3; i++) told.push((await ear.next("message_revoked")).data.data);
      assert.deepEqual(told, [
        "Gus revoked a message",
        "Bob revoked a message",
        "Alice revoked a message",
      ]);
      // What Bob took back of Carol's is not handed to Carol either.
      assert.deepEqual((await revoke(carol, late.id)).options, {});
    },
  );

  story(
    `${name}: between two people both hear it on all devices, and only the sender may`,
    async (cast) => {
      const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
      const tablet = await alice.device();
      const ears = await Promise.all(
        [alice, tablet, bob].map((person) => hearsTopic(person, person.topic)),
      );
      const said = await alice.says(conversation_id, "swordfish");
      for (const ear of ears) await ear.next("message_created");
      await refuses(revoke(bob, said.id), "not_your_message");
      await bob.verb("block_user", { user_id: alice.id });

      const answer = await revoke(alice, said.id);

      assert.deepEqual([answer.chatType, answer.to_id], ["single", bob.id]);
      for (const ear of ears) {
        assert.deepEqual(await ear.next("message_revoked"), { ...answer, options: {} });
      }
      for (const person of [alice, bob]) {
        const kept = await replay(person, person.topic);
        assert.ok(Array.isArray(kept) && kept.some(({ event }) => event === "message_revoked"));
        assert.ok(!JSON.stringify(kept).includes("swordfish"));
        const [item] = await person.verb("list_conversations");
        assert.deepEqual([item?.last_message?.isremove, item?.unread], [1, 0]);
      }
    },
  );
}

story("whoever was away for long finds a stub, whatever they hold", async (cast) => {
  const { alice, bob, gus, conversation_id } = await team(cast);
  const said = await alice.says(conversation_id, "swordfish");
  const held = await cursorsOf(bob, conversation_id);
  const before = await cursorsOf(gus, conversation_id);
  before[conversation_id]!.seq = said.seq - 1;
  for (let i = 0; i < 60; i++) await alice.says(conversation_id, `and another ${i}`);
  await alice.verb("revoke_message", { message_id: said.id });

  const [bobs] = (await bob.verb("sync", { cursors: held })).conversations;
  const [guses] = (await gus.verb("sync", { cursors: before })).conversations;

  assert.deepEqual(bobs?.changes.map(({ id, isremove }) => [id, isremove]), [[said.id, 1]]);
  assert.deepEqual([bobs?.version, bobs?.messages.length], [1, 60]);
  const [stub] = guses?.messages ?? [];
  assert.deepEqual([stub?.id, stub?.isremove, guses?.changes], [said.id, 1, []]);
  const answers = JSON.stringify([bobs, guses, await bob.verb("sync"), await gus.verb("sync")]);
  assert.ok(!answers.includes("swordfish"));
  const cursors = {
    [conversation_id]: { seq: bobs?.last_seq, version: bobs?.version, state: bobs?.state },
  };
  assert.deepEqual((await bob.verb("sync", { cursors })).conversations, []);
});

story(
  "what answers a revoked message stays, and the retry of a revoked one finds the stub",
  async (cast) => {
    const { alice, bob, conversation_id } = await team(cast);
    const first = await alice.says(conversation_id, "Where?");
    const answer = {
      conversation_id,
      kind: "text",
      body: { text: "swordfish" },
      id: uuid7(),
      reply_to: first.id,
      mentions: [alice.id],
    };
    const sent = await bob.verb("send_message", answer);
    await bob.verb("revoke_message", { message_id: sent.id });

    const again = await bob.verb("send_message", answer);

    assert.deepEqual([again.id, again.seq, again.isremove], [sent.id, sent.seq, 1]);
    const replying = { ...answer, id: uuid7(), reply_to: sent.id };
    await refuses(bob.verb("send_message", replying), "message_is_revoked");
    const standing = await bob.verb("send_message", { ...answer, id: uuid7() });
    await alice.verb("revoke_message", { message_id: first.id });
    const seqs = [standing.seq];
    const [read] = await alice.verb("get_messages", { conversation_id, seqs });
    assert.deepEqual(read, standing);
  },
);

/** Alice's group with Bob, Carol and the guest Gus. */
async function team(
  cast: Cast,
): Promise<Record<"alice" | "bob" | "carol" | "gus", Person> & { conversation_id: string }> {
  const [alice, bob, carol, gus] = await Promise.all([
    cast.signUp("alice"),
    cast.signUp("bob"),
    cast.signUp("carol"),
    cast.guest(),
  ]);
  return { alice, bob, carol, gus, conversation_id: await gather(alice, [bob, carol, gus]) };
}

function uuid7(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
