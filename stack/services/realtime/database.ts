import pg from "pg";
import type { Log } from "../../service.ts";
import { Refusal } from "./refusal.ts";

/** Realtime's own connections, as supabase_admin. */
export interface Database extends AsyncDisposable {
  /** Runs `work` in a transaction that is always rolled back. @throws Refusal, or the error of a policy */
  probe<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result>;
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** The real self-hosted default is a single connection; four keep one slow policy from stopping everybody. */
const CONNECTIONS = 4;

/** Postgres' codes for "the server is not there (any more)": connection, shutdown, start-up. */
const UNREACHABLE = /^(08|57P)/;

export function createDatabase(url: string, log: Log, onLost: () => void): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    application_name: "realtime_connect",
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
    // The retention of the partitions counts in UTC, and so does `inserted_at`.
    options: "-c timezone=UTC",
  });
  // A connection may break while idle or between two statements; both end here instead of in a crash.
  pool.on("error", onLost);
  pool.on("connect", (client) => client.on("error", onLost));

  async function withClient<Result>(
    work: (client: pg.PoolClient) => Promise<Result>,
  ): Promise<Result> {
    const client = await pool.connect().catch((error: unknown) => {
      onLost();
      throw refusalOf(error);
    });
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      const refusal = refusalOf(error);
      broken = refusal?.code === "UnableToConnectToProject";
      if (broken) onLost();
      throw refusal ?? error;
    } finally {
      client.release(broken);
    }
  }

  return {
    probe: (work) => withClient((client) => rolledBack(client, work)),
    query: (sql, values) => withClient(async (client) => (await client.query(sql, values)).rows),
    [Symbol.asyncDispose]: () =>
      pool.end().catch((error: Error) => log(`realtime: closing connections: ${error.message}`)),
  };
}

async function rolledBack<Result>(
  client: pg.PoolClient,
  work: (client: pg.ClientBase) => Promise<Result>,
): Promise<Result> {
  await client.query("begin");
  try {
    return await work(client);
  } finally {
    await client.query("rollback");
  }
}

/** Null for an error of the statement itself, which a policy may have raised. */
function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  const code = error instanceof pg.DatabaseError ? error.code ?? "" : "";
  if (code === "53300") {
    return new Refusal(
      "DatabaseLackOfConnections",
      "Database can't accept more connections, Realtime won't connect",
    );
  }
  if (code === "57014") {
    return new Refusal("QueryCanceled", "Query was cancelled, please try again");
  }
  if (error instanceof pg.DatabaseError && !UNREACHABLE.test(code)) return null;
  if (error instanceof Error && error.message.startsWith("timeout exceeded when trying")) {
    return new Refusal("IncreaseConnectionPool", "Please increase your connection pool size");
  }
  return new Refusal(
    "UnableToConnectToProject",
    "Realtime was unable to connect to the project database",
  );
}
