import type { Client } from "../_shared/call.ts";
import { OrphanedFiles } from "../_shared/contract.ts";
import { unwrap } from "../_shared/unwrap.ts";

/**
 * Deletes files that no message uses any more, through the Storage API, which alone removes more than the row. What it
 * does not delete stays queued for the next call. Answers how many are gone.
 */
export async function deleteOrphanedFiles(database: Client): Promise<number> {
  const files = OrphanedFiles.parse(unwrap(await database.rpc("claim_orphaned_files")));
  const gone: typeof files = [];
  for (const [bucket, those] of Map.groupBy(files, ({ bucket }) => bucket)) {
    const { error } = await database.storage.from(bucket).remove(those.map(({ name }) => name));
    if (error) console.error(error);
    else gone.push(...those);
  }
  if (gone.length) unwrap(await database.rpc("settle_orphaned_files", { files: gone }));
  return gone.length;
}
