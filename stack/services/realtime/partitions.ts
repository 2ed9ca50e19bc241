import type { Database } from "./database.ts";

const DAY = 86_400_000;
/** Yesterday … today + 3, and everything before the day that was 72 hours ago goes. */
const DAYS_AHEAD = 3;
const DAYS_KEPT = 3;

/** Makes the daily partitions that messages need to get in, and drops those past their retention. */
export async function maintainPartitions(database: Database): Promise<void> {
  const now = Date.now();
  for (let day = -1; day <= DAYS_AHEAD; day++) {
    const from = isoDate(now + day * DAY);
    const to = isoDate(now + (day + 1) * DAY);
    await database.query(
      `create table if not exists realtime.${partitionOf(from)}
       partition of realtime.messages for values from ('${from}') to ('${to}')`,
    );
  }
  const oldest = partitionOf(isoDate(now - DAYS_KEPT * DAY));
  for (const name of await partitions(database)) {
    if (name < oldest) await database.query(`drop table if exists realtime.${name}`);
  }
}

async function partitions(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select c.relname as name
     from pg_inherits as i
     join pg_class as c on c.oid = i.inhrelid
     where i.inhparent = 'realtime.messages'::regclass
       and c.relname ~ '^messages_\\d{4}_\\d{2}_\\d{2}$'`,
  );
  return rows.map((row) => row.name);
}

function isoDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function partitionOf(date: string): string {
  return `messages_${date.replaceAll("-", "_")}`;
}
