import type { Context } from "hono";
import { z } from "zod";
import { readBody } from "./body.ts";
import { verifyCaller } from "./callers.ts";
import type { Storage } from "./context.ts";
import { located, requireBucketName } from "./names.ts";
import { findObject } from "./objects.ts";
import { signToken } from "./signatures.ts";

const Transform = z.object({
  width: z.int().min(0).optional(),
  height: z.int().min(0).optional(),
  resize: z.enum(["cover", "contain", "fill"]).optional(),
  format: z.enum(["origin", "avif", "webp"]).optional(),
  quality: z.int().min(0).optional(),
});

// A year beyond this one is no date any more.
const ExpiresIn = z.int().min(1).max(1_000_000_000);

const One = z.object({ expiresIn: ExpiresIn, transform: Transform.optional() });
const Many = z.object({ expiresIn: ExpiresIn, paths: z.array(z.string()).min(1) });

/** POST /object/sign/:bucket/:name: an address by which anyone may download, until it ends. */
export async function signOne(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const place = located(c, "/object/sign");
  const { expiresIn, transform = {} } = await readBody(c, One);
  await storage.database.as(caller, "storage.object.sign", (tx) => findObject(tx, place));
  const url = `${place.bucketId}/${place.name}`;
  const transformations = Object.entries(transform).map((pair) => pair.join(":")).join(",");
  const claims = { url, scope: "download", ...transformations ? { transformations } : {} };
  const token = await signToken(storage.keys, claims, expiresIn);
  const route = transformations ? "render/image" : "object";
  return c.json({ signedURL: `/${route}/sign/${url}?token=${token}` });
}

/** POST /object/sign/:bucket: the same for many; for each of them it is said whether it went well. */
export async function signMany(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const bucketId = c.req.param("bucket") ?? "";
  requireBucketName(bucketId);
  const { expiresIn, paths } = await readBody(c, Many);
  const rows = await storage.database.as(
    caller,
    "storage.object.sign_many",
    (tx) =>
      tx.rows<{ name: string }>(
        "select name from storage.objects where bucket_id = $1 and name = any ($2)",
        [bucketId, paths],
      ),
  );
  const found = new Set(rows.map(({ name }) => name));
  const sign = async (path: string) => {
    if (!found.has(path)) return { error: UNKNOWN, path, signedURL: null };
    const url = `${bucketId}/${path}`;
    const token = await signToken(storage.keys, { url, scope: "download" }, expiresIn);
    return { error: null, path, signedURL: `/object/sign/${url}?token=${token}` };
  };
  return c.json(await Promise.all(paths.map(sign)));
}

const UNKNOWN = "Either the object does not exist or you do not have access to it";
