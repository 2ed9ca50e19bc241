import pg from "pg";
import type { Log } from "../../service.ts";
import type { Database } from "./database.ts";
import { Refusal, unauthorized } from "./refusal.ts";
import type { Claims } from "./tokens.ts";

export interface Caller {
  readonly claims: Claims;
  /** The `x-…` headers the caller came with; policies see them as request.headers. */
  readonly headers: Record<string, string>;
}

export interface Rights {
  readonly broadcast: boolean;
  readonly presence: boolean;
}

/**
 * What the project's policies let the caller read on a topic: rows are put there by the superuser, and
 * the caller's role looks which of them it sees. @throws Refusal
 */
export async function readRights(
  log: Log,
  database: Database,
  caller: Caller,
  topic: string,
  withPresence: boolean,
): Promise<Rights> {
  const [broadcast, presence] = [crypto.randomUUID(), crypto.randomUUID()];
  const rows = [[broadcast, "broadcast"], ...(withPresence ? [[presence, "presence"]] : [])];
  return await judged(log, topic, () =>
    database.probe(async (client) => {
      for (const [id, extension] of rows) {
        await client.query(
          `insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
           values ($1, $2, $3, now(), now())`,
          [id, topic, extension],
        );
      }
      await becomeCaller(client, caller, topic);
      const { rows: visible } = await client.query<{ id: string }>(
        "select id from realtime.messages where id = any($1)",
        [[broadcast, presence]],
      );
      const ids = visible.map((row) => row.id);
      return { broadcast: ids.includes(broadcast), presence: ids.includes(presence) };
    }));
}

/** What the caller may write on a topic: its role tries, and nothing of it stays. @throws Refusal */
export async function writeRights(
  log: Log,
  database: Database,
  caller: Caller,
  topic: string,
): Promise<Rights> {
  return await judged(log, topic, () =>
    database.probe(async (client) => {
      await becomeCaller(client, caller, topic);
      return {
        broadcast: await mayInsert(client, topic, "broadcast"),
        presence: await mayInsert(client, topic, "presence"),
      };
    }));
}

async function mayInsert(client: pg.ClientBase, topic: string, extension: string) {
  await client.query("savepoint probe");
  try {
    await client.query(
      `insert into realtime.messages (topic, extension, inserted_at, updated_at)
       values ($1, $2, now(), now())`,
      [topic, extension],
    );
    return true;
  } catch (error) {
    if (!isDatabaseError(error, "42501")) throw error;
    await client.query("rollback to savepoint probe");
    return false;
  }
}

async function becomeCaller(client: pg.ClientBase, { claims, headers }: Caller, topic: string) {
  const settings = {
    "role": claims.role,
    "realtime.topic": topic,
    "request.jwt.claims": JSON.stringify(claims),
    "request.jwt.claim.sub": claims.sub ?? "",
    "request.jwt.claim.role": claims.role,
    "request.headers": JSON.stringify(headers),
  };
  await client.query(
    "select set_config(name, value, true) from unnest($1::text[], $2::text[]) as s (name, value)",
    [Object.keys(settings), Object.values(settings)],
  );
}

/** Every error that a policy raises looks like a missing right; only the log tells. */
async function judged(log: Log, topic: string, probe: () => Promise<Rights>): Promise<Rights> {
  try {
    return await probe();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (isDatabaseError(error, "23514") && error.constraint === undefined) {
      throw new Refusal(
        "MissingPartition",
        "Realtime was unable to find the expected messages partition",
      );
    }
    log(`realtime: RlsPolicyError: ${error instanceof Error ? error.message : error}`);
    throw unauthorized(topic);
  }
}

function isDatabaseError(error: unknown, code: string): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.code === code;
}
