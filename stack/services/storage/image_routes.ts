import type { Context } from "hono";
import { sendImage } from "./answers.ts";
import { verifyCaller } from "./callers.ts";
import type { Storage } from "./context.ts";
import { asService, type Find, publicObject, readable } from "./download_routes.ts";
import { located } from "./names.ts";
import { storedOf } from "./objects.ts";
import { verifyDownload } from "./signatures.ts";

/** GET /render/image/public/:bucket/:name */
export async function imagePublic(storage: Storage, c: Context): Promise<Response> {
  const operation = "storage.render.image_public";
  const find = await publicObject(storage, c, "/render/image/public", operation);
  return await answer(storage, c, find, queryOf(c));
}

/** GET /render/image/authenticated/:bucket/:name */
export async function imageAuthenticated(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const place = located(c, "/render/image/authenticated");
  const find = await readable(storage, caller, place, "storage.render.image_authenticated");
  return await answer(storage, c, find, queryOf(c));
}

/** GET /render/image/sign/:bucket/:name?token=: the picture as it was signed, and no other. */
export async function imageSigned(storage: Storage, c: Context): Promise<Response> {
  const place = located(c, "/render/image/sign");
  const { exp, transformations } = await verifyDownload(storage.keys, c.req.query("token"), place);
  const pairs = (transformations ?? "").split(",").filter(Boolean).map((pair) => pair.split(":"));
  const find = asService(storage, place, "storage.render.image_sign");
  return await answer(storage, c, find, new URLSearchParams(pairs), exp);
}

async function answer(
  storage: Storage,
  c: Context,
  find: Find,
  transform: URLSearchParams,
  expires?: number,
): Promise<Response> {
  const stored = storedOf(storage.files, await find());
  const options = { download: c.req.query("download"), expires };
  return await sendImage(stored, transform, c.req.raw, options);
}

function queryOf(c: Context): URLSearchParams {
  return new URL(c.req.url).searchParams;
}
