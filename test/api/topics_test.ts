// Nobody hears, or speaks on, a topic that is not theirs.
import assert from "node:assert/strict";
import { PUBLISHABLE_KEY } from "../../stack/keys.ts";
import { type Cast, type Person, story } from "../support/api.ts";
import { join } from "./joining.ts";

const FORGED = { event: "message_created", payload: { forged: true } };

story("nobody joins the topic of somebody else, not even friends", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const [mallory, gus] = await Promise.all([cast.signUp("mallory"), cast.guest()]);
  const outsiders = [bob, mallory, gus].map(({ supabase }) => supabase);

  const joins = [...outsiders, cast.client()].map((client) => join(client, alice.topic, true));

  for (const { status, message } of await Promise.all(joins)) {
    assert.equal(status, "CHANNEL_ERROR");
    assert.equal(
      message,
      `Unauthorized: You do not have permissions to read from this Channel topic: ${alice.topic}`,
    );
  }
});

story("no topic gives in to tricks with its name", async (cast) => {
  const [alice, mallory] = await Promise.all([cast.signUp("alice"), cast.signUp("mallory")]);
  const names = ["chat:user:*", "chat:user:%", `${mallory.topic},${alice.topic}`, "chat:user:"];

  for (const name of [...names, alice.topic.toUpperCase(), `${alice.topic} `]) {
    const { status } = await join(mallory.supabase, name, true);
    assert.equal(status, "CHANNEL_ERROR", name);
  }
});

story("a public channel of the same name hears nothing of what is said", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const mallory = await cast.signUp("mallory");
  const aliceHears = await alice.listens();
  const malloryHears = await mallory.listens();
  const onPublic = await join(mallory.supabase, alice.topic, false);
  assert.equal(onPublic.status, "SUBSCRIBED");

  await bob.says(conversation, "for Alice only");

  await aliceHears.next("message_created");
  assert.deepEqual(await mallory.rest(malloryHears), []);
  assert.deepEqual(onPublic.heard, []);
});

story("nothing forged reaches anybody over HTTP", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const [mallory, gus] = await Promise.all([cast.signUp("mallory"), cast.guest()]);
  const aliceHears = await alice.listens();

  for (const person of [mallory, bob, gus, alice, null]) {
    const single = await postSingle(cast, alice, person);
    assert.deepEqual([single.status, single.json], [403, { message: "Unauthorized" }]);
    const batch = await postBatch(cast, alice, person);
    assert.deepEqual([batch.status, batch.text], [202, ""]);
  }
  const channel = mallory.supabase.channel(alice.topic, { config: { private: true } });
  await assert.rejects(channel.httpSend(FORGED.event, FORGED.payload));

  assert.deepEqual(await alice.rest(aliceHears), []);
});

story("nothing forged reaches anybody over sockets", async (cast) => {
  const [alice, mallory] = await Promise.all([cast.signUp("alice"), cast.signUp("mallory")]);
  const tablet = await alice.device();
  const [tabletHears, malloryHears] = await Promise.all([tablet.listens(), mallory.listens()]);
  const message = { type: "broadcast" as const, ...FORGED };

  const onPublic = await join(mallory.supabase, alice.topic, false);
  await onPublic.channel.send(message);
  const onOwn = await join(alice.supabase, alice.topic, true);
  await onOwn.channel.send(message);
  mallory.supabase.realtime.push({
    topic: `realtime:${alice.topic}`,
    event: "broadcast",
    payload: message,
    ref: "1000",
    join_ref: "1000",
  });
  // Frames of one socket are handled in order: once these are answered, the others have been.
  await Promise.all([alice, mallory].map(({ supabase }) => join(supabase, "after", false)));

  assert.deepEqual(await tablet.rest(tabletHears), []);
  assert.deepEqual(await mallory.rest(malloryHears), []);
});

story("a public message of the same name is not heard on the private topic", async (cast) => {
  const [alice, mallory] = await Promise.all([cast.signUp("alice"), cast.signUp("mallory")]);
  const aliceHears = await alice.listens();

  const answer = await cast.http(`/realtime/v1/api/broadcast`, {
    method: "POST",
    headers: headersOf(mallory),
    body: JSON.stringify({ messages: [{ topic: alice.topic, private: false, ...FORGED }] }),
  });

  assert.equal(answer.status, 202);
  assert.deepEqual(await alice.rest(aliceHears), []);
});

function postSingle(cast: Cast, to: Person, from: Person | null) {
  const path = `/realtime/v1/api/broadcast/${encodeURIComponent(to.topic)}/events/${FORGED.event}`;
  return cast.http(`${path}?private=true`, {
    method: "POST",
    headers: headersOf(from),
    body: JSON.stringify(FORGED.payload),
  });
}

function postBatch(cast: Cast, to: Person, from: Person | null) {
  return cast.http("/realtime/v1/api/broadcast", {
    method: "POST",
    headers: headersOf(from),
    body: JSON.stringify({ messages: [{ topic: to.topic, private: true, ...FORGED }] }),
  });
}

function headersOf(person: Person | null): HeadersInit {
  return {
    apikey: PUBLISHABLE_KEY,
    "content-type": "application/json",
    ...person ? { authorization: `Bearer ${person.token}` } : {},
  };
}
