import pg from "pg";
import { databaseUrl } from "../../stack/database/postgres.ts";
import {
  type ScratchDatabase,
  startScratchDatabase,
} from "../../stack/database/scratch_database.ts";

/** Starts a throw-away database with the plugin. `TEST_AUTO_EXPOSE=off` has new projects' privileges. */
export async function startDatabase(
  { installed = true }: { installed?: boolean } = {},
): Promise<ScratchDatabase> {
  await using started = new AsyncDisposableStack();
  const database = started.use(
    await startScratchDatabase({
      autoExposeNewTables: Deno.env.get("TEST_AUTO_EXPOSE") !== "off",
    }),
  );
  await createPartitions(database);
  if (installed) await database.install();
  started.move();
  return database;
}

/** One connection of a role. Whoever opens it ends it. */
export async function connect(role: string, port: number): Promise<pg.Client> {
  const client = new pg.Client(databaseUrl(role, port));
  await client.connect();
  return client;
}

// Realtime makes one partition a day. Tomorrow's too, for runs around midnight.
async function createPartitions({ port }: ScratchDatabase): Promise<void> {
  const client = await connect("supabase_admin", port);
  await client.query(`
    do $$
    declare
      v_day date;
    begin
      for v_day in select d from generate_series(current_date, current_date + 1, interval '1 day') as d loop
        execute format(
          'create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
          'messages_' || to_char(v_day, 'YYYY_MM_DD'), v_day, v_day + 1
        );
      end loop;
    end;
    $$`);
  await client.end();
}
