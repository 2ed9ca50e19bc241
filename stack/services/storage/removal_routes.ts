import type { Context } from "hono";
import { z } from "zod";
import { readBody } from "./body.ts";
import { verifyCaller } from "./callers.ts";
import type { Storage } from "./context.ts";
import { accessDenied } from "./errors.ts";
import { located, requireBucketName } from "./names.ts";
import { COLUMNS, findObject, objectJson, type ObjectRow } from "./objects.ts";

const Many = z.object({ prefixes: z.array(z.string()).min(1) });

/** DELETE /object/:bucket/:name */
export async function removeOne(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const { bucketId, name } = located(c, "/object");
  const operation = "storage.object.delete";
  const { version } = await storage.database.as(storage.service, operation, async (tx) => {
    const row = await findObject(tx, { bucketId, name }, "for update");
    await tx.become(caller);
    const deleted = await tx.rows(
      "delete from storage.objects where bucket_id = $1 and name = $2 returning id",
      [bucketId, name],
    );
    if (deleted.length === 0) throw accessDenied();
    return row;
  });
  await storage.files.remove(bucketId, [version]);
  return c.json({ message: "Successfully deleted" });
}

/** DELETE /object/:bucket: what the caller's policies hide or keep is passed over in silence. */
export async function removeMany(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const bucketId = c.req.param("bucket") ?? "";
  requireBucketName(bucketId);
  const { prefixes } = await readBody(c, Many);
  const deleted = await storage.database.as(
    caller,
    "storage.object.delete_many",
    (tx) =>
      tx.rows<ObjectRow>(
        `delete from storage.objects where bucket_id = $1 and name = any ($2) returning ${COLUMNS}`,
        [bucketId, prefixes],
      ),
  );
  await storage.files.remove(bucketId, deleted.map(({ version }) => version));
  return c.json(deleted.map(objectJson));
}
