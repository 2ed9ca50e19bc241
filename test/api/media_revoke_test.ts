// A file goes when the last message that brings it is taken back, and nothing of it is told to anybody.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import {
  adds,
  assertSame,
  behind,
  download,
  fileOf,
  link,
  onDisk,
  sample,
  sends,
  statusOf,
  tidyUp,
  traces,
  waysTo,
} from "../support/media.ts";
import { refuses } from "./calling.ts";
import { gather, groupOf, hears, hearsTopic, replay } from "./gatherings.ts";
import { invoke, WAYS } from "./invoking.ts";

story("chat-revoke deletes the file: the link that somebody has is dead", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const media = await adds(alice, "video");
  const cover = await adds(alice, "cover", { cover_of: media.media_id });
  const sent = await sends(alice, conversation_id, media);
  const files = [media, cover];
  const links = await Promise.all(files.map((file) => link(bob, file)));
  const disks = await Promise.all(files.map((file) => onDisk(cast, file)));
  const inLibrary = [media.url, cover.url];
  for (const url of [...links, ...inLibrary]) assert.equal(await statusOf(url), 200);

  await WAYS["chat-revoke"](alice, sent.id);

  for (const url of [...links, ...inLibrary]) assert.equal(await statusOf(url), 400);
  for (const [i, file] of files.entries()) {
    assert.equal(await disks[i]!(), false);
    assert.deepEqual(await traces(cast, file), []);
    for (const person of [alice, bob]) assert.equal(await waysTo(person, file), "");
  }
  assert.deepEqual((await alice.supabase.from("media").select()).data, []);
});

story(
  "after a plain revoke nobody sees the file, and the app's server deletes it",
  async (cast) => {
    const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
    const media = await adds(alice, "image");
    const sent = await sends(alice, conversation_id, media);
    const [url, isOnDisk] = [await link(bob, media), await onDisk(cast, media)];

    await WAYS["chat.revoke_message"](alice, sent.id);

    assert.equal(await waysTo(bob, media), "");
    assertSame(await behind(url), await download(alice, media));
    for (const { supabase } of [alice, bob]) {
      await refuses(invoke(supabase, "chat-revoke", {}), "request_invalid");
    }
    assert.ok(await isOnDisk());
    await tidyUp(cast);
    assert.deepEqual([await statusOf(url), await isOnDisk(), await traces(cast, media)], [
      400,
      false,
      [],
    ]);
  },
);

story("a file that two messages bring stays until the second is taken back", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const group = await gather(alice, [bob]);
  const media = await adds(alice, "image");
  const first = await sends(alice, conversation_id, media);
  const second = await sends(alice, group, media);
  const url = await link(bob, media);

  await WAYS["chat-revoke"](alice, first.id);

  assert.ok(await download(bob, media));
  const [read] = await bob.verb("get_messages", { conversation_id: group, seqs: [second.seq] });
  assert.deepEqual(read, second);
  await WAYS["chat-revoke"](alice, second.id);
  assert.deepEqual([await statusOf(url), await traces(cast, media)], [400, []]);
});

story("an owner of a group who takes a message back takes its file too", async (cast) => {
  const [alice, bob, gus] = [
    await cast.signUp("alice"),
    await cast.signUp("bob"),
    await cast.guest(),
  ];
  const group = await gather(alice, [bob, gus]);
  for (const person of [bob, gus]) {
    const media = await adds(person, "image");
    const sent = await sends(person, group, media);
    await WAYS["chat-revoke"](alice, sent.id);
    assert.deepEqual([await traces(cast, media), await waysTo(person, media)], [[], ""]);
  }
});

for (const [name, revoke] of Object.entries(WAYS)) {
  story(`${name}: nobody is told where the file was, or what it was called`, async (cast) => {
    const scene = await assemble(cast);
    const { alice, bob, carol, group, direct } = scene;
    const canary = `canary${crypto.randomUUID().replaceAll("-", "")}`;
    const file = { ...await sample("image"), file_name: `${canary}.png` };
    const media = await adds(alice, file, { file_name: file.file_name });
    const ears = [await hears(bob, group), await hearsTopic(bob, bob.topic)];
    const sent = [
      await sends(alice, group, media, `It is ${canary}`),
      await sends(alice, direct, media, `It is ${canary}`),
    ];
    const [record] = await bob.verb("forward_messages", {
      message_ids: sent.map(({ id }) => id),
      conversation_ids: [scene.other],
      mode: "merged",
    });
    assert.ok(record);
    const words = [canary, media.path, media.media_id];
    const told = async (person: Person) => await everythingFor(person, scene, record.id);
    for (const word of words) {
      for (const person of [bob, carol]) assert.ok((await told(person)).includes(word));
    }
    for (const ear of ears) assert.ok(JSON.stringify(await ear.rest()).includes(media.path));

    const notices = [];
    for (const { id } of sent) notices.push(await revoke(alice, id));

    const pushed = await Promise.all(ears.map((ear) => ear.rest()));
    assert.deepEqual(pushed.flat().map(({ event }) => event), [
      "message_revoked",
      "message_revoked",
    ]);
    const texts = [
      JSON.stringify(notices),
      JSON.stringify(pushed),
      await told(bob),
      await told(carol),
    ];
    // Alice has her file in her own library until the app's server comes by.
    if (name === "chat-revoke") texts.push(await told(alice));
    for (const text of texts) {
      for (const word of words) assert.ok(!text.includes(word), around(text, word));
    }
    await tidyUp(cast);
    assert.deepEqual(await placesOf(cast, words), []);
  });
}

story("what was taken back can be sent anew, as a file of its own", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const file = await sample("image");
  const first = await adds(alice, file);
  const sent = await sends(alice, conversation_id, first);
  await WAYS["chat-revoke"](alice, sent.id);
  await refuses(sends(alice, conversation_id, first), "media_not_found");
  const again = await sends(alice, conversation_id, await adds(alice, file));
  assertSame(await download(bob, fileOf(again)), file.bytes);
});

type Scene = Awaited<ReturnType<typeof assemble>>;

/** Alice and Bob are friends and in a group; Bob and Carol are in another one. */
async function assemble(cast: Cast) {
  const [alice, bob, direct] = await cast.friends("alice", "bob");
  const carol = await cast.signUp("carol");
  const group = await gather(alice, [bob]);
  const other = await gather(bob, [carol]);
  const topics = await Promise.all([
    groupOf(alice, group),
    groupOf(bob, other),
  ]);
  return {
    alice,
    bob,
    carol,
    direct,
    group,
    other,
    topics: topics.map((item) => item.group.topic),
  };
}

/** Every answer about messages and files that somebody can get, in one text. */
async function everythingFor(person: Person, scene: Scene, record: string): Promise<string> {
  const { direct, group, other, topics } = scene;
  const asked: Promise<unknown>[] = [
    person.verb("sync"),
    person.verb("list_conversations"),
    person.verb("open_record", { message_id: record }),
  ];
  for (const conversation_id of [direct, group, other]) {
    asked.push(
      person.verb("list_messages", { conversation_id, page_size: 200 }),
      person.verb("get_messages", { conversation_id, seqs: [1, 2, 3, 4, 5, 6] }),
      person.verb("sync", { cursors: { [conversation_id]: { seq: 0, version: 0 } } }),
    );
  }
  for (const table of ["messages", "media", "forwarded_messages"]) {
    asked.push(Promise.resolve(person.supabase.from(table).select()));
  }
  for (const topic of [person.topic, ...topics]) asked.push(replay(person, topic));
  const answers = await Promise.allSettled(asked);
  return JSON.stringify(answers);
}

/** Where in the database these words are. */
async function placesOf(cast: Cast, words: string[]): Promise<unknown[]> {
  return await cast.sql(
    `select p.place, w.word
     from unnest($1::text[]) as w (word)
     join (
       select 'messages' as place, m::text as text from chat.messages as m
       union all select 'library', m::text from chat.media as m
       union all select 'queue', f::text from chat_private.orphaned_files as f
       union all select 'storage', o::text from storage.objects as o
       union all select 'pushes', r.payload::text from realtime.messages as r
     ) as p on position(w.word in p.text) > 0`,
    [words],
  );
}

function around(text: string, word: string): string {
  const at = text.indexOf(word);
  return at < 0 ? "" : text.slice(Math.max(0, at - 300), at + 100);
}
