import type { Context } from "hono";
import { callerIfAny, verifyCaller } from "./callers.ts";
import type { Storage } from "./context.ts";
import type { Caller } from "./contract.ts";
import { noSuchBucket } from "./errors.ts";
import { infoJson, send, sendHead } from "./answers.ts";
import { type Located, located } from "./names.ts";
import { findObject, type ObjectRow } from "./objects.ts";
import { verifyDownload } from "./signatures.ts";
import { findBucket } from "./uploads.ts";

/** Finds an object's row anew: asked again when the file was replaced in the meantime. */
export type Find = () => Promise<ObjectRow>;

const OPERATIONS = {
  GET: "storage.object.get_authenticated",
  HEAD: "object.head_authenticated_info",
  info: "object.get_authenticated_info",
};

/** GET and HEAD /object/public/:bucket/:name */
export async function downloadPublic(storage: Storage, c: Context): Promise<Response> {
  const operation = "storage.object.get_public";
  return await answer(storage, c, await publicObject(storage, c, "/object/public", operation));
}

/** GET and HEAD /object/authenticated/:bucket/:name */
export async function downloadAuthenticated(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const place = located(c, "/object/authenticated");
  return await answer(storage, c, await readable(storage, caller, place, downloadOperation(c)));
}

/** GET and HEAD /object/:bucket/:name: with a token, or from a public bucket. */
export async function download(storage: Storage, c: Context): Promise<Response> {
  const caller = await callerIfAny(storage.keys, c.req.raw);
  const place = located(c, "/object");
  return await answer(storage, c, await readable(storage, caller, place, downloadOperation(c)));
}

/** GET and HEAD /object/sign/:bucket/:name?token= */
export async function downloadSigned(storage: Storage, c: Context): Promise<Response> {
  const place = located(c, "/object/sign");
  const { exp } = await verifyDownload(storage.keys, c.req.query("token"), place);
  return await answer(storage, c, asService(storage, place, "storage.object.get_signed"), exp);
}

/** GET /object/info/public/:bucket/:name */
export async function infoPublic(storage: Storage, c: Context): Promise<Response> {
  const operation = "storage.object.info_public";
  const find = await publicObject(storage, c, "/object/info/public", operation);
  return c.json(infoJson(await find()));
}

/** GET /object/info/authenticated/:bucket/:name */
export async function infoAuthenticated(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const place = located(c, "/object/info/authenticated");
  const find = await readable(storage, caller, place, OPERATIONS.info);
  return c.json(infoJson(await find()));
}

/** GET /object/info/:bucket/:name */
export async function info(storage: Storage, c: Context): Promise<Response> {
  const caller = await callerIfAny(storage.keys, c.req.raw);
  const find = await readable(storage, caller, located(c, "/object/info"), OPERATIONS.info);
  return c.json(infoJson(await find()));
}

/** @throws {StorageError} NoSuchBucket for a bucket that is not public */
export async function publicObject(
  storage: Storage,
  c: Context,
  route: string,
  operation: string,
): Promise<Find> {
  const place = located(c, route);
  const bucket = await findBucket(storage, place.bucketId, operation);
  if (!bucket.public) throw noSuchBucket();
  return asService(storage, place, operation);
}

/** What the caller's policies show, or anything in a public bucket. */
export async function readable(
  storage: Storage,
  caller: Caller | null,
  place: Located,
  operation: string,
): Promise<Find> {
  const bucket = await findBucket(storage, place.bucketId, operation);
  if (bucket.public) return asService(storage, place, operation);
  if (!caller) throw noSuchBucket();
  return () => storage.database.as(caller, operation, (tx) => findObject(tx, place));
}

export function asService(storage: Storage, place: Located, operation: string): Find {
  return () => storage.database.as(storage.service, operation, (tx) => findObject(tx, place));
}

function downloadOperation(c: Context): string {
  return c.req.method === "HEAD" ? OPERATIONS.HEAD : OPERATIONS.GET;
}

async function answer(
  storage: Storage,
  c: Context,
  find: Find,
  expires?: number,
): Promise<Response> {
  const options = { download: c.req.query("download"), expires };
  if (c.req.method === "HEAD") return sendHead(storage.files, await find(), c.req.raw, options);
  return await send(storage.files, find, c.req.raw, options);
}
