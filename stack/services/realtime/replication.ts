import { setTimeout as delay } from "node:timers/promises";
import { LogicalReplicationService, type Pgoutput, PgoutputPlugin } from "pg-logical-replication";
import type { Log } from "../../service.ts";
import type { Database } from "./database.ts";

/** A row of realtime.messages, in the order of commits. */
export interface MessageRow {
  readonly id: string;
  readonly topic: string | null;
  readonly event: string | null;
  readonly private: boolean | null;
  readonly payload: Uint8Array | null;
  readonly binaryPayload: Uint8Array | null;
}

export interface Replication {
  /** Streams from now on, and again after each break, until the signal; rows in between are lost. */
  run(signal: AbortSignal): Promise<void>;
  isConnected(): boolean;
}

export interface ReplicationOptions {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly retryAfter: number;
  readonly log: Log;
  onRow(row: MessageRow): void;
  onLost(): void;
}

const PUBLICATION = "supabase_realtime_messages_publication";
const SLOT = "supabase_realtime_messages_replication_slot_";

export function createReplication(options: ReplicationOptions): Replication {
  let connected = false;

  async function stream(signal: AbortSignal): Promise<void> {
    const acknowledge = { auto: false, timeoutSeconds: 0 };
    const service = new LogicalReplicationService(
      { connectionString: options.databaseUrl, connectionTimeoutMillis: 5_000 },
      { acknowledge },
    );
    // The same error also rejects `subscribe`; an unheard event would end the process.
    service.on("error", () => {});
    service.on("start", () => {
      connected = true;
    });
    service.on("heartbeat", (lsn) => {
      void service.acknowledge(before(lsn)).catch(() => {});
    });
    service.on("data", (_lsn, message: Pgoutput.Message) => {
      if (message.tag !== "insert") return;
      try {
        options.onRow(messageRow(message.new));
      } catch (error) {
        // Thrown from here it would end the process.
        options.log(`realtime: UnableToBroadcastChanges: ${error}`);
      }
    });
    try {
      await service.subscribe(temporarySlot(signal), SLOT);
    } finally {
      connected = false;
      await service.destroy();
    }
  }

  return {
    isConnected: () => connected,
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await ensurePublication(options.database);
          await stream(signal);
        } catch (error) {
          if (signal.aborted) return;
          options.log(`realtime: replication: ${error instanceof Error ? error.message : error}`);
        }
        options.onLost();
        await delay(options.retryAfter, undefined, { signal }).catch(() => {});
      }
    },
  };
}

/**
 * The library confirms one byte more than it is told. Postgres, asked to stop, waits for exactly the end
 * of what it sent, and would wait forever.
 */
function before(lsn: string): string {
  const [high, low] = lsn.split("/").map((part) => BigInt(`0x${part}`));
  const position = ((high ?? 0n) << 32n) + (low ?? 0n) - 1n;
  return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`;
}

/** The plugin of the library expects a slot that exists; ours lives exactly as long as the connection. */
function temporarySlot(signal: AbortSignal): PgoutputPlugin {
  const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [PUBLICATION] });
  plugin.start = async (client, slot) => {
    // Only here: a client of pg that is ended while it connects never tells its caller.
    signal.throwIfAborted();
    const stop = () => void client.end().catch(() => {});
    signal.addEventListener("abort", stop);
    client.once("end", () => signal.removeEventListener("abort", stop));
    // The replication protocol knows its commands in upper case only.
    await client.query(
      `CREATE_REPLICATION_SLOT "${slot}" TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`,
    );
    // Binary, so that a payload is forwarded as Postgres wrote it and not as JavaScript understood it.
    return await client.query(
      `START_REPLICATION SLOT "${slot}" LOGICAL 0/0
       (proto_version '1', publication_names '${PUBLICATION}', binary 'true')`,
    );
  };
  return plugin;
}

/** A publication that somebody added tables to is made anew. */
async function ensurePublication(database: Database): Promise<void> {
  const [found] = await database.query<{ tables: string[] | null }>(
    `select array_agg(r.prrelid::regclass::text) as tables
     from pg_publication as p
     left join pg_publication_rel as r on r.prpubid = p.oid
     where p.pubname = $1
     group by p.oid`,
    [PUBLICATION],
  );
  if (found?.tables?.join() === "realtime.messages") return;
  await database.query(`drop publication if exists ${PUBLICATION}`);
  await database.query(`create publication ${PUBLICATION} for table realtime.messages`);
}

/** Any 16 bytes, as Postgres takes them: the library's stringify() refuses what no RFC names. */
function uuidText(bytes: Uint8Array): string {
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function messageRow(columns: Record<string, Uint8Array | null>): MessageRow {
  const { id, topic, event, payload, binary_payload } = columns;
  return {
    id: id ? uuidText(id) : "",
    topic: text(topic),
    event: text(event),
    private: columns.private ? columns.private[0] === 1 : null,
    // Binary jsonb is a version byte and the text.
    payload: payload?.subarray(1) ?? null,
    binaryPayload: binary_payload ?? null,
  };
}

function text(bytes: Uint8Array | null | undefined): string | null {
  return bytes ? new TextDecoder().decode(bytes) : null;
}
