import type { Log } from "../../service.ts";
import { createDatabase, type Database } from "./database.ts";
import { maintainPartitions } from "./partitions.ts";
import { createReplication, type MessageRow } from "./replication.ts";

/** The database side of the service: asleep until the first join, as the real one is. */
export interface Tenant extends AsyncDisposable {
  readonly database: Database;
  /** Partitions now, replication a little later. @throws Refusal */
  connect(): Promise<void>;
  isReplicationConnected(): boolean;
}

export interface TenantOptions {
  readonly databaseUrl: string;
  readonly replicationRetry: number;
  readonly log: Log;
  onRow(row: MessageRow): void;
}

const JANITOR_INTERVAL = 4 * 3_600_000;

export function createTenant({ databaseUrl, replicationRetry, log, onRow }: TenantOptions): Tenant {
  let connecting: Promise<void> | null = null;
  let replicating: Promise<void> | null = null;
  const ending = new AbortController();
  // The next join looks whether the database is there; nobody who is connected is told.
  const onLost = () => {
    connecting = null;
  };
  const database = createDatabase(databaseUrl, log, onLost);
  const replication = createReplication({
    databaseUrl,
    database,
    retryAfter: replicationRetry,
    log,
    onRow,
    onLost,
  });

  let maintaining: Promise<void> | null = null;
  // Two at once would stand in each other's way.
  const maintain = () =>
    maintaining ??= maintainPartitions(database).finally(() => maintaining = null);
  const tend = () => void maintain().catch((error) => log(`realtime: partitions: ${error}`));
  const janitor = setInterval(tend, JANITOR_INTERVAL);
  tend();

  async function connect(): Promise<void> {
    await maintain();
    replicating ??= replication.run(ending.signal);
  }

  return {
    database,
    connect: () => {
      connecting ??= connect().catch((error) => {
        onLost();
        throw error;
      });
      return connecting;
    },
    isReplicationConnected: replication.isConnected,
    [Symbol.asyncDispose]: async () => {
      clearInterval(janitor);
      ending.abort();
      await replicating;
      await database[Symbol.asyncDispose]();
    },
  };
}
