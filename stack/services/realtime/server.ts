import type { Keys } from "../../keys.ts";
import type { Log } from "../../service.ts";
import type { Channel } from "./channel.ts";
import type { Database } from "./database.ts";
import type { Hub } from "./hub.ts";
import type { RateCounter, RealtimeLimits } from "./limits.ts";
import type { Presences } from "./presence.ts";
import type { Socket } from "./socket.ts";

/** In milliseconds. */
export interface Times {
  readonly joinErrorDelay: number;
  readonly connectErrorDelay: number;
  readonly tokenRecheckInterval: number;
  readonly idleTimeout: number;
}

/** What all sockets share. */
export interface Server {
  readonly keys: Keys;
  readonly log: Log;
  readonly limits: RealtimeLimits;
  readonly times: Times;
  readonly database: Database;
  readonly hub: Hub;
  readonly presences: Presences<Channel>;
  readonly events: RateCounter;
  readonly joins: RateCounter;
  readonly presenceEvents: RateCounter;
  readonly sockets: Set<Socket>;
  /** Sockets that joined a channel; they count as users until they close. */
  readonly users: Set<Socket>;
  /** Aborted when the service ends. */
  readonly ending: AbortSignal;
  /** Wakes the database side: partitions now, replication a little later. @throws Refusal */
  connect(): Promise<void>;
  isReplicationConnected(): boolean;
}
