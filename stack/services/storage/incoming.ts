import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { Buffer } from "node:buffer";
import { pipeline } from "node:stream/promises";
import { chunksOf, parseJson } from "./body.ts";
import { invalidRequest, StorageError, tooLarge } from "./errors.ts";
import type { Metadata } from "./objects.ts";

/** What a request wants to have stored. Its bytes are still on their way. */
export interface Incoming {
  readonly mimeType: string;
  readonly cacheControl: string;
  readonly contentEncoding?: string;
  readonly userMetadata: Metadata | null;
  readonly contentLength: number;
  readonly isEstimate: boolean;
  readonly file: AsyncIterable<Uint8Array>;
  /** Ends the reading, wherever it is. */
  cancel(): void;
}

const MAX_METADATA_BYTES = 1024 * 1024;
const MAX_FIELDS = 10;

/** Reads what precedes the file; the file itself is read by whoever takes it. */
export async function readIncoming(request: Request, patience: number): Promise<Incoming> {
  const contentType = request.headers.get("content-type") ?? "";
  const body = request.body ? chunksOf(request.body, patience) : noChunks();
  const contentLength = Number(request.headers.get("content-length")) || 0;
  if (/^multipart\/form-data/i.test(contentType)) {
    return { ...await readForm(contentType, body), contentLength, isEstimate: true };
  }
  return {
    mimeType: contentType || "application/octet-stream",
    cacheControl: request.headers.get("cache-control") ?? "no-cache",
    ...encoding(request.headers.get("content-encoding")),
    userMetadata: metadataHeader(request),
    contentLength,
    isEstimate: false,
    file: body,
    cancel: () => void body.return(),
  };
}

/** What the client wants to be kept beside the bytes: JSON in base64. */
export function metadataHeader(request: Request): Metadata | null {
  const header = request.headers.get("x-metadata");
  return header === null ? null : userMetadata(Buffer.from(header, "base64"));
}

type Form = Omit<Incoming, "contentLength" | "isEstimate">;

function readForm(contentType: string, body: AsyncGenerator<Uint8Array>): Promise<Form> {
  const { promise, resolve, reject } = Promise.withResolvers<Form>();
  const parser = openParser(contentType);
  const stop = new AbortController();
  const fields = new Map<string, string>();
  let received: BusboyFileStream | undefined;
  const fail = (error: unknown) => {
    const reason = error instanceof StorageError ? error : noContent();
    reject(reason);
    received?.destroy(reason);
    stop.abort();
  };
  parser.on("field", (name, value, _nameTruncated, truncated) => {
    if (truncated) fail(tooLarge("user_metadata"));
    fields.set(name, value);
  });
  parser.on("file", (_name, file, _filename, _encoding, mimeType) => {
    received = file;
    // Whoever reads the file is told of errors; without a listener they would end the process.
    file.on("error", () => {});
    // At its end, or given up: what follows in the form is of no interest.
    file.on("close", () => stop.abort());
    try {
      resolve(formOf(fields, mimeType, file));
    } catch (error) {
      fail(error);
    }
  });
  // A form without a file comes to its end as well.
  pipeline(body, parser, stop).then(() => reject(noContent()), fail);
  return promise;
}

function openParser(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { "content-type": contentType },
      limits: { fields: MAX_FIELDS, files: 1, fieldSize: MAX_METADATA_BYTES },
    });
  } catch {
    throw noContent();
  }
}

function formOf(
  fields: ReadonlyMap<string, string>,
  mimeType: string,
  file: BusboyFileStream,
): Form {
  const cacheSeconds = fields.get("cacheControl");
  const metadata = fields.get("metadata") ?? fields.get("userMetadata");
  return {
    mimeType: fields.get("contentType") || mimeType,
    cacheControl: cacheSeconds ? `max-age=${cacheSeconds}` : "no-cache",
    ...encoding(fields.get("contentEncoding")),
    userMetadata: metadata === undefined ? null : userMetadata(Buffer.from(metadata)),
    file,
    cancel: () => void file.destroy(),
  };
}

// What is no JSON is ignored by the real service too.
function userMetadata(bytes: Buffer): Metadata | null {
  if (bytes.byteLength > MAX_METADATA_BYTES) throw tooLarge("user_metadata");
  const value = parseJson(bytes.toString());
  return typeof value === "object" && value && !Array.isArray(value) ? { ...value } : null;
}

function encoding(value: string | null | undefined): Pick<Incoming, "contentEncoding"> {
  return value ? { contentEncoding: value } : {};
}

function noContent(): StorageError {
  return invalidRequest("No content provided", "InvalidRequest");
}

async function* noChunks(): AsyncGenerator<Uint8Array, void> {}
