import pg from "pg";

const FILES = ["roles", "auth", "storage", "realtime", "guard"];

export interface PlatformOptions {
  /** Connection of the bootstrap superuser, supabase_admin. */
  readonly url: string;
  /** True keeps the old default grants on `public`; false revokes them, as on today's hosted projects. */
  readonly autoExposeNewTables: boolean;
}

/** Lays out an empty cluster as Supabase does: roles, schemas, default privileges, and the guard. */
export async function createPlatform(options: PlatformOptions): Promise<void> {
  const files = options.autoExposeNewTables ? FILES : [...FILES, "default_privileges_revoked"];
  for (const file of files) {
    const sql = await Deno.readTextFile(new URL(`platform/${file}.sql`, import.meta.url));
    const client = new pg.Client(options.url);
    await client.connect();
    try {
      await client.query(sql);
    } catch (error) {
      throw new Error(`stack/database/platform/${file}.sql: ${(error as Error).message}`, {
        cause: error,
      });
    } finally {
      await client.end();
    }
  }
}
