import pg from "pg";

/** A pool, or one connection of it inside a transaction. */
export type Queryable = Pick<pg.Pool, "query">;

/** Runs `work` in one transaction: all of it happens, or nothing. */
export async function transaction<Result>(
  pool: pg.Pool,
  work: (tx: Queryable) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    // A connection that cannot even roll back is not handed out again.
    await client.query("rollback").catch((rollback: Error) => broken = rollback);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** True when a row was refused because another user has this e-mail address. */
export function isEmailTaken(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.constraint === "users_email_partial_key";
}

/** True when a row was refused because another user has this id. */
export function isIdTaken(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.constraint === "users_pkey";
}

/** True when a row stayed locked for longer than we were ready to wait. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "55P03";
}
