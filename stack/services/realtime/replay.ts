import { z } from "zod";
import type { Database } from "./database.ts";
import type { UserBroadcast } from "./frames.ts";
import { Refusal } from "./refusal.ts";

const MOST = 25;
const replayParams = z.object({
  since: z.int().nonnegative().max(8.64e15),
  limit: z.int().positive().default(MOST),
});

interface ReplayRow {
  readonly id: string;
  readonly event: string | null;
  readonly payload: string | null;
  readonly binary_payload: Uint8Array | null;
}

/**
 * The newest stored broadcasts of a private topic, oldest first. Read as superuser: whoever may join may
 * read everything since, also what was sent before he became a member. @throws Refusal
 */
export async function replayMessages(
  database: Database,
  topic: string,
  params: unknown,
): Promise<UserBroadcast[]> {
  const { since, limit } = replayParams.safeParse(params).data ??
    refuse("Replay params are not valid");
  const rows = await database.query<ReplayRow>(
    `select id, event, payload::text, binary_payload
     from realtime.messages
     where topic = $1
       and private
       and extension = 'broadcast'
       and inserted_at >= to_timestamp($2::double precision / 1000) at time zone 'UTC'
       and inserted_at < (now() + interval '1 minute') at time zone 'UTC'
     order by inserted_at desc
     limit $3`,
    [topic, since, Math.min(limit, MOST)],
  ).catch((error: unknown) => {
    throw error instanceof Refusal ? error : refuse("Realtime was unable to replay messages");
  });
  return rows.reverse().map((row) => ({
    event: row.event ?? "",
    json: row.binary_payload === null,
    bytes: row.binary_payload ?? new TextEncoder().encode(row.payload ?? "null"),
    meta: { id: row.id, replayed: true },
  }));
}

export function refuse(sentence: string): never {
  throw new Refusal("UnableToReplayMessages", sentence);
}
