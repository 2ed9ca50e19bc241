import type { Keys } from "../../keys.ts";
import type { Log } from "../../service.ts";
import type { Caller, Uploads } from "./contract.ts";
import type { Database } from "./database.ts";
import type { Files } from "./files.ts";

export interface StorageOptions {
  /** Connection of supabase_storage_admin. */
  readonly databaseUrl: string;
  readonly keys: Keys;
  readonly log: Log;
  /** Where objects are kept; on one file system. */
  readonly folder: string;
  /** The stack's public address, such as `http://127.0.0.1:54321`. */
  readonly apiUrl: string;
  /** Bytes; the largest object of any bucket. */
  readonly fileSizeLimit?: number;
  /** Milliseconds in which something of a body has to arrive. */
  readonly uploadPatience?: number;
}

/** What every part of the service works with. */
export interface Storage {
  readonly database: Database;
  readonly files: Files;
  readonly uploads: Uploads;
  readonly keys: Keys;
  readonly log: Log;
  /** The service itself: role service_role, whom no policy holds. */
  readonly service: Caller;
  readonly fileSizeLimit: number;
  readonly uploadPatience: number;
}
