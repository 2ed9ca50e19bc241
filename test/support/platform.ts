import pg from "pg";
import { startScratchDatabase } from "../../stack/database/scratch_database.ts";

/** A cluster with the platform's SQL and nothing else, gone when the test is over. */
export interface Platform extends AsyncDisposable {
  /** Connections of one role. */
  as(role: string): pg.Pool;
}

export async function startPlatform(
  options: { autoExposeNewTables: boolean },
): Promise<Platform> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await startScratchDatabase(options));
  const pools = new Map<string, ClosingPool>();
  started.defer(async () => {
    await Promise.all([...pools.values()].map(({ close }) => close()));
  });
  const all = started.move();
  return {
    as: (role) => {
      const known = pools.get(role) ?? openPool(database.url(role));
      pools.set(role, known);
      return known.pool;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

type ClosingPool = { pool: pg.Pool; close: () => Promise<void> };

// pool.end() does not wait for its connections to be gone, and one that the server's shutdown finds open throws.
function openPool(connectionString: string): ClosingPool {
  const pool = new pg.Pool({ connectionString });
  const closed: Promise<void>[] = [];
  pool.on("connect", (client) => {
    closed.push(new Promise((resolve) => client.once("end", () => resolve())));
  });
  return {
    pool,
    close: async () => {
      await pool.end();
      await Promise.all(closed);
    },
  };
}

/** A client inside a transaction that is rolled back in the end. */
export async function transaction(pool: pg.Pool): Promise<pg.PoolClient & AsyncDisposable> {
  const client = await pool.connect();
  await client.query("begin");
  return Object.assign(client, {
    [Symbol.asyncDispose]: async () => {
      await client.query("rollback");
      client.release();
    },
  });
}

/** Runs statements in one transaction that is rolled back; returns what the last one returned. */
export async function inTransaction(pool: pg.Pool, statements: string[]): Promise<pg.QueryResult> {
  await using client = await transaction(pool);
  const results = [];
  for (const statement of statements) results.push(await client.query(statement));
  const last = results.at(-1);
  if (!last) throw new Error("There is no statement to run.");
  return last;
}
