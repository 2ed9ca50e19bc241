import { validate } from "uuid";
import type { Caller, Stored } from "./contract.ts";
import type { Transaction } from "./database.ts";
import { noSuchKey } from "./errors.ts";
import type { Files } from "./files.ts";
import type { Located } from "./names.ts";

export type Metadata = Record<string, unknown>;

export type ObjectRow = {
  id: string;
  bucket_id: string;
  name: string;
  owner: string | null;
  owner_id: string | null;
  version: string;
  created_at: Date;
  updated_at: Date;
  last_accessed_at: Date;
  metadata: Metadata | null;
  user_metadata: Metadata | null;
};

export interface NewObject extends Located {
  readonly owner: string | null;
  readonly metadata: Metadata;
  readonly userMetadata: Metadata | null;
  readonly version: string;
}

export const COLUMNS = `id, bucket_id, name, owner, owner_id, version, created_at, updated_at,
  last_accessed_at, metadata, user_metadata`;

/** Who an object belongs to: the subject of the caller's token, which service keys do not have. */
export function ownerOf({ claims }: Caller): string | null {
  return claims.sub ?? null;
}

/** The column `owner` is older than the idea that a subject may be any text. */
export function legacyOwner(owner: string | null): string | null {
  return validate(owner) ? owner : null;
}

/** @throws {StorageError} NoSuchKey, also for what the caller's policies hide */
export async function findObject(
  tx: Transaction,
  { bucketId, name }: Located,
  locking: "" | "for update" = "",
): Promise<ObjectRow> {
  const row = await findObjectIfAny(tx, { bucketId, name }, locking);
  if (!row) throw noSuchKey();
  return row;
}

export async function findObjectIfAny(
  tx: Transaction,
  { bucketId, name }: Located,
  locking: "" | "for update" = "",
): Promise<ObjectRow | undefined> {
  const rows = await tx.rows<ObjectRow>(
    `select ${COLUMNS} from storage.objects where bucket_id = $1 and name = $2 ${locking}`,
    [bucketId, name],
  );
  return rows[0];
}

const INSERT = `insert into storage.objects
  (bucket_id, name, owner, owner_id, metadata, user_metadata, version)
  values ($1, $2, $3, $4, $5, $6, $7)`;

export async function insertObject(tx: Transaction, object: NewObject): Promise<void> {
  await tx.rows(INSERT, valuesOf(object));
}

/** Needs the right to read, as `returning` does. */
export async function upsertObject(tx: Transaction, object: NewObject): Promise<ObjectRow> {
  const rows = await tx.rows<ObjectRow>(
    `${INSERT}
    on conflict (bucket_id, name) do update
    set owner = excluded.owner, owner_id = excluded.owner_id, metadata = excluded.metadata,
      user_metadata = excluded.user_metadata, version = excluded.version
    returning ${COLUMNS}`,
    valuesOf(object),
  );
  if (!rows[0]) throw noSuchKey();
  return rows[0];
}

/** Keeps everyone else from a name until the transaction ends, whether there is a row or not. */
export async function lockName(tx: Transaction, { bucketId, name }: Located): Promise<void> {
  await tx.rows("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`${bucketId}/${name}`]);
}

/** What the service knows of an object's file. */
export function storedOf(files: Files, row: ObjectRow): Stored {
  const metadata = row.metadata ?? {};
  const text = (key: string, otherwise: string) =>
    typeof metadata[key] === "string" ? metadata[key] : otherwise;
  const lastModified = new Date(text("lastModified", ""));
  return {
    id: row.id,
    bucketId: row.bucket_id,
    name: row.name,
    version: row.version,
    size: Number(metadata.size ?? 0),
    mimeType: text("mimetype", "application/octet-stream"),
    cacheControl: text("cacheControl", "no-cache"),
    contentEncoding: text("contentEncoding", "") || null,
    eTag: text("eTag", ""),
    lastModified: Number.isNaN(lastModified.valueOf()) ? row.updated_at : lastModified,
    path: files.pathOf(row.bucket_id, row.version),
  };
}

/** A row as clients see it. */
export function objectJson(row: ObjectRow): Metadata {
  return { ...row, owner: row.owner ?? "" };
}

function valuesOf(object: NewObject): unknown[] {
  return [
    object.bucketId,
    object.name,
    legacyOwner(object.owner),
    object.owner,
    object.metadata,
    object.userMetadata,
    object.version,
  ];
}
