// What clients may say on the topics of a conversation: that they type and that they are there, and nothing else.
import assert from "node:assert/strict";
import type { RealtimeChannel } from "@supabase/supabase-js";
import { PUBLISHABLE_KEY } from "../../stack/keys.ts";
import { type Cast, type Person, story } from "../support/api.ts";
import { gather, groupOf, hears } from "./gatherings.ts";
import { eventually, within } from "./inbox.ts";
import { join } from "./joining.ts";

const FORGED = { event: "message_created", payload: { forged: true } };

story("nothing forged reaches a group by a member's own channel", async (cast) => {
  const { alice, bob, gus, conversation_id } = await team(cast);
  const ear = await hears(alice, conversation_id);
  for (const person of [bob, gus]) {
    const { channel, status } = await join(person.supabase, ear.topic, true);
    assert.equal(status, "SUBSCRIBED");
    for (const event of ["message_created", "message_revoked", "topic_moved", "typing"]) {
      await channel.send({ type: "broadcast", event, payload: {} });
    }
    await channel.track({ here: true });
    // Frames of one socket are handled in order: once this is answered, the others have been.
    await join(person.supabase, "after", false);
  }
  assert.deepEqual(await ear.rest(), []);
});

story("nothing forged reaches a group over HTTP", async (cast) => {
  const { alice, bob, gus, mallory, conversation_id } = await team(cast);
  const ear = await hears(alice, conversation_id);
  for (const person of [alice, bob, gus, mallory, null]) {
    const single = await post(cast, person, `/${ear.topic}/events/typing?private=true`, {});
    assert.deepEqual([single.status, single.json], [403, { message: "Unauthorized" }]);
    const messages = [{ topic: ear.topic, private: true, ...FORGED }];
    const batch = await post(cast, person, "", { messages });
    assert.deepEqual([batch.status, batch.text], [202, ""]);
  }
  for (const person of [bob, mallory]) {
    const channel = person.supabase.channel(ear.topic, { config: { private: true } });
    await assert.rejects(channel.httpSend(FORGED.event, FORGED.payload));
  }
  assert.deepEqual(await ear.rest(), []);
});

story("nothing forged reaches a group by channels that are not of it", async (cast) => {
  const { alice, mallory, conversation_id } = await team(cast);
  const ear = await hears(alice, conversation_id);
  const onPublic = await join(mallory.supabase, ear.topic, false);
  await onPublic.channel.send({ type: "broadcast", ...FORGED });
  mallory.supabase.realtime.push({
    topic: `realtime:${ear.topic}`,
    event: "broadcast",
    payload: { type: "broadcast", ...FORGED },
    ref: "1000",
    join_ref: "1000",
  });
  await join(mallory.supabase, "after", false);
  await alice.says(conversation_id, "for the group only");

  await ear.next("message_created");
  assert.deepEqual(await ear.rest(), []);
  assert.deepEqual(onPublic.heard, []);
});

story("no topic of a group gives in to tricks with its name", async (cast) => {
  const { alice, mallory, bob, conversation_id } = await team(cast);
  const other = await gather(mallory, []);
  const { group: { topic }, signal_topic } = await groupOf(alice, conversation_id);
  const epoch = Number(topic.split(":").at(-1));
  const names = [
    `chat:group:${conversation_id}`,
    `chat:group:${conversation_id}:`,
    `chat:group:${conversation_id}:${epoch + 1}`,
    `chat:group:${conversation_id}:0${epoch}x`,
    `chat:group:${conversation_id}:${"9".repeat(30)}`,
    `chat:group:${conversation_id.toUpperCase()}:${epoch}`,
    `chat:group:${"-".repeat(36)}:${epoch}`,
    `chat:group:*:${epoch}`,
    `chat:group:%:${epoch}`,
    `${topic} `,
    `${topic}\n`,
    `chat:other:${conversation_id}:${epoch}`,
  ];
  for (const person of [mallory, bob]) {
    for (const name of names) {
      const { status } = await join(person.supabase, name, true);
      assert.equal(status, "CHANNEL_ERROR", name);
    }
  }
  for (const name of [topic, signal_topic, (await groupOf(mallory, other)).group.topic]) {
    const person = name.includes(other) ? bob : mallory;
    assert.equal((await join(person.supabase, name, true)).status, "CHANNEL_ERROR", name);
  }
});

story("members see each other type and be there, guests too", async (cast) => {
  const { alice, bob, gus, mallory, conversation_id } = await team(cast);
  const { signal_topic } = await groupOf(alice, conversation_id);
  const aliceHears = await join(alice.supabase, signal_topic, true);
  const [bobs, guses] = await Promise.all([
    presence(bob, signal_topic),
    presence(gus, signal_topic),
  ]);

  await bobs.channel.send({ type: "broadcast", event: "typing", payload: { user_id: bob.id } });
  await guses.channel.httpSend("typing", { user_id: gus.id });
  await eventually(
    () => aliceHears.heard.filter((event) => event === "typing").length === 2,
    `Alice heard ${aliceHears.heard}`,
  );
  await Promise.all([bobs, guses].map(({ channel }) => channel.track({ at: "the desk" })));
  for (const { channel } of [bobs, guses]) {
    await eventually(
      () =>
        Object.keys(channel.presenceState()).toSorted().join() ===
          [bob.id, gus.id].toSorted().join(),
      `somebody saw ${Object.keys(channel.presenceState())}`,
    );
  }

  assert.equal((await join(mallory.supabase, signal_topic, true)).status, "CHANNEL_ERROR");
  const sent = await post(cast, mallory, `/${signal_topic}/events/typing?private=true`, {});
  assert.equal(sent.status, 403);
});

story("an ex-member neither types nor sees who does", async (cast) => {
  const { alice, bob, gus, conversation_id } = await team(cast);
  const before = (await groupOf(alice, conversation_id)).signal_topic;
  const bobsOld = await join(bob.supabase, before, true);
  await alice.verb("remove_member", { conversation_id, user_id: bob.id });
  const { signal_topic } = await groupOf(alice, conversation_id);
  assert.notEqual(signal_topic, before);
  const aliceHears = await join(alice.supabase, signal_topic, true);
  const gusTypes = await join(gus.supabase, signal_topic, true);

  await bobsOld.channel.send({ type: "broadcast", event: "typing", payload: { user_id: bob.id } });
  await join(bob.supabase, "after", false);
  await gusTypes.channel.send({ type: "broadcast", event: "from_gus", payload: {} });

  await eventually(() => aliceHears.heard.includes("from_gus"), "Alice did not hear Gus");
  assert.deepEqual(aliceHears.heard, ["from_gus"]);
  assert.deepEqual(bobsOld.heard, []);
  for (const name of [before, signal_topic]) {
    const fresh = cast.client(undefined, bob.token);
    assert.equal((await join(fresh, name, true)).status, "CHANNEL_ERROR", name);
    const sent = await post(cast, bob, `/${name}/events/typing?private=true`, {});
    assert.equal(sent.status, 403, name);
  }
});

story("two friends see each other type, until one shuts the other out", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const mallory = await cast.signUp("mallory");
  const topicOf = async (person: Person) =>
    (await person.verb("list_conversations"))[0]!.signal_topic;
  const before = await topicOf(alice);
  const aliceHears = await join(alice.supabase, before, true);
  const bobTypes = await join(bob.supabase, before, true);
  await bobTypes.channel.send({ type: "broadcast", event: "typing", payload: {} });
  await eventually(() => aliceHears.heard.includes("typing"), "Alice did not see Bob type");
  assert.equal((await join(mallory.supabase, before, true)).status, "CHANNEL_ERROR");

  await alice.verb("block_user", { user_id: bob.id });

  for (const name of [before, await topicOf(alice)]) {
    for (const { token } of [alice, bob]) {
      const { status } = await join(cast.client(undefined, token), name, true);
      assert.equal(status, "CHANNEL_ERROR", name);
    }
    const sent = await post(cast, bob, `/${name}/events/typing?private=true`, {});
    assert.equal(sent.status, 403, name);
  }
  await alice.verb("unblock_user", { user_id: bob.id });
  const after = await join(cast.client(undefined, bob.token), await topicOf(bob), true);
  assert.equal(after.status, "SUBSCRIBED");
});

/** Alice's group with Bob and the guest Gus; Mallory is outside. */
async function team(cast: Cast) {
  const [alice, bob, mallory, gus] = await Promise.all([
    cast.signUp("alice"),
    cast.signUp("bob"),
    cast.signUp("mallory"),
    cast.guest(),
  ]);
  const conversation_id = await gather(alice, [bob, gus]);
  return { alice, bob, gus, mallory, conversation_id };
}

/** Joins a topic to be seen there by one's id. */
async function presence(person: Person, topic: string): Promise<{ channel: RealtimeChannel }> {
  const joined = Promise.withResolvers<void>();
  await person.supabase.realtime.setAuth();
  const config = { private: true, presence: { key: person.id, enabled: true } };
  const channel = person.supabase.channel(topic, { config })
    .on("presence", { event: "sync" }, () => {})
    .subscribe((status, error) => {
      if (status === "SUBSCRIBED") joined.resolve();
      if (error) joined.reject(error);
    });
  await within(joined.promise, () => `no answer to the join of ${topic}`);
  return { channel };
}

function post(cast: Cast, from: Person | null, path: string, body: unknown) {
  return cast.http(`/realtime/v1/api/broadcast${path}`, {
    method: "POST",
    headers: {
      apikey: PUBLISHABLE_KEY,
      "content-type": "application/json",
      ...from ? { authorization: `Bearer ${from.token}` } : {},
    },
    body: JSON.stringify(body),
  });
}
