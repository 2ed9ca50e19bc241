// Groups of people, and ears on the topics that they share.
import assert from "node:assert/strict";
import type { Cast, Person } from "../support/api.ts";
import type { Answer, Verb } from "./answers.ts";
import { Inbox, type Push, within } from "./inbox.ts";

/** A group that the first one owns and the others have joined by its code. */
export async function gather(
  owner: Person,
  others: Person[],
  settings: Record<string, unknown> = {},
): Promise<string> {
  const { id: conversation_id } = await owner.verb("create_group", { name: "Team" });
  await owner.verb("set_group", { conversation_id, join_mode: "open", ...settings });
  for (const person of others) await enter(person, owner, conversation_id);
  return conversation_id;
}

/** Somebody joins by the code that a member has handed out. */
export async function enter(
  person: Person,
  member: Person,
  conversation_id: string,
): Promise<Answer<"join_group">> {
  const { join_code } = await member.verb("get_group_link", { conversation_id });
  return await person.verb("join_group", { join_code });
}

/** A group as the list of one of its members shows it. */
export async function groupOf(person: Person, conversation_id: string) {
  const items = await person.verb("list_conversations");
  const item = items.find(({ id }) => id === conversation_id);
  assert.ok(item?.group, "this person is in no such group");
  return { ...item, group: item.group };
}

/** What a client holds of one conversation, as it sends it to sync. */
export async function cursorsOf(person: Person, conversation_id: string) {
  const { last_seq: seq, version, state } = await groupOf(person, conversation_id);
  return { [conversation_id]: { seq, version, state } };
}

/** What a device hears on a topic of many. */
export type Ear = {
  topic: string;
  next: Inbox["next"];
  /** What came and was not taken; waits until nothing is on its way. */
  rest(): Promise<Push[]>;
};

/** Listens where the messages of a group are pushed now. */
export async function hears(person: Person, conversation_id: string): Promise<Ear> {
  return await hearsTopic(person, (await groupOf(person, conversation_id)).group.topic);
}

export async function hearsTopic(person: Person, topic: string): Promise<Ear> {
  const inbox = person.cast.keep(await Inbox.open(person.supabase.realtime, topic));
  const ear: Ear = {
    topic,
    next: (event) => inbox.next(event),
    rest: () => inbox.rest((event, id) => mark(person.cast, topic, event, id)),
  };
  await ear.rest(); // what was said just before may still be on its way
  return ear;
}

/** Everything that Realtime still holds of a topic, as a device gets it that joins now; or why it may not join. */
export async function replay(person: Person, topic: string): Promise<Push[] | string> {
  const supabase = person.cast.client(undefined, person.token);
  await supabase.realtime.setAuth();
  const heard: Push[] = [];
  const over = Promise.withResolvers<Push[] | string>();
  const since = Date.now() - 24 * 60 * 60 * 1000;
  supabase.channel(topic, {
    config: { private: true, broadcast: { replication_ready: true, replay: { since, limit: 25 } } },
  })
    .on("broadcast", { event: "*" }, ({ event, payload }) => heard.push({ event, payload }))
    // What is kept comes first.
    .on("system", {}, ({ message }) => {
      if (message === "Replication connection established") over.resolve(heard);
    })
    .subscribe((status, error) => {
      if (status === "CHANNEL_ERROR") over.resolve(error?.message ?? status);
    });
  const result = await within(over.promise, () => `no answer to the join of ${topic}`);
  await supabase.realtime.disconnect();
  return result;
}

/** Somebody by the token they have, whatever has become of it. */
export function withToken(person: Person, token: string = person.token): Person {
  return person.with(person.cast.client(undefined, token));
}

/** How a verb is refused, or null when it is not. */
export async function refusalOf(
  person: Person,
  verb: Verb,
  args: Record<string, unknown>,
): Promise<string | null> {
  return await person.verb(verb, args).then(() => null, (error) => String(error.code));
}

function mark(cast: Cast, topic: string, event: string, id: string): Promise<unknown> {
  return cast.sql(
    `insert into realtime.messages (topic, extension, event, payload, private)
     values ($1, 'broadcast', $2, jsonb_build_object('id', $3::text), true)`,
    [topic, event, id],
  );
}
