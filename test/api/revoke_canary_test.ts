// A word is said wherever one can say something, and taken back. Nobody is told it any more, by whatever they ask.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import { gather, groupOf, replay } from "./gatherings.ts";
import { invoke } from "./invoking.ts";

const TABLES = [
  "blocks",
  "conversations",
  "friend_requests",
  "friends",
  "friendships",
  "group_requests",
  "groups",
  "members",
  "messages",
  "notices",
  "profiles",
];

story("a word that was taken back is in no answer to anybody", async (cast) => {
  const scene = await assemble(cast);
  const { alice, bob, gus, group, carol } = scene;
  const canary = `canary${crypto.randomUUID().replaceAll("-", "")}`;
  const messages = await sayEverywhere(scene, canary);
  const everybody = [alice, bob, gus, carol, scene.mallory];
  await Promise.all([alice, bob, gus].map(async (person) => {
    assert.ok((await everythingFor(person, scene, messages)).includes(canary), "it can be found");
  }));

  for (const { id } of messages.own) await invoke(bob.supabase, "chat-revoke", { id });

  await Promise.all(everybody.map(async (person) => {
    const answers = await everythingFor(person, scene, messages);
    assert.equal(answers.split(canary).length - 1, 0, around(answers, canary));
  }));
  for (const id of messages.own.map(({ id }) => id)) {
    const again = await bob.verb("revoke_message", { message_id: id });
    assert.ok(!JSON.stringify(again).includes(canary));
  }
  const stored = await cast.sql<{ place: string }>(
    `select 'messages' as place from chat.messages as m where m::text like '%' || $1 || '%'
     union all
     select r.topic from realtime.messages as r where r.payload::text like '%' || $1 || '%'`,
    [canary],
  );
  assert.deepEqual(stored, []);
  assert.ok((await groupOf(gus, group)).last_seq > 10, "there was something to look through");
});

story("a copy stays with whoever made it, and with those they gave it to", async (cast) => {
  const scene = await assemble(cast);
  const { alice, bob, gus, carol, mallory, group } = scene;
  const canary = `canary${crypto.randomUUID().replaceAll("-", "")}`;
  const own = [await bob.says(group, canary)];
  const direct = (await alice.verb("open_direct", { user_id: carol.id })).id;
  const copies = await alice.verb("forward_messages", {
    message_ids: [own[0]!.id],
    conversation_ids: [direct],
  });
  await bob.verb("revoke_message", { message_id: own[0]!.id });

  const messages = { own, all: [...own, ...copies] };
  const may = { ...scene, direct };
  await Promise.all([bob, gus, mallory].map(async (person) => {
    assert.ok(!(await everythingFor(person, may, messages)).includes(canary));
  }));
  for (const person of [alice, carol]) {
    const page = await person.verb("list_messages", { conversation_id: direct });
    assert.equal(page.at(-1)?.data.data, canary);
    assert.deepEqual(page.at(-1)?.options, { forwarded: true });
  }
  const inGroup = await alice.verb("list_messages", { conversation_id: group, page_size: 200 });
  assert.ok(!JSON.stringify(inGroup).includes(canary));
});

type Scene = Awaited<ReturnType<typeof assemble>>;
type Messages = { own: { id: string }[]; all: { id: string }[] };

/** Alice's group with Bob, Alice's friend, and the guest Gus. Carol has left it; Mallory never was in it. */
async function assemble(cast: Cast) {
  const [alice, bob, direct] = await cast.friends("alice", "bob");
  const [carol, mallory, gus] = await Promise.all([
    cast.signUp("carol"),
    cast.signUp("mallory"),
    cast.guest(),
  ]);
  const group = await gather(alice, [bob, gus, carol]);
  const other = await gather(bob, [gus]);
  const topics = [
    (await groupOf(alice, group)).group.topic,
    (await groupOf(bob, other)).group.topic,
  ];
  await carol.verb("leave_group", { conversation_id: group });
  topics.push((await groupOf(alice, group)).group.topic);
  return { alice, bob, carol, mallory, gus, direct, group, other, topics };
}

/** Bob says the word in every form; others answer him, and pass it on as a record. */
async function sayEverywhere(scene: Scene, canary: string): Promise<Messages> {
  const { alice, bob, gus, direct, group, other } = scene;
  const text = { kind: "text", body: { text: `It is ${canary}!` } };
  const custom = { kind: "custom", body: { type: "app.file", data: { name: `${canary}.png` } } };
  const own = [];
  for (const conversation_id of [group, other, direct]) {
    for (const what of [text, custom, { ...text, mentions: [bob.id] }]) {
      if (conversation_id === direct && "mentions" in what) continue;
      own.push(await bob.verb("send_message", { conversation_id, ...what }));
    }
  }
  const all: { id: string }[] = [...own];
  for (const person of [alice, gus]) {
    all.push(
      await person.verb("send_message", {
        conversation_id: group,
        kind: "text",
        body: { text: "What do you mean?" },
        reply_to: own[0]!.id,
        mentions: [bob.id],
      }),
    );
  }
  const records = await alice.verb("forward_messages", {
    message_ids: own.filter((message) => message.conversation_id === group).map(({ id }) => id),
    conversation_ids: [group, direct],
    mode: "merged",
  });
  for (const mode of ["merged", "each"]) {
    const message_ids = records.map(({ id }) => id);
    all.push(
      ...await alice.verb("forward_messages", { message_ids, conversation_ids: [group], mode }),
    );
  }
  all.push(...records);
  // The newest of a conversation is shown in the list.
  own.push(await bob.says(group, canary), await bob.says(direct, canary));
  return { own, all: [...all, ...own] };
}

/** Every answer that somebody can get, in one text. */
async function everythingFor(person: Person, scene: Scene, messages: Messages): Promise<string> {
  const answers: Promise<unknown>[] = [];
  const ask = (asked: PromiseLike<unknown>) => {
    answers.push(Promise.resolve(asked).catch((error) => error.message));
  };
  const ids = [scene.group, scene.other, scene.direct];
  const seqs = Array.from({ length: 60 }, (_, i) => i + 1);
  for (const conversation_id of ids) {
    ask(person.verb("list_messages", { conversation_id, page_size: 200 }));
    ask(person.verb("list_messages", { conversation_id, after_seq: 0, page_size: 200 }));
    ask(person.verb("get_messages", { conversation_id, seqs }));
    ask(person.verb("list_members", { conversation_id }));
    ask(person.verb("get_group_link", { conversation_id }));
    for (const seq of [0, 5, 1000]) {
      ask(person.verb("sync", { cursors: { [conversation_id]: { seq } } }));
    }
  }
  ask(person.verb("sync"));
  ask(person.verb("list_conversations"));
  ask(person.verb("list_group_requests"));
  ask(person.verb("list_friend_requests"));
  for (const { id } of messages.all) {
    ask(person.verb("open_record", { message_id: id }));
  }
  for (const table of TABLES) ask(person.supabase.from(table).select().limit(1000));
  for (const topic of [person.topic, ...scene.topics]) ask(replay(person, topic));
  return JSON.stringify(await Promise.all(answers));
}

function around(text: string, word: string): string {
  const at = text.indexOf(word);
  return at < 0 ? "" : text.slice(Math.max(0, at - 300), at + 100);
}
