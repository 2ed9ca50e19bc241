import { type Context, Hono } from "hono";
import { join } from "node:path";
import type { Service } from "../service.ts";
import {
  createBucket,
  deleteBucket,
  emptyBucket,
  listBuckets,
  readBucket,
  updateBucket,
} from "./storage/bucket_routes.ts";
import { serviceCaller, verifyCaller } from "./storage/callers.ts";
import type { Storage, StorageOptions } from "./storage/context.ts";
import { inRequest, openDatabase } from "./storage/database.ts";
import {
  download,
  downloadAuthenticated,
  downloadPublic,
  downloadSigned,
  info,
  infoAuthenticated,
  infoPublic,
} from "./storage/download_routes.ts";
import { asStorageError } from "./storage/errors.ts";
import { openFiles } from "./storage/files.ts";
import { imageAuthenticated, imagePublic, imageSigned } from "./storage/image_routes.ts";
import { list, listV2 } from "./storage/listing_routes.ts";
import { copy, move } from "./storage/moving_routes.ts";
import { PREFIX } from "./storage/names.ts";
import { removeMany, removeOne } from "./storage/removal_routes.ts";
import { signMany, signOne } from "./storage/signing_routes.ts";
import { tidy } from "./storage/tidy.ts";
import { createTus, type Tus } from "./storage/tus.ts";
import { signUpload, update, upload, uploadSigned } from "./storage/upload_routes.ts";
import { createUploads } from "./storage/uploads.ts";

export type { StorageOptions } from "./storage/context.ts";

const FILE_SIZE_LIMIT = 500 * 1024 * 1024;
const UPLOAD_PATIENCE = 60_000;

/** Starts the stand-in for Supabase Storage under `/storage/v1`, on the real `storage` schema and a folder. */
export async function startStorage(options: StorageOptions): Promise<Service> {
  const { databaseUrl, keys, log, folder } = options;
  const fileSizeLimit = options.fileSizeLimit ?? FILE_SIZE_LIMIT;
  const uploadPatience = options.uploadPatience ?? UPLOAD_PATIENCE;
  await using starting = new AsyncDisposableStack();
  const service = await serviceCaller(keys);
  const files = await openFiles(folder);
  const database = starting.use(await openDatabase(databaseUrl, log));
  await tidy({ database, files, service });
  const uploads = createUploads({ database, files, service, fileSizeLimit });
  const storage = { database, files, uploads, keys, log, service, fileSizeLimit, uploadPatience };
  const tus = starting.use(createTus({
    uploads,
    verify: (request) => verifyCaller(keys, request),
    folder: join(folder, "tus"),
    publicUrl: options.apiUrl,
    sizeLimit: fileSizeLimit,
    patience: uploadPatience,
    keys,
    log,
  }));
  const app = routes(storage, tus);
  const running = starting.move();
  return {
    name: "storage",
    fetch: (request) => {
      const path = new URL(request.url).pathname.slice(PREFIX.length);
      return inRequest(request, path, () => app.fetch(request));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

type Handler = (storage: Storage, c: Context) => Response | Promise<Response>;

/** Order counts: the first that fits answers. GET answers HEAD too. */
const ROUTES: ReadonlyArray<readonly [method: string, path: string, handler: Handler]> = [
  ["GET", "/status", () => new Response(null)],

  ["GET", "/bucket", listBuckets],
  ["POST", "/bucket", createBucket],
  ["GET", "/bucket/:bucket", readBucket],
  ["PUT", "/bucket/:bucket", updateBucket],
  ["DELETE", "/bucket/:bucket", deleteBucket],
  ["POST", "/bucket/:bucket/empty", emptyBucket],

  ["POST", "/object/list/:bucket", list],
  ["POST", "/object/list-v2/:bucket", listV2],
  ["POST", "/object/move", move],
  ["POST", "/object/copy", copy],
  ["POST", "/object/sign/:bucket", signMany],
  ["POST", "/object/sign/*", signOne],
  ["POST", "/object/upload/sign/*", signUpload],
  ["PUT", "/object/upload/sign/*", uploadSigned],
  ["GET", "/object/sign/*", downloadSigned],
  ["GET", "/object/public/*", downloadPublic],
  ["GET", "/object/authenticated/*", downloadAuthenticated],
  ["GET", "/object/info/public/*", infoPublic],
  ["GET", "/object/info/authenticated/*", infoAuthenticated],
  ["GET", "/object/info/*", info],
  ["GET", "/render/image/sign/*", imageSigned],
  ["GET", "/render/image/public/*", imagePublic],
  ["GET", "/render/image/authenticated/*", imageAuthenticated],
  ["DELETE", "/object/:bucket", removeMany],
  ["GET", "/object/*", download],
  ["POST", "/object/*", upload],
  ["PUT", "/object/*", update],
  ["DELETE", "/object/*", removeOne],
];

function routes(storage: Storage, tus: Tus): Hono {
  const app = new Hono().basePath(PREFIX);
  for (const path of ["/upload/resumable", "/upload/resumable/*"]) {
    app.all(path, (c) => tus.fetch(c.req.raw));
  }
  for (const [method, path, handler] of ROUTES) {
    app.on(method, path, (c) => handler(storage, c));
  }
  app.notFound((c) => {
    const message = `Route ${c.req.method}:${c.req.path} not found`;
    return c.json({ message, error: "Not Found", statusCode: 404 }, 404);
  });
  app.onError((error, c) => {
    const refusal = asStorageError(error);
    if (refusal.http >= 500) {
      storage.log(`storage: ${c.req.method} ${c.req.path}: ${refusal.message}: ${refusal.cause}`);
    }
    return Response.json(refusal.body(), { status: refusal.http });
  });
  return app;
}
