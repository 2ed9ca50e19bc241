// Groups in a scene: who comes together in them, and what is heard there.
import assert from "node:assert/strict";
import type { Answers, GroupRequest } from "../sql/answers.ts";
import type { Person, World } from "./people.ts";

type Setup = { admins?: Person[] } & Record<string, unknown>;

/** A group that the first one owns, with all who are named in it. What they heard on the way is forgotten. */
export async function gather(
  owner: Person,
  others: Person[],
  { admins = [], ...settings }: Setup = {},
): Promise<string> {
  const { id: conversation_id } = await owner.call("create_group", { name: "Team" });
  await owner.call("set_group", { conversation_id, join_mode: "open" });
  for (const person of [...admins, ...others]) await enter(person, owner, conversation_id);
  for (const user_id of admins) {
    await owner.call("set_group_role", { conversation_id, user_id, role: "admin" });
  }
  await owner.call("set_group", { conversation_id, join_mode: "approval", ...settings });
  for (const person of [owner, ...admins, ...others]) await person.heard();
  return conversation_id;
}

/** Somebody uses the code that a member has handed out. */
export async function enter(
  person: Person,
  member: Person,
  conversation_id: string,
): Promise<Answers["join_group"]> {
  const { join_code } = await member.call("get_group_link", { conversation_id });
  return await person.call("join_group", { join_code });
}

export const invite = (person: Person, conversation_id: string, ...people: Person[]) =>
  person.call("invite_to_group", { conversation_id, user_ids: people.map(({ id }) => id) });

/** What became of each who was invited. */
export async function invited(
  person: Person,
  conversation_id: string,
  ...people: Person[]
): Promise<string[]> {
  const results = await invite(person, conversation_id, ...people);
  assert.deepEqual(results.map(({ user_id }) => user_id), people.map(({ id }) => id));
  return results.map(({ status }) => status);
}

/** The one open request that this person sees. */
export async function onlyRequest(person: Person): Promise<GroupRequest> {
  const [request, ...more] = await person.call("list_group_requests");
  assert.ok(request);
  assert.deepEqual(more, []);
  return request;
}

/** A group as the list of one of its members shows it. */
export async function groupOf(person: Person, conversationId: string) {
  const item = await person.item(conversationId);
  assert.ok(item?.group);
  return { ...item, group: item.group };
}

export const list = (person: Person, conversation_id: string) =>
  person.call("list_messages", { conversation_id, page_size: 200 });

/** The texts that somebody reads in a conversation; of all else, what kind it is. */
export async function texts(person: Person, conversationId: string): Promise<unknown[]> {
  return (await list(person, conversationId))
    .map(({ type, actionType, data }) => type === "text" ? data.data : actionType ?? type);
}

/** Who is in a group and as what: "alice owner". */
export async function roles(world: World, conversationId: string): Promise<string[]> {
  const rows = await world.query<{ who: string }>(
    `select coalesce(p.username, 'guest') || ' ' || m.role as who
     from chat.members as m join chat.profiles as p on p.id = m.user_id
     where m.conversation_id = $1 and m.left_at is null order by 1`,
    [conversationId],
  );
  return rows.map(({ who }) => who);
}

/** Listens on all topics that a group has and will have. */
export class Ear {
  readonly #world: World;
  readonly #conversationId: string;
  #at = -1;

  constructor(world: World, conversationId: string) {
    this.#world = world;
    this.#conversationId = conversationId;
  }

  /** What was pushed since the last time, with the epoch of its topic: "1 topic_moved", "2 group_left". */
  async heard(): Promise<string[]> {
    const rows = await this.#world.query<{ what: string; at: string }>(
      `select split_part(topic, ':', 4) || ' ' || coalesce(payload ->> 'actionType', event) as what,
         cmin::text as at
       from realtime.messages
       where topic like 'chat:group:' || $1 || ':%' and private and cmin::text::bigint > $2
       order by cmin::text::bigint`,
      [this.#conversationId, this.#at],
    );
    this.#at = Number(rows.at(-1)?.at ?? this.#at);
    return rows.map(({ what }) => what);
  }
}

/** An ear that has forgotten everything so far. */
export async function listen(world: World, conversationId: string): Promise<Ear> {
  const ear = new Ear(world, conversationId);
  await ear.heard();
  return ear;
}
