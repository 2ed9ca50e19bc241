import type { Context } from "hono";
import { z } from "zod";
import { readBody } from "./body.ts";
import { verifyCaller } from "./callers.ts";
import type { Storage } from "./context.ts";
import type { Caller } from "./contract.ts";
import { alreadyExists, isFinal, noSuchKey, StorageError } from "./errors.ts";
import { metadataHeader } from "./incoming.ts";
import { type Located, requireBucketName, requireKey } from "./names.ts";
import {
  findObject,
  legacyOwner,
  lockName,
  objectJson,
  type ObjectRow,
  ownerOf,
  storedOf,
} from "./objects.ts";
import { keep, probe } from "./uploads.ts";

const Move = z.object({
  bucketId: z.string(),
  sourceKey: z.string(),
  destinationKey: z.string(),
  destinationBucket: z.string().optional(),
});

const Copy = Move.extend({
  copyMetadata: z.boolean().optional(),
  metadata: z.object({ cacheControl: z.string(), mimetype: z.string() }).partial().optional(),
});

interface Journey {
  readonly from: Located;
  readonly to: Located;
}

/** POST /object/move */
export async function move(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const journey = journeyOf(await readBody(c, Move));
  const operation = "storage.object.move";
  try {
    await storage.database.probe(caller, operation, async (tx) => {
      await findObject(tx, journey.from);
      const moved = await tx.rows(MOVE, moveValues(journey, caller, "1"));
      if (moved.length === 0) throw noSuchKey();
    });
    if (!isSame(journey)) await carry(storage, journey, caller, operation);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "KeyAlreadyExists") throw error;
    throw alreadyExists("ResourceAlreadyExists");
  }
  return c.json({ message: "Successfully moved" });
}

/** POST /object/copy */
export async function copy(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const body = await readBody(c, Copy);
  const { from, to } = journeyOf(body);
  const operation = "storage.object.copy";
  const source = await storage.database.as(caller, operation, (tx) => findObject(tx, from));
  const upsert = c.req.header("x-upsert") === "true";
  const withMetadata = body.copyMetadata ?? true;
  const metadata = { ...source.metadata, ...withMetadata ? {} : body.metadata };
  const userMetadata = withMetadata ? source.user_metadata : metadataHeader(c.req.raw);
  await probe(storage, caller, { ...to, upsert }, metadata, userMetadata, operation);
  const object = {
    ...to,
    owner: ownerOf(caller),
    metadata: { ...metadata, lastModified: new Date().toISOString() },
    userMetadata,
  };
  const row = await keep(storage, object, await duplicate(storage, source), operation);
  return c.json({ Id: row.id, Key: `${to.bucketId}/${to.name}`, ...objectJson(row) });
}

const MOVE = `update storage.objects
  set bucket_id = $3, name = $4, owner = $5, owner_id = $6, version = $7
  where bucket_id = $1 and name = $2
  returning id`;

function moveValues({ from, to }: Journey, caller: Caller, version: string): unknown[] {
  const owner = ownerOf(caller);
  return [from.bucketId, from.name, to.bucketId, to.name, legacyOwner(owner), owner, version];
}

// A second name for the bytes first, then the row, then the old name goes: see keep().
async function carry(
  { database, files, service }: Storage,
  journey: Journey,
  caller: Caller,
  operation: string,
): Promise<void> {
  const { from, to } = journey;
  const version = crypto.randomUUID();
  try {
    const before = await database.as(service, operation, async (tx) => {
      await lockName(tx, to);
      const source = await findObject(tx, from, "for update");
      const path = await duplicate({ files }, source);
      await files.keep(path, to.bucketId, version);
      await tx.rows(MOVE, moveValues(journey, caller, version));
      return source;
    });
    await files.remove(from.bucketId, [before.version]);
  } catch (error) {
    if (isFinal(error)) await files.remove(to.bucketId, [version]);
    throw error;
  }
}

async function duplicate({ files }: Pick<Storage, "files">, row: ObjectRow): Promise<string> {
  try {
    return await files.duplicate(storedOf(files, row).path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw noSuchKey();
    throw error;
  }
}

function journeyOf(body: z.output<typeof Move>): Journey {
  const { bucketId, sourceKey, destinationKey, destinationBucket = bucketId } = body;
  requireBucketName(bucketId);
  requireBucketName(destinationBucket);
  requireKey(sourceKey);
  requireKey(destinationKey);
  return {
    from: { bucketId, name: sourceKey },
    to: { bucketId: destinationBucket, name: destinationKey },
  };
}

function isSame({ from, to }: Journey): boolean {
  return from.bucketId === to.bucketId && from.name === to.name;
}
