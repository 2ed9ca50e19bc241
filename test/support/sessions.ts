// What one transaction cannot show: several people at the same moment, on data that is really stored.
import assert from "node:assert/strict";
import pg from "pg";
import type { Answers, Envelope } from "../sql/answers.ts";
import { port } from "../sql/session.ts";
import { connect } from "./database.ts";

/** Somebody with a connection of their own. */
export class Actor {
  readonly name: string;
  readonly id: string;
  readonly session: pg.Client;

  constructor(name: string, id: string, session: pg.Client) {
    this.name = name;
    this.id = id;
    this.session = session;
  }

  /** Calls a verb, and has done it when this is over: unless `begin()` was called before. */
  async call<Verb extends keyof Answers>(
    verb: Verb,
    args: Record<string, unknown> = {},
  ): Promise<Answers[Verb]> {
    const names = Object.keys(args);
    const list = names.map((name, i) => `${name} => $${i + 1}`).join(", ");
    const values = names.map((name) => {
      const value = args[name];
      if (value instanceof Actor) return value.id;
      return name === "body" ? JSON.stringify(value) : value;
    });
    const { rows: [row] } = await this.session.query<{ answer: Answers[Verb] }>(
      `select chat.${verb}(${list}) as answer`,
      values,
    );
    assert.ok(row);
    return row.answer;
  }

  says(conversation_id: string, text: string): Promise<Envelope> {
    return this.call("send_message", { conversation_id, kind: "text", body: { text } });
  }

  async begin(): Promise<void> {
    await this.session.query("begin");
  }

  async commit(): Promise<void> {
    await this.session.query("commit");
  }
}

/** People in committed data, and the superuser's eye on it. */
export type Crowd = { people: Actor[]; query: pg.Client["query"] };

/** A test with people who each have a session. What they leave behind is cleared away. */
export function crowd(name: string, size: number, play: (crowd: Crowd) => Promise<void>): void {
  Deno.test(name, async () => {
    await using all = new AsyncDisposableStack();
    const eye = await connect("supabase_admin", port);
    all.defer(() => eye.end());
    all.defer(() => clearAway(eye));
    await clearAway(eye);
    const people: Actor[] = [];
    for (let i = 0; i < size; i++) {
      const id = crypto.randomUUID();
      await eye.query(
        `insert into auth.users (id, aud, role, email, raw_user_meta_data, created_at)
         values ($1, 'authenticated', 'authenticated', $2, $3, now())`,
        [id, `${id}@example.com`, { nickname: `Person ${i}` }],
      );
      const session = await connect("supabase_admin", port);
      all.defer(() => session.end());
      const claims = pg.escapeLiteral(JSON.stringify({ sub: id, role: "authenticated" }));
      await session.query(
        `set role authenticated; set lock_timeout = '20s';
         select set_config('request.jwt.claims', ${claims}, false)`,
      );
      people.push(new Actor(`Person ${i}`, id, session));
    }
    await play({ people, query: eye.query.bind(eye) });
  });
}

/** A group of the first one and all others, whom everybody may join: its id and its code. */
export async function gather([owner, ...others]: Actor[]): Promise<[string, string]> {
  assert.ok(owner);
  const { id: conversation_id } = await owner.call("create_group", { name: "Team" });
  await owner.call("set_group", { conversation_id, join_mode: "open" });
  const { join_code } = await owner.call("get_group_link", { conversation_id });
  for (const person of others) await person.call("join_group", { join_code });
  return [conversation_id, join_code];
}

/** Waits until so many sessions wait for a lock that another one holds. */
export async function untilWaiting(query: pg.Client["query"], count = 1): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    const { rowCount } = await query(
      `select from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and state = 'active'`,
    );
    if (rowCount === count) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("Nobody waits.");
}

/** Each act's outcome: done, or the word it was refused with. */
export async function outcomes(acts: Promise<unknown>[]): Promise<string[]> {
  return await Promise.all(
    acts.map((act) =>
      act.then(() => "done", ({ code, message }) => /^PT|^PGRST/.test(code) ? message : code)
    ),
  );
}

async function clearAway(eye: pg.Client): Promise<void> {
  await eye.query(`
    begin;
    set local session_replication_role = replica;
    do $$
    declare
      v_table text;
    begin
      for v_table in
        select format('%I.%I', schemaname, tablename) from pg_tables
        where schemaname = 'chat' or (schemaname = 'chat_private' and tablename = 'inboxes')
      loop
        execute 'delete from ' || v_table;
      end loop;
      delete from auth.users;
      delete from realtime.messages where topic like 'chat:%';
    end;
    $$;
    commit`);
}
