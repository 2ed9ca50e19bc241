import assert from "node:assert/strict";
import pg from "pg";
import type { Answers, Envelope, Item } from "../sql/answers.ts";
import { client, EMPTY_TOWN } from "../sql/session.ts";

/** Alice, Bob and Carol are users; Mallory too, but nobody knows her; Gus is a guest; Dora is disabled. */
export interface Cast {
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  readonly mallory: Person;
  readonly gus: Person;
  readonly dora: Person;
  /** Nobody signed in. */
  readonly anon: Caller;
  /** Somebody signed in who has no account any more, or never had. */
  readonly ghost: Person;
  /** A server of the app, with the service key. */
  readonly server: Caller;
  readonly world: World;
}

const USERS = ["alice", "bob", "carol", "mallory", "gus", "dora"] as const;

/** One test of the database: a play in a transaction that is rolled back. */
export function scene(name: string, play: (cast: Cast) => Promise<void>): void {
  Deno.test(name, async () => {
    const world = new World(client);
    await client.query("begin");
    try {
      await client.query(EMPTY_TOWN);
      await play(await assemble(world));
    } finally {
      await client.query("rollback");
    }
  });
}

async function assemble(world: World): Promise<Cast> {
  const [alice, bob, carol, mallory, gus, dora] = await world.signUp(
    ...USERS.map((name) => ({ name, isGuest: name === "gus" })),
  );
  assert.ok(alice && bob && carol && mallory && gus && dora);
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [dora.id]);
  const ghost = new Person(world, "ghost", crypto.randomUUID());
  const anon = new Caller(world, "anon", { role: "anon" });
  const server = new Caller(world, "service_role", { role: "service_role" });
  return { alice, bob, carol, mallory, gus, dora, anon, ghost, server, world };
}

type SignUp = { name: string; isGuest?: boolean; metadata?: Record<string, unknown> };

/** The database of one scene, as its operator sees it. */
export class World {
  readonly #client: pg.Client;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Runs SQL as the superuser: to look behind the curtain, and to turn back clocks. */
  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<Row>(sql, values)).rows;
  }

  /** The one value that SQL answers. */
  async value<Value>(sql: string, values: unknown[] = []): Promise<Value> {
    const [row] = await this.query<{ value: Value }>(`select (${sql}) as value`, values);
    assert.ok(row);
    return row.value;
  }

  /** Runs SQL as a role. What it refuses leaves no trace. */
  async as<Row extends pg.QueryResultRow>(
    role: string,
    claims: Record<string, unknown>,
    sql: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    await this.query(
      `savepoint act; set local role ${role};
       select set_config('request.jwt.claims', ${pg.escapeLiteral(JSON.stringify(claims))}, true)`,
    );
    try {
      const rows = await this.query<Row>(sql, values);
      await this.query("reset role; release savepoint act");
      return rows;
    } catch (error) {
      await this.query("rollback to savepoint act");
      throw error;
    }
  }

  /** Makes accounts as the Auth server does. */
  async signUp(...people: SignUp[]): Promise<Person[]> {
    const persons = people.map(({ name }) => new Person(this, name, crypto.randomUUID()));
    await this.as(
      "supabase_auth_admin",
      {},
      `insert into auth.users (id, aud, role, email, raw_user_meta_data, is_anonymous, created_at)
       select id, 'authenticated', 'authenticated', email, metadata, guest, now()
       from json_to_recordset($1) as t (id uuid, email text, metadata jsonb, guest boolean)`,
      [JSON.stringify(people.map(({ name, isGuest = false, metadata }, i) => ({
        id: persons[i]?.id,
        email: isGuest ? null : `${persons[i]?.id}@example.com`,
        metadata: metadata ?? (isGuest ? {} : { username: name, nickname: capitalized(name) }),
        guest: isGuest,
      })))],
    );
    return persons;
  }

  /** Two people become friends, and what they heard on the way is forgotten. */
  async befriend(one: Person, other: Person): Promise<void> {
    await other.accepts(await one.asks(other));
    await one.heard();
    await other.heard();
  }

  /** The direct conversation of two people, opened by the first one. */
  async direct(one: Person, other: Person): Promise<string> {
    const { id } = await one.call("open_direct", { user_id: other });
    await one.heard();
    return id;
  }

  /** Everything that is stored, to see that nothing has changed. */
  async snapshot(): Promise<Record<string, unknown[]>> {
    const tables = await this.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name
       from pg_tables where schemaname in ('chat', 'chat_private') order by 1`,
    );
    const entries: [string, unknown[]][] = [];
    for (const { name } of tables) {
      entries.push([name, await this.query(`select * from ${name} as t order by t::text`)]);
    }
    return Object.fromEntries(entries);
  }
}

/** Somebody who calls verbs with a role and the claims of a token. */
export class Caller {
  readonly world: World;
  readonly #role: string;
  readonly #claims: Record<string, unknown>;

  constructor(world: World, role: string, claims: Record<string, unknown>) {
    this.world = world;
    this.#role = role;
    this.#claims = claims;
  }

  /** Calls a verb. A person among the arguments stands for their id. */
  async call<Verb extends keyof Answers>(
    verb: Verb,
    args: Record<string, unknown> = {},
  ): Promise<Answers[Verb]> {
    const names = Object.keys(args);
    const list = names.map((name, i) => `${name} => $${i + 1}`).join(", ");
    const [row] = await this.rows<{ answer: Answers[Verb] }>(
      `select chat.${verb}(${list}) as answer`,
      names.map((name) => argument(name, args[name])),
    );
    assert.ok(row);
    return row.answer;
  }

  /** What this caller gets for a statement. */
  rows<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.world.as<Row>(this.#role, this.#claims, sql, values);
  }

  /** How many rows of a table this caller sees. */
  async sees(table: string): Promise<number> {
    return (await this.rows(`select from ${table}`)).length;
  }
}

/** What a topic carried. */
export type Heard = { event: string; payload: Envelope & Record<string, unknown> };

export class Person extends Caller {
  readonly name: string;
  readonly id: string;
  #heard = -1;

  constructor(world: World, name: string, id: string) {
    // The claims that nothing may rely on say the opposite of the truth.
    super(world, "authenticated", { sub: id, role: "authenticated", is_anonymous: name !== "gus" });
    this.name = name;
    this.id = id;
  }

  /** Asks somebody to be friends; the id of the request. */
  async asks(other: Person, note?: string): Promise<string> {
    const args = { user_id: other, ...note === undefined ? {} : { note } };
    const { request_id } = await this.call("request_friend", args);
    return String(request_id);
  }

  async accepts(requestId: string): Promise<void> {
    await this.call("answer_friend_request", { request_id: requestId, answer: "accept" });
  }

  /** Says a text in a conversation. */
  says(conversationId: string, text: string): Promise<Envelope> {
    return this.call("send_message", {
      conversation_id: conversationId,
      kind: "text",
      body: { text },
    });
  }

  /** A conversation as this person's list shows it. */
  async item(conversationId: string): Promise<Item | undefined> {
    const items = await this.call("list_conversations", { page_size: 200 });
    return items.find(({ id }) => id === conversationId);
  }

  /** What was pushed to this person since they were asked the last time. */
  async heardFully(): Promise<Heard[]> {
    // Not by their number: what is revoked leaves.
    const rows = await this.world.query<Heard & { at: string }>(
      `select event, payload, cmin::text as at from realtime.messages
       where topic = $1 and extension = 'broadcast' and private and cmin::text::bigint > $2
       order by cmin::text::bigint`,
      [`chat:user:${this.id}`, this.#heard],
    );
    this.#heard = Number(rows.at(-1)?.at ?? this.#heard);
    return rows.map(({ event, payload }) => ({ event, payload }));
  }

  /** The names of the events that were pushed to this person since they were asked the last time. */
  async heard(): Promise<string[]> {
    return (await this.heardFully()).map(({ event }) => event);
  }

  /** This person's notices: their seq and type. */
  async notices(): Promise<string[]> {
    const rows = await this.world.query<{ notice: string }>(
      "select seq || ' ' || type as notice from chat.notices where user_id = $1 order by seq",
      [this.id],
    );
    return rows.map(({ notice }) => notice);
  }
}

const JSON_ARGUMENTS = ["body", "changes", "cursors", "facts"];

function argument(name: string, value: unknown): unknown {
  if (value instanceof Person) return value.id;
  if (JSON_ARGUMENTS.includes(name) && value !== null) return JSON.stringify(value);
  return value;
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
