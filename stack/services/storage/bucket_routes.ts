import type { Context } from "hono";
import { z } from "zod";
import { readBody, readQuery } from "./body.ts";
import { verifyCaller } from "./callers.ts";
import type { Storage } from "./context.ts";
import {
  accessDenied,
  invalidMimeType,
  invalidRequest,
  noSuchBucket,
  StorageError,
  tooLarge,
} from "./errors.ts";
import { requireBucketName } from "./names.ts";
import { legacyOwner, ownerOf } from "./objects.ts";

/** Rows that are deleted in one statement when a bucket is emptied. */
const BATCH = 1000;

const Limits = z.object({
  public: z.boolean().optional(),
  file_size_limit: z.union([z.int().min(0), z.string()]).nullish(),
  allowed_mime_types: z.array(z.string()).nullish(),
});

const NewBucket = Limits.extend({ name: z.string(), id: z.string().optional() });

const count = z.string().regex(/^\d{1,9}$/).transform(Number);

const Query = z.object({
  limit: count.optional(),
  offset: count.optional(),
  sortColumn: z.enum(["id", "name", "created_at", "updated_at"]).optional(),
  sortOrder: z.enum(["asc", "desc"]).optional(),
  search: z.string().optional(),
});

type BucketRow = { owner: string | null };

const COLUMNS = `id, name, owner, public, file_size_limit::float8, allowed_mime_types, created_at,
  updated_at, type`;

/** GET /bucket */
export async function listBuckets(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const { limit = null, offset = 0, sortColumn = "name", sortOrder = "asc", search = "" } =
    readQuery(c, Query);
  const rows = await storage.database.as(caller, "storage.bucket.list", (tx) =>
    tx.rows<BucketRow>(
      `select ${COLUMNS} from storage.buckets
      where strpos(lower(name), lower($1)) > 0
      order by ${sortColumn} ${sortOrder}, id
      limit $2 offset $3`,
      [search, limit, offset],
    ));
  return c.json(rows.map(bucketJson));
}

/** GET /bucket/:bucket */
export async function readBucket(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const [bucket] = await storage.database.as(
    caller,
    "storage.bucket.get",
    (tx) =>
      tx.rows<BucketRow>(
        `select ${COLUMNS} from storage.buckets where id = $1`,
        [c.req.param("bucket")],
      ),
  );
  if (!bucket) throw noSuchBucket();
  return c.json(bucketJson(bucket));
}

/** POST /bucket */
export async function createBucket(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const body = await readBody(c, NewBucket);
  requireBucketName(body.name);
  requireBucketName(body.id ?? body.name);
  const owner = ownerOf(caller);
  await storage.database.as(caller, "storage.bucket.create", (tx) =>
    tx.rows(
      `insert into storage.buckets
        (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
      values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        body.id ?? body.name,
        body.name,
        legacyOwner(owner),
        owner,
        body.public ?? false,
        bytesOf(body.file_size_limit, storage.fileSizeLimit) ?? null,
        mimeTypesOf(body.allowed_mime_types) ?? null,
      ],
    ));
  return c.json({ name: body.name });
}

/** PUT /bucket/:bucket: what the body does not name stays as it is. */
export async function updateBucket(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const body = await readBody(c, Limits);
  const changes = Object.entries({
    public: body.public,
    file_size_limit: bytesOf(body.file_size_limit, storage.fileSizeLimit),
    allowed_mime_types: mimeTypesOf(body.allowed_mime_types),
  }).filter(([, value]) => value !== undefined);
  const set = ["updated_at = now()", ...changes.map(([column], i) => `${column} = $${i + 2}`)];
  const updated = await storage.database.as(caller, "storage.bucket.update", (tx) =>
    tx.rows(
      `update storage.buckets set ${set} where id = $1 returning id`,
      [c.req.param("bucket"), ...changes.map(([, value]) => value)],
    ));
  if (updated.length === 0) throw noSuchBucket();
  return c.json({ message: "Successfully updated" });
}

/** POST /bucket/:bucket/empty: for who may delete in it. */
export async function emptyBucket(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const id = c.req.param("bucket") ?? "";
  const operation = "storage.bucket.empty";
  await storage.database.probe(caller, operation, async (tx) => {
    const [bucket] = await tx.rows("select id from storage.buckets where id = $1", [id]);
    if (!bucket) throw noSuchBucket();
    const [object] = await tx.rows(
      "select name from storage.objects where bucket_id = $1 limit 1",
      [
        id,
      ],
    );
    if (!object) return;
    const deleted = await tx.rows(
      "delete from storage.objects where bucket_id = $1 and name = $2 returning id",
      [id, object.name],
    );
    if (deleted.length === 0) throw accessDenied();
  });
  while (await removeSome(storage, id, operation) > 0);
  const message = "Empty bucket has been queued. Completion may take up to an hour.";
  return c.json({ message });
}

/** DELETE /bucket/:bucket */
export async function deleteBucket(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const id = c.req.param("bucket") ?? "";
  await storage.database.as(storage.service, "storage.bucket.delete", async (tx) => {
    const [bucket] = await tx.rows("select from storage.buckets where id = $1 for update", [id]);
    if (!bucket) throw noSuchBucket();
    const objects = await tx.rows("select from storage.objects where bucket_id = $1 limit 1", [id]);
    if (objects.length > 0) throw notEmpty();
    await tx.become(caller);
    const sql = "delete from storage.buckets where id = $1 returning id";
    if ((await tx.rows(sql, [id])).length === 0) throw noSuchBucket();
  });
  return c.json({ message: "Successfully deleted" });
}

async function removeSome(storage: Storage, id: string, operation: string): Promise<number> {
  const deleted = await storage.database.as(
    storage.service,
    operation,
    (tx) =>
      tx.rows<{ version: string }>(
        `delete from storage.objects
      where id in (select id from storage.objects where bucket_id = $1 limit ${BATCH})
      returning version`,
        [id],
      ),
  );
  await storage.files.remove(id, deleted.map(({ version }) => version));
  return deleted.length;
}

function bucketJson(row: BucketRow): BucketRow {
  return { ...row, owner: row.owner ?? "" };
}

const UNITS: Record<string, number> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/** Undefined for what is not to change. */
function bytesOf(limit: string | number | null | undefined, most: number) {
  if (limit === null || limit === undefined) return limit;
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(gb|mb|kb|b)$/i.exec(String(limit)) ?? [];
  if (typeof limit === "string" && amount === undefined) {
    const hint = "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B";
    throw invalidRequest(hint, "InvalidRequest");
  }
  const bytes = typeof limit === "number"
    ? limit
    : Math.round(Number(amount) * (UNITS[unit.toLowerCase()] ?? 1));
  if (bytes > most) throw tooLarge();
  return bytes;
}

const MIME_TYPE = /^([\w+.-]+\/([\w+.-]+|\*)(;\s*charset=[\w-]+)?|\*)$/;

function mimeTypesOf(types: string[] | null | undefined) {
  const named = types?.filter((type) => type !== "");
  const wrong = named?.find((type) => type.length > 1000 || !MIME_TYPE.test(type));
  if (wrong !== undefined) throw invalidMimeType(wrong);
  return named ?? types;
}

function notEmpty(): StorageError {
  const message = "The bucket you tried to delete is not empty";
  return new StorageError(409, "ResourceNotEmpty", message);
}
