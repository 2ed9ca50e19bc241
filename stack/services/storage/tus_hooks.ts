import { Buffer } from "node:buffer";
import { ERRORS, type ServerOptions } from "@tus/server";
import type { Log } from "../../service.ts";
import type { Uploads } from "./contract.ts";
import { asStorageError } from "./errors.ts";
import { toTarget } from "./tus_metadata.ts";
import type { Records } from "./tus_records.ts";
import type { UploadStore } from "./tus_store.ts";
import { isSigned, PATH, readVisit, type VisitOptions } from "./tus_visit.ts";

export interface HookOptions extends VisitOptions {
  readonly uploads: Uploads;
  readonly records: Records;
  readonly store: UploadStore;
  readonly publicUrl: string;
  readonly log: Log;
}

type Hooks = Pick<
  ServerOptions,
  | "namingFunction"
  | "generateUrl"
  | "getFileIdFromRequest"
  | "onIncomingRequest"
  | "onUploadCreate"
  | "onUploadFinish"
  | "onResponseError"
>;

/** What Storage adds to the protocol: addresses that name the object, and who may do what. */
export function createHooks(options: HookOptions): Hooks {
  const { uploads, records, store, publicUrl, log } = options;
  /** The requests that may replace an object; the last of an upload decides. */
  const upserts = new WeakSet<Request>();

  return {
    namingFunction: (_request, metadata) => {
      const { bucketId, name } = toTarget(metadata, 0, false);
      return `${bucketId}/${name}/${crypto.randomUUID()}`;
    },
    generateUrl: (request, { id }) =>
      `${publicUrl}${PATH}${isSigned(request) ? "/sign" : ""}/${encode(id)}`,
    getFileIdFromRequest: (request) => decode(new URL(request.url).pathname.split("/").at(-1)),

    onUploadCreate: async (request, { id, metadata, size = 0 }) => {
      const place = toTarget(metadata, size, false);
      const { caller, owner, creator, upsert } = await readVisit(request, place, options);
      const target = { ...place, upsert };
      await uploads.allow(caller, target, "storage.tus.upload.create");
      await records.create({ id, creator, owner, target, metadata: metadata ?? {} });
      if (upsert) upserts.add(request);
      return {};
    },
    // The policies are asked again for every part: who has lost the right to upload does not get to finish.
    onIncomingRequest: async (request, id) => {
      if (request.method === "POST") return;
      const record = await records.find(id);
      if (!record) throw ERRORS.FILE_NOT_FOUND;
      const { caller, creator, upsert } = await readVisit(request, record.target, options);
      if (record.creator !== creator) throw ERRORS.FILE_NOT_FOUND;
      if (request.method === "HEAD") return;
      const step = request.method === "PATCH" ? "part" : "delete";
      await uploads.allow(caller, { ...record.target, upsert }, `storage.tus.upload.${step}`);
      if (upsert) upserts.add(request);
    },
    onUploadFinish: async (request, { id }) => {
      await store.finish(id, upserts.has(request));
      return { headers: { "Tus-Complete": "1" } };
    },
    onResponseError: (_request, error) => {
      // The library's own have their status and their words.
      if ("status_code" in error) return;
      const { status, message, cause } = asStorageError(error);
      if (status >= 500) log(`storage: ${message} ${cause ?? ""}`);
      return { status_code: status, body: message };
    },
  };
}

function encode(id: string): string {
  return Buffer.from(id).toString("base64url");
}

function decode(text = ""): string {
  return Buffer.from(text, "base64url").toString();
}
