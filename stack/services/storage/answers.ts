import type { Stored } from "./contract.ts";
import { invalidRequest, noSuchKey } from "./errors.ts";
import { type Files, readBytes } from "./files.ts";
import { type Metadata, type ObjectRow, storedOf } from "./objects.ts";
import { type Range, readRange } from "./ranges.ts";
import { renderImage } from "./render.ts";

export interface SendOptions {
  /** Asks the browser to save the file, under this name if it is not empty. */
  readonly download: string | undefined;
  /** Seconds since 1970; an address that ends says so, and is not to be kept longer. */
  readonly expires: number | undefined;
}

/** How often a file may be replaced between the look at its row and its opening. */
const ATTEMPTS = 5;

/** An object's bytes, all of them or a range, or word that the client has them already. */
export async function send(
  files: Files,
  find: () => Promise<ObjectRow>,
  request: Request,
  options: SendOptions,
): Promise<Response> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = storedOf(files, await find());
    const headers = headersOf(stored, options);
    if (isKnown(stored, request)) return new Response(null, { status: 304, headers });
    const range = readRange(stored, request);
    const file = await openIfThere(stored.path);
    if (file) return answer(file, stored, range, headers);
  }
  throw noSuchKey();
}

/** The headers that a download would have. */
export function sendHead(
  files: Files,
  row: ObjectRow,
  request: Request,
  options: SendOptions,
): Response {
  const stored = storedOf(files, row);
  const headers = headersOf(stored, options);
  if (isKnown(stored, request)) return new Response(null, { status: 304, headers });
  headers.set("content-length", String(stored.size));
  return new Response(null, { headers });
}

/** A picture made to measure, with the headers of a download. */
export async function sendImage(
  stored: Stored,
  transform: URLSearchParams,
  request: Request,
  options: SendOptions,
): Promise<Response> {
  const headers = headersOf(stored, options);
  if (isKnown(stored, request)) return new Response(null, { status: 304, headers });
  const image = await renderImage(stored, transform, request.headers.get("accept"));
  for (const name of ["content-type", "content-length", "x-transformations"]) {
    const value = image.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  headers.delete("accept-ranges");
  headers.delete("content-encoding");
  return new Response(image.body, { headers });
}

export function infoJson(row: ObjectRow): Metadata {
  const metadata = row.metadata ?? {};
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    bucket_id: row.bucket_id,
    size: metadata.size ?? null,
    content_type: metadata.mimetype ?? null,
    cache_control: metadata.cacheControl ?? null,
    content_encoding: metadata.contentEncoding ?? null,
    etag: metadata.eTag ?? null,
    metadata: row.user_metadata,
    last_modified: row.updated_at,
    created_at: row.created_at,
  };
}

function answer(
  file: Deno.FsFile,
  { size }: Stored,
  range: Range | null,
  headers: Headers,
): Response {
  const { start, end } = range ?? { start: 0, end: size - 1 };
  headers.set("content-length", String(end - start + 1));
  if (range) headers.set("content-range", `bytes ${start}-${end}/${size}`);
  return new Response(readBytes(file, start, end - start + 1), {
    status: range ? 206 : 200,
    headers,
  });
}

function headersOf(stored: Stored, { download, expires }: SendOptions): Headers {
  const headers = new Headers({
    "accept-ranges": "bytes",
    "last-modified": stored.lastModified.toUTCString(),
    "x-robots-tag": "none",
  });
  // Files of strangers must not run as pages of this address.
  const isPage = stored.mimeType.includes("text/html");
  set(headers, "content-type", isPage ? "text/plain" : stored.mimeType);
  set(headers, "etag", stored.eTag);
  if (stored.contentEncoding) set(headers, "content-encoding", stored.contentEncoding);
  if (expires === undefined) set(headers, "cache-control", stored.cacheControl);
  else headers.set("expires", new Date(expires * 1000).toUTCString());
  if (download !== undefined) headers.set("content-disposition", attachment(download));
  return headers;
}

// What the client gave at the upload may be no header at all.
function set(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    const message = `Invalid character in response header "${name}"`;
    throw invalidRequest(message, "invalid_header_char");
  }
}

function attachment(name: string): string {
  if (name === "") return "attachment;";
  const encoded = encodeURIComponent(name);
  return `attachment; filename=${encoded}; filename*=UTF-8''${encoded};`;
}

function isKnown({ eTag, lastModified }: Stored, request: Request): boolean {
  const tags = request.headers.get("if-none-match");
  if (tags !== null) {
    const known = tags.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    return known.includes("*") || known.includes(eTag);
  }
  const since = Date.parse(request.headers.get("if-modified-since") ?? "");
  // The header has no fractions of seconds.
  return Math.floor(lastModified.valueOf() / 1000) * 1000 <= since;
}

async function openIfThere(path: string): Promise<Deno.FsFile | null> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
