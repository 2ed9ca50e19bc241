// People who use a running stack as apps do: plain supabase-js over real HTTP and sockets.
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import pg from "pg";
import { databaseUrl } from "../../stack/database/postgres.ts";
import { PUBLISHABLE_KEY, SECRET_KEY } from "../../stack/keys.ts";
import { startStack } from "../../stack/start_stack.ts";
import type { Answer, Verb } from "../api/answers.ts";
import { callVerb, type Client } from "../api/calling.ts";
import { Inbox, type Push } from "../api/inbox.ts";

/** Where a stack is. */
export type Place = { apiUrl: string; databasePort: number };

const API_URL = Deno.env.get("API_URL");
let shared: Place | null = API_URL
  ? { apiUrl: API_URL, databasePort: Number(Deno.env.get("TEST_DATABASE_PORT")) }
  : null;
const own = new AsyncDisposableStack();
Deno.test.afterAll(async () => await own.disposeAsync());

/** The stack that the whole run shares, or, for a test file on its own, one that is gone afterwards. */
export async function sharedPlace(): Promise<Place> {
  shared ??= await ownPlace();
  return shared;
}

/** A stack for this test file alone, which may be disturbed. It is gone afterwards. */
export async function ownPlace(): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "supabase-chat-test-" });
  own.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.chmod(folder, 0o755);
  const stack = own.use(
    await startStack({
      folder,
      apiPort: 0,
      databasePort: 0,
      durable: false,
      autoExposeNewTables: Deno.env.get("TEST_AUTO_EXPOSE") === "on",
      auth: { passwordCost: 4 },
      realtime: { joinErrorDelay: 100, connectErrorDelay: 100 },
    }),
  );
  const databasePort = Number(new URL(stack.databaseUrl("postgres")).port);
  return { apiUrl: stack.apiUrl, databasePort };
}

/** One test, with new people. What they opened is closed afterwards. */
export function story(
  name: string,
  play: (cast: Cast) => Promise<void>,
  place: Place | null = null,
): void {
  Deno.test(name, async () => {
    await using cast = new Cast(place ?? await sharedPlace());
    await play(cast);
    cast.check();
  });
}

/** Whoever appears in one test. */
export class Cast implements AsyncDisposable {
  readonly place: Place;
  readonly #inboxes: Inbox[] = [];
  readonly #clients: Client[] = [];
  readonly #connections: pg.Client[] = [];
  #database: Promise<pg.Client> | null = null;

  constructor(place: Place) {
    this.place = place;
  }

  /** A new user, whose nickname begins with a capital. */
  async signUp(name: string): Promise<Person> {
    const credentials = {
      email: `${name}.${crypto.randomUUID()}@example.com`,
      password: crypto.randomUUID(),
    };
    const supabase = this.client();
    const nickname = name.charAt(0).toUpperCase() + name.slice(1);
    const { data, error } = await supabase.auth.signUp({
      ...credentials,
      options: { data: { nickname } },
    });
    assert.ok(data.user && data.session, `${error}`);
    return new Person(this, supabase, data.user.id, data.session.access_token, credentials);
  }

  async guest(): Promise<Person> {
    const supabase = this.client();
    const { data, error } = await supabase.auth.signInAnonymously();
    assert.ok(data.user && data.session, `${error}`);
    return new Person(this, supabase, data.user.id, data.session.access_token, null);
  }

  /** Two friends, and the conversation that began with it. */
  async friends(one: string, other: string): Promise<[Person, Person, string]> {
    const [first, second] = await Promise.all([this.signUp(one), this.signUp(other)]);
    await first.befriends(second);
    const [item] = await first.verb("list_conversations");
    assert.ok(item);
    return [first, second, item.id];
  }

  /** A client with a key: by default the one that apps carry. A token is what it says it is. */
  client(key: string = PUBLISHABLE_KEY, token?: string): Client {
    const supabase: Client = createClient(this.place.apiUrl, key, {
      db: { schema: "chat" },
      auth: { persistSession: false, autoRefreshToken: false },
      ...token === undefined ? {} : { accessToken: () => Promise.resolve(token) },
    });
    this.#clients.push(supabase);
    return supabase;
  }

  /** The app's own server. */
  server(): Client {
    return this.client(SECRET_KEY);
  }

  /** SQL as the superuser: to look behind the curtain, and to be the operator. */
  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.#database ??= this.connect("supabase_admin");
    return (await (await this.#database).query<Row>(text, values)).rows;
  }

  /** A connection of its own. */
  async connect(role: string): Promise<pg.Client> {
    const client = new pg.Client(databaseUrl(role, this.place.databasePort));
    // Some tests end the server under it.
    client.on("error", () => {});
    await client.connect();
    this.#connections.push(client);
    return client;
  }

  /** A request as any program can make it; the answer with its body read. */
  async http(path: string, init: RequestInit = {}): Promise<HttpAnswer> {
    const response = await fetch(`${this.place.apiUrl}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
  }

  keep(inbox: Inbox): Inbox {
    this.#inboxes.push(inbox);
    return inbox;
  }

  check(): void {
    for (const inbox of this.#inboxes) inbox.check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      ...this.#clients.map(({ realtime }) => realtime.disconnect()),
      ...this.#connections.map((connection) => connection.end()),
    ]);
  }
}

// deno-lint-ignore no-explicit-any -- bodies of all kinds, looked into by assertions
export type HttpAnswer = { status: number; headers: Headers; text: string; json: any };

/** A person, on one device. */
export class Person {
  readonly cast: Cast;
  readonly supabase: Client;
  readonly id: string;
  /** The access token of the sign-in. */
  readonly token: string;
  readonly #credentials: { email: string; password: string } | null;

  constructor(
    cast: Cast,
    supabase: Client,
    id: string,
    token: string,
    credentials: { email: string; password: string } | null,
  ) {
    this.cast = cast;
    this.supabase = supabase;
    this.id = id;
    this.token = token;
    this.#credentials = credentials;
  }

  get topic(): string {
    return `chat:user:${this.id}`;
  }

  /** Calls a verb. @throws {Refused} */
  async verb<V extends Verb>(name: V, args: Record<string, unknown> = {}): Promise<Answer<V>> {
    return await callVerb(this.supabase, name, args);
  }

  says(conversation_id: string, text: string, id?: string): Promise<Answer<"send_message">> {
    const message = { conversation_id, kind: "text", body: { text } };
    return this.verb("send_message", id === undefined ? message : { ...message, id });
  }

  /** Asks somebody to be friends; the id of the request. */
  async asks(other: Person, note = ""): Promise<string> {
    const asked = await this.verb("request_friend", { user_id: other.id, note });
    assert.equal(asked.status, "pending");
    return asked.request_id;
  }

  async answers(request_id: string, answer: "accept" | "refuse" | "ignore"): Promise<void> {
    await this.verb("answer_friend_request", { request_id, answer });
  }

  async befriends(other: Person): Promise<void> {
    await other.answers(await this.asks(other), "accept");
  }

  /** The same person on another device, signed in there. */
  async device(): Promise<Person> {
    assert.ok(this.#credentials, "a guest has one device");
    const supabase = this.cast.client();
    const { data, error } = await supabase.auth.signInWithPassword(this.#credentials);
    assert.ok(data.session, `${error}`);
    const { access_token } = data.session;
    return new Person(this.cast, supabase, this.id, access_token, this.#credentials);
  }

  /** The same person by another client. */
  with(supabase: Client): Person {
    return new Person(this.cast, supabase, this.id, this.token, this.#credentials);
  }

  /** Hears what is said to this person from now on. */
  async listens(): Promise<Inbox> {
    const inbox = this.cast.keep(await Inbox.open(this.supabase.realtime, this.topic));
    // What was said just before may still be on its way.
    await this.rest(inbox);
    return inbox;
  }

  /** What came into an inbox of this person's and was not taken out; waits until nothing is on its way. */
  rest(inbox: Inbox): Promise<Push[]> {
    return inbox.rest((event, id) =>
      this.cast.sql(
        `insert into realtime.messages (topic, extension, event, payload, private)
         values ($1, 'broadcast', $2, jsonb_build_object('id', $3::text), true)`,
        [this.topic, event, id],
      )
    );
  }
}

// deno-lint-ignore no-explicit-any -- see HttpAnswer
function jsonOf(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
