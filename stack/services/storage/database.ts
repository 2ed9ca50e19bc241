import { AsyncLocalStorage } from "node:async_hooks";
import pg from "pg";
import type { Log } from "../../service.ts";
import type { Caller } from "./contract.ts";
import { asStorageError } from "./errors.ts";

const CONNECTIONS = 10;
const CONNECT_TIMEOUT = 10_000;
const STATEMENT_TIMEOUT = "30s";

/** One transaction, which speaks for one caller at a time. */
export interface Transaction {
  /** From here on, policies see this caller. */
  become(caller: Caller): Promise<void>;
  rows<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
}

export interface Database extends AsyncDisposable {
  /** Runs `work` as the caller: all of it happens, or nothing. */
  as<Result>(
    caller: Caller,
    operation: string,
    work: (tx: Transaction) => Promise<Result>,
  ): Promise<Result>;
  /** Runs `work` as the caller and takes it back: what remains is whether it was allowed. */
  probe<Result>(
    caller: Caller,
    operation: string,
    work: (tx: Transaction) => Promise<Result>,
  ): Promise<Result>;
}

/** What policies can ask of a request. */
interface RequestFacts {
  readonly headers: string;
  readonly method: string;
  readonly path: string;
}

// Held beside the call, because what is deep below it (TUS) has no other way to the request.
const current = new AsyncLocalStorage<RequestFacts>();

/** Runs `work` such that its transactions know the request. */
export function inRequest<Result>(request: Request, path: string, work: () => Result): Result {
  const headers = JSON.stringify(Object.fromEntries(request.headers));
  return current.run({ headers, method: request.method, path }, work);
}

export async function openDatabase(connectionString: string, log: Log): Promise<Database> {
  const pool = new pg.Pool({
    connectionString,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
  });
  // Without listeners, a connection that dies while nothing is asked of it would take the process with it.
  pool.on("error", ({ message }) => {
    if (!pool.ending) log(`storage: lost a connection: ${message}`);
  });
  pool.on("connect", (client) => client.on("error", () => {}));
  try {
    await pool.query("select from storage.objects limit 0");
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    as: (caller, operation, work) => transaction(pool, caller, operation, "commit", work),
    probe: (caller, operation, work) => transaction(pool, caller, operation, "rollback", work),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

async function transaction<Result>(
  pool: pg.Pool,
  caller: Caller,
  operation: string,
  ending: "commit" | "rollback",
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  let client: pg.PoolClient | undefined;
  let broken: Error | undefined;
  try {
    client = await pool.connect();
    await client.query("begin");
    const tx = transactionOn(client, operation);
    await tx.become(caller);
    const result = await work(tx);
    await client.query(ending);
    return result;
  } catch (error) {
    // A connection that cannot even roll back is not handed out again.
    await client?.query("rollback").catch((rollback: Error) => broken = rollback);
    throw asStorageError(error);
  } finally {
    client?.release(broken);
  }
}

function transactionOn(client: pg.PoolClient, operation: string): Transaction {
  return {
    become: async (caller) => void await client.query(SCOPE, scope(caller, operation)),
    rows: async (sql, values) => (await client.query(sql, values)).rows,
  };
}

const SETTINGS = [
  "role",
  "request.jwt.claim.role",
  "request.jwt",
  "request.jwt.claim.sub",
  "request.jwt.claims",
  "request.headers",
  "request.method",
  "request.path",
  "storage.operation",
  "storage.allow_delete_query",
  "statement_timeout",
];

const SCOPE = `select ${SETTINGS.map((name, i) => `set_config('${name}', $${i + 1}, true)`)}`;

function scope({ role, claims, token }: Caller, operation: string): string[] {
  const request = current.getStore();
  return [
    role,
    role,
    token,
    claims.sub ?? "",
    JSON.stringify(claims),
    request?.headers ?? "",
    request?.method ?? "",
    request?.path ?? "",
    operation,
    "true",
    STATEMENT_TIMEOUT,
  ];
}
