import type { Context } from "hono";
import { verifyCaller } from "./callers.ts";
import type { Storage } from "./context.ts";
import type { Caller, Target } from "./contract.ts";
import { readIncoming } from "./incoming.ts";
import { type Located, located } from "./names.ts";
import { ownerOf } from "./objects.ts";
import { signToken, UPLOAD_SECONDS, verifyUpload } from "./signatures.ts";
import { findBucket, probe, sizeLimit } from "./uploads.ts";

/** POST /object/:bucket/:name */
export async function upload(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const place = { ...located(c, "/object"), upsert: c.req.header("x-upsert") === "true" };
  const owner = ownerOf(caller);
  const { id, key } = await receive(storage, c, caller, owner, place, "storage.object.upload");
  return c.json({ Key: key, Id: id });
}

/** PUT /object/:bucket/:name: replaces, or creates. */
export async function update(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const place = { ...located(c, "/object"), upsert: true };
  const owner = ownerOf(caller);
  const operation = "storage.object.upload_update";
  const { id, key } = await receive(storage, c, caller, owner, place, operation);
  return c.json({ Key: key, Id: id });
}

/** POST /object/upload/sign/:bucket/:name: an address by which someone without rights may upload. */
export async function signUpload(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const place = located(c, "/object/upload/sign");
  const upsert = c.req.header("x-upsert") === "true";
  const operation = "storage.object.sign_upload_url";
  await findBucket(storage, place.bucketId, operation);
  await probe(storage, caller, { ...place, upsert }, {}, null, operation);
  const url = `${place.bucketId}/${place.name}`;
  const owner = ownerOf(caller);
  const claims = { ...owner === null ? {} : { owner }, url, upsert, scope: "upload" };
  const token = await signToken(storage.keys, claims, UPLOAD_SECONDS);
  return c.json({ url: `/object/upload/sign/${url}?token=${token}`, token });
}

/** PUT /object/upload/sign/:bucket/:name?token= */
export async function uploadSigned(storage: Storage, c: Context): Promise<Response> {
  const place = located(c, "/object/upload/sign");
  const { owner, upsert } = await verifyUpload(storage.keys, c.req.query("token"), place);
  const operation = "storage.object.upload_signed";
  const { key } = await receive(
    storage,
    c,
    storage.service,
    owner,
    { ...place, upsert },
    operation,
  );
  return c.json({ Key: key });
}

async function receive(
  storage: Storage,
  c: Context,
  caller: Caller,
  owner: string | null,
  place: Located & Pick<Target, "upsert">,
  operation: string,
): Promise<{ id: string; key: string }> {
  const { file, cancel, ...about } = await readIncoming(c.req.raw, storage.uploadPatience);
  try {
    const target = { ...place, ...about };
    const bucket = await storage.uploads.allow(caller, target, operation);
    const received = await storage.files.receive(file, sizeLimit(storage, bucket, target.name));
    return await storage.uploads.complete(owner, target, received, operation);
  } finally {
    cancel();
  }
}
