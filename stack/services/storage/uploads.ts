import type { Bucket, Caller, Received, Target, Uploads } from "./contract.ts";
import type { Database } from "./database.ts";
import { invalidMimeType, isFinal, noSuchBucket, tooLarge } from "./errors.ts";
import type { Files } from "./files.ts";
import { type Located, requireBucketName, requireKey } from "./names.ts";
import {
  findObjectIfAny,
  insertObject,
  lockName,
  type Metadata,
  type NewObject,
  type ObjectRow,
  ownerOf,
  upsertObject,
} from "./objects.ts";

/** The file by which Studio makes a folder that has nothing in it. */
const PLACEHOLDER = ".emptyFolderPlaceholder";

/** What the real service writes beside a row that it takes back. */
const PROBE_VERSION = "1";

export interface Parts {
  readonly database: Database;
  readonly files: Files;
  readonly service: Caller;
  readonly fileSizeLimit: number;
}

export function createUploads(parts: Parts): Uploads {
  return {
    allow: async (caller, target, operation) => {
      requireBucketName(target.bucketId);
      requireKey(target.name);
      const bucket = await findBucket(parts, target.bucketId, operation);
      requireMimeType(target, bucket);
      const limit = sizeLimit(parts, bucket, target.name);
      if (!target.isEstimate && target.contentLength > limit) throw tooLarge();
      const { mimeType: mimetype, contentLength, userMetadata } = target;
      await probe(parts, caller, target, { mimetype, contentLength }, userMetadata, operation);
      return bucket;
    },
    complete: async (owner, target, received, operation) => {
      const { bucketId, name, userMetadata } = target;
      const metadata = fileMetadata(target, received);
      const place = { bucketId, name, owner, userMetadata, metadata };
      const { id } = await keep(parts, place, received.path, operation);
      return { id, key: `${bucketId}/${name}` };
    },
  };
}

/** Bytes that an object may have: the bucket's limit, within that of the whole service. */
export function sizeLimit(parts: Parts, bucket: Bucket, name: string): number {
  if (name.endsWith(PLACEHOLDER)) return 0;
  return Math.min(parts.fileSizeLimit, bucket.file_size_limit ?? Infinity);
}

/** Whether the caller's policies let an object of this name come into being, or be replaced. */
export async function probe(
  parts: Parts,
  caller: Caller,
  target: Located & { readonly upsert: boolean },
  metadata: Metadata,
  userMetadata: Metadata | null,
  operation: string,
): Promise<void> {
  const { bucketId, name } = target;
  const owner = ownerOf(caller);
  const object = { bucketId, name, owner, metadata, userMetadata, version: PROBE_VERSION };
  await parts.database.probe(
    caller,
    operation,
    async (tx) => void await (target.upsert ? upsertObject : insertObject)(tx, object),
  );
}

/**
 * Makes a file the object of its name. First the file is in place, then the row says so, then the file that it
 * replaces goes: whatever happens in between, every row has its file.
 */
export async function keep(
  parts: Parts,
  object: Omit<NewObject, "version">,
  path: string,
  operation: string,
): Promise<ObjectRow> {
  const { database, files, service } = parts;
  const version = crypto.randomUUID();
  try {
    await files.keep(path, object.bucketId, version);
    const { row, replaced } = await database.as(service, operation, async (tx) => {
      await lockName(tx, object);
      const replaced = await findObjectIfAny(tx, object, "for update");
      return { row: await upsertObject(tx, { ...object, version }), replaced };
    });
    if (replaced) await files.remove(object.bucketId, [replaced.version]);
    return row;
  } catch (error) {
    await files.discard(path);
    if (isFinal(error)) await files.remove(object.bucketId, [version]);
    throw error;
  }
}

/** The bucket, whatever the caller's policies say: uploads and downloads need no right to see it. */
export async function findBucket(
  { database, service }: Pick<Parts, "database" | "service">,
  id: string,
  operation: string,
): Promise<Bucket> {
  const [bucket] = await database.as(
    service,
    operation,
    (tx) =>
      tx.rows<Bucket & Record<string, unknown>>(
        `select id, public, file_size_limit::float8, allowed_mime_types
      from storage.buckets where id = $1`,
        [id],
      ),
  );
  if (!bucket) throw noSuchBucket();
  return bucket;
}

function requireMimeType({ mimeType, name }: Target, bucket: Bucket): void {
  const allowed = bucket.allowed_mime_types ?? [];
  if (allowed.length === 0 || name.endsWith(PLACEHOLDER)) return;
  const [type] = mimeType.split("/");
  const fits = (pattern: string) => pattern === mimeType || pattern === `${type}/*`;
  if (!mimeType.includes("/") || !allowed.some(fits)) throw invalidMimeType(mimeType);
}

function fileMetadata(target: Target, { size, eTag }: Received): Metadata {
  return {
    eTag,
    size,
    mimetype: target.mimeType,
    cacheControl: target.cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: size,
    httpStatusCode: 200,
    ...target.contentEncoding ? { contentEncoding: target.contentEncoding } : {},
  };
}
