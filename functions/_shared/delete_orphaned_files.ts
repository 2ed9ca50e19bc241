import type { Client } from "./call.ts";
import { OrphanedFiles } from "./contract.ts";
import type { z } from "./deps.ts";
import { unwrap } from "./unwrap.ts";

type Files = z.infer<typeof OrphanedFiles>;

/** What a gateway answers for a Storage that is not there. */
const AWAY = [502, 503, 504];

/**
 * Deletes files that no message uses any more, through the Storage API, which alone removes more than the row. What it
 * does not delete stays queued for the next call. Answers how many are gone.
 */
export async function deleteOrphanedFiles(database: Client): Promise<number> {
  const files = OrphanedFiles.parse(unwrap(await database.rpc("claim_orphaned_files")));
  const gone: Files = [];
  for (const [bucket, those] of Map.groupBy(files, ({ bucket }) => bucket)) {
    gone.push(...await remove(database, bucket, those));
  }
  if (gone.length) unwrap(await database.rpc("settle_orphaned_files", { files: gone }));
  return gone.length;
}

/** Those of the files that are gone. One that cannot be deleted does not keep the others: they are tried by halves. */
async function remove(database: Client, bucket: string, files: Files): Promise<Files> {
  const { error } = await database.storage.from(bucket).remove(files.map(({ name }) => name));
  if (!error) return files;
  const { status } = error; // none for a Storage that cannot be reached
  if (files.length === 1 || status === undefined || AWAY.includes(status)) {
    console.error(error);
    return [];
  }
  const middle = files.length >> 1;
  return [
    ...await remove(database, bucket, files.slice(0, middle)),
    ...await remove(database, bucket, files.slice(middle)),
  ];
}
