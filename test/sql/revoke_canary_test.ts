// A word that is said, quoted, forwarded and revoked is found nowhere any more: in no column of no table, and in
// no answer to anybody.
import assert from "node:assert/strict";
import { v7 } from "uuid";
import { type Cast, type Person, scene, type World } from "../support/people.ts";
import { enter, gather } from "../support/groups.ts";
import { owns } from "../support/library.ts";
import type { Answers, Envelope, Media } from "./answers.ts";
import { Device } from "./device.ts";

/** Where a word is stored: all columns of all tables of all schemas, as text and as the hex of bytes. */
async function places(world: World, word: string): Promise<string[]> {
  const tables = await world.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and c.relpersistence <> 't'
       and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
     order by 1`,
  );
  assert.ok(tables.length > 20);
  const hex = new TextEncoder().encode(word).toHex();
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await world.query(
      `select from only ${name} as t where t::text like '%' || $1 || '%' or t::text like '%' || $2 || '%'`,
      [word, hex],
    );
    found.push(...rows.map(() => name.replace(/_\d{4}_\d{2}_\d{2}$/, "")));
  }
  return found;
}

type Told = {
  group: string;
  chats: string[];
  records: string[];
  said: Envelope[];
  /** The file that one of the messages brought. */
  file: Media;
};

/** Everything that anybody can be answered. */
async function answers(cast: Cast, people: Person[], { group, chats, records, said, file }: Told) {
  const { anon, server, world } = cast;
  const given: Record<string, unknown> = {};
  const reads: [keyof Answers, Record<string, unknown>][] = [
    ["list_conversations", { page_size: 200 }],
    ["list_friend_requests", {}],
    ["list_group_requests", {}],
    ["sync", {}],
    ["get_upload", { bucket: file.bucket, path: file.path }],
    ...records.map((message_id) => ["open_record", { message_id }] as const),
    ...said.map(({ id }) => ["revoke_message", { message_id: id }] as const),
  ].map(([verb, args]) => [verb, args] as [keyof Answers, Record<string, unknown>]);
  for (const conversation_id of [group, ...chats]) {
    reads.push(
      ["list_messages", { conversation_id, page_size: 200 }],
      ["get_messages", { conversation_id, seqs: Array.from({ length: 100 }, (_, i) => i) }],
      ["list_members", { conversation_id }],
      ["get_group_link", { conversation_id }],
      ["mark_read", { conversation_id, seq: 1 }],
      ["sync", { cursors: { [conversation_id]: { seq: 0, version: 0, state: 0 } } }],
      ["sync", { cursors: { [conversation_id]: { seq: 99, version: 0, state: 0 } } }],
    );
  }
  const tables = await world.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('chat', 'chat_private') or (schemaname, tablename) = ('realtime', 'messages')`,
  );
  const topics = await world.query<{ topic: string }>(
    "select distinct topic from realtime.messages",
  );
  for (const caller of [...people, anon, server]) {
    const name = "name" in caller ? `${caller.name}` : caller === anon ? "anon" : "server";
    for (const [verb, args] of reads) {
      given[`${name} ${verb} ${JSON.stringify(args)}`] = await tried(caller.call(verb, args));
    }
    for (const table of tables) {
      given[`${name} ${table.name}`] = await tried(caller.rows(`select * from ${table.name}`));
    }
    for (const { topic } of caller === server ? [] : topics) {
      await world.query("select set_config('realtime.topic', $1, true)", [topic]);
      given[`${name} ${topic}`] = await tried(caller.rows("select * from realtime.messages"));
    }
  }
  return given;
}

const tried = (call: Promise<unknown>) =>
  call.catch(({ message, detail }) => ({ message, detail }));

const holding = (given: Record<string, unknown>, word: string) =>
  Object.entries(given).filter(([, answer]) => JSON.stringify(answer).includes(word))
    .map(([what]) => what);

/** A word goes everywhere that words can go, but into a copy of its own. A file has a name of its own. */
async function tell(
  cast: Cast,
  word: string,
  left: Person,
  removed: Person,
  file_name = "Plan.pdf",
): Promise<Told> {
  const { alice, bob, carol, gus, server, world } = cast;
  const group = await gather(alice, [carol, gus, left, removed], {
    admins: [bob],
    join_mode: "open",
  });
  const say = (kind: string, body: unknown, more = {}) =>
    alice.call("send_message", {
      conversation_id: group,
      kind,
      body,
      mentions: [bob.id, gus.id],
      id: v7(),
      ...more,
    });
  const first = await say("text", { text: `I say ${word}` });
  const second = await say("custom", { type: "note", data: { [word]: [word] } }, {
    reply_to: first.id,
  });
  const file = await owns(alice, server, { kind: "file", facts: { file_name } });
  const third = await say("file", { media_id: file.media_id, caption: `Under it ${word}` });
  await bob.call("send_message", {
    conversation_id: group,
    kind: "text",
    body: { text: "An answer" },
    reply_to: first.id,
  });
  const chats = [await world.direct(carol, gus), await world.direct(gus, bob)];
  const merge = async (
    person: Person,
    ids: string[],
    target: string | undefined,
    mode = "merged",
  ) => {
    const sent = await person.call("forward_messages", {
      message_ids: ids,
      conversation_ids: [target],
      mode,
    });
    return sent.map(({ id }) => id);
  };
  const one = await merge(carol, [first.id, second.id, third.id], chats[0]);
  const two = await merge(gus, one, chats[1]);
  const three = await merge(bob, two, group, "each");
  const four = await merge(left, [first.id], group);
  await left.call("leave_group", { conversation_id: group });
  await alice.call("remove_member", { conversation_id: group, user_id: removed });
  const records = [...one, ...two, ...three, ...four];
  return { group, chats, records, said: [first, second, third], file };
}

async function people({ world }: Cast): Promise<[Person, Person]> {
  const [left, removed] = await world.signUp({ name: "lea" }, { name: "remo" });
  assert.ok(left && removed);
  return [left, removed];
}

scene("what is revoked is found nowhere and told to nobody", async (cast) => {
  const { alice, bob, carol, mallory, gus, dora, ghost, world } = cast;
  const word = `canary-${crypto.randomUUID()}`;
  const [left, removed] = await people(cast);
  const told = await tell(cast, word, left, removed);
  await enter(mallory, alice, told.group);
  const everybody = [alice, bob, carol, mallory, gus, dora, left, removed, ghost];
  const device = new Device(bob);
  await device.catchUp();
  assert.ok((await places(world, word)).length >= 4, "The search does not find what is there.");
  await world.query("savepoint reading");
  assert.ok(holding(await answers(cast, everybody, { ...told, said: [] }), word).length > 20);
  await world.query("rollback to savepoint reading");

  for (const { id: message_id } of told.said) await alice.call("revoke_message", { message_id });

  assert.deepEqual(await places(world, word), []);
  assert.deepEqual(holding(await answers(cast, everybody, told), word), []);
  await device.catchUp();
  assert.ok(!JSON.stringify(device.messages(told.group)).includes(word));
  assert.ok(!JSON.stringify(await repeated(alice, told, word)).includes(word));
  assert.deepEqual(await places(world, word), []);
});

scene("the name of a file that is revoked is its owner's until the file goes", async (cast) => {
  const { alice, bob, carol, mallory, gus, dora, ghost, server, world } = cast;
  const name = `canary-${crypto.randomUUID()}`;
  const [left, removed] = await people(cast);
  const told = await tell(cast, "word", left, removed, `${name}.pdf`);
  const everybody = [alice, bob, carol, mallory, gus, dora, left, removed, ghost];
  const tellers = async () => {
    await world.query("savepoint reading");
    const found = holding(await answers(cast, everybody, { ...told, said: [] }), name);
    await world.query("rollback to savepoint reading");
    return [...new Set(found.map((what) => what.split(" ")[0]))].toSorted();
  };
  assert.deepEqual(await tellers(), ["alice", "bob", "carol", "gus", "server"]);

  for (const { id: message_id } of told.said) await alice.call("revoke_message", { message_id });
  assert.deepEqual(await places(world, name), ["chat.media"]);
  assert.deepEqual(await tellers(), ["alice", "server"]);

  await server.call("claim_orphaned_files");
  assert.deepEqual(await places(world, name), []);
  assert.deepEqual(await tellers(), []);
});

/** The sender's device did not hear the answer, and sends again. */
async function repeated(sender: Person, { group, said }: Told, word: string): Promise<unknown> {
  return await tried(sender.call("send_message", {
    conversation_id: group,
    kind: "text",
    body: { text: `I say ${word}` },
    id: said[0]?.id,
  }));
}

scene("a copy that somebody forwarded is theirs, and is all that is left", async (cast) => {
  const { alice, bob, carol, mallory, gus, dora, world } = cast;
  const word = `canary-${crypto.randomUUID()}`;
  const [left, removed] = await people(cast);
  const told = await tell(cast, word, left, removed);
  const chat = await world.direct(carol, mallory);
  await carol.call("forward_messages", {
    message_ids: [told.said[0]?.id],
    conversation_ids: [chat],
  });
  for (const { id: message_id } of told.said) await alice.call("revoke_message", { message_id });

  assert.deepEqual(await places(world, word), [
    "chat.messages",
    "realtime.messages",
    "realtime.messages",
  ]);
  const everybody: Person[] = [alice, bob, carol, mallory, gus, dora, left, removed];
  const found = holding(
    await answers(cast, everybody, { ...told, chats: [...told.chats, chat] }),
    word,
  );
  const tellers = new Set(found.map((what) => what.split(" ")[0]));
  assert.deepEqual([...tellers].toSorted(), ["carol", "mallory", "server"]);
});
