import type { Storage } from "./context.ts";

/** Removes the files that nothing leads to any more; before anyone can upload. */
export async function tidy(
  { database, files, service }: Pick<Storage, "database" | "files" | "service">,
): Promise<void> {
  const rows = await database.as(
    service,
    "storage.tidy",
    (tx) =>
      tx.rows<{ bucket_id: string; version: string }>(
        "select bucket_id, version from storage.objects where version is not null",
      ),
  );
  const versions = new Map<string, Set<string>>();
  for (const { bucket_id, version } of rows) {
    const known = versions.get(bucket_id) ?? new Set();
    versions.set(bucket_id, known.add(version));
  }
  await files.tidy(versions);
}
