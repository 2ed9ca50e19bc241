// A project as chat-media meets it: the verbs, and a Storage that keeps files in memory and knows ranges.
import assert from "node:assert/strict";
import { openDatabase } from "../../functions/_shared/call.ts";
import { CheckedMedia, MediaRequest } from "../../functions/_shared/contract.ts";
import type { Bytes } from "../../functions/chat-media/bytes.ts";
import { checkMedia } from "../../functions/chat-media/check_media.ts";
import { ENVIRONMENT } from "./call_by.ts";

export const OWNER = "0190a000-0000-7000-8000-00000000a11c";

type Stored = { bytes: Bytes; mimeType: string; version: string };
type Row = { id: string; facts: Record<string, unknown> | null };
type Answer = { status?: number; body: unknown };

const NOT_FOUND = {
  status: 404,
  body: { code: "PT404", message: "media_not_found", details: "." },
};
const NO_OBJECT = { status: 400, body: { statusCode: "404", code: "NoSuchKey", message: "." } };

export class Project {
  readonly files = new Map<string, Stored>();
  readonly rows = new Map<string, Row>();
  readonly queue = new Set<string>();
  /** Every request, as `<method or rpc> <where>`. */
  readonly log: string[] = [];
  bytesRead = 0;
  largest: number | null = null;
  /** Runs before a request of this kind is answered; what it returns is the answer. */
  readonly interfere = new Map<string, () => Answer | void>();
  #versions = 0;

  /** Somebody uploads. */
  upload(place: string, bytes: Bytes, mimeType: string): void {
    this.files.set(place, { bytes, mimeType, version: `v${this.#versions += 1}` });
    if (!this.rows.has(place)) this.rows.set(place, { id: crypto.randomUUID(), facts: null });
  }

  /** Calls chat-media as the owner. */
  async check(body: Record<string, unknown>): Promise<CheckedMedia> {
    const request = new Request(ENVIRONMENT.url, { headers: { authorization: "Bearer alice" } });
    const fetch = (input: RequestInfo | URL, init?: RequestInit) =>
      this.#answer(new Request(input, init));
    const { asCaller, asService } = openDatabase(request, ENVIRONMENT, fetch);
    const parsed = MediaRequest.parse(body);
    return CheckedMedia.parse(await checkMedia({ body: parsed, asCaller, asService }));
  }

  facts(place: string): Record<string, unknown> | null {
    return this.rows.get(place)?.facts ?? null;
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [, part, , ...rest] = url.pathname.split("/");
    const key = part === "rest"
      ? rest.join("/")
      : `${request.method} ${rest.slice(0, 2).join("/")}`;
    this.log.push(key);
    // Whose file it is only the caller's own token proves; everything else is nothing for callers.
    const token = key === "rpc/get_upload" ? "alice" : ENVIRONMENT.secretKey;
    assert.equal(request.headers.get("authorization"), `Bearer ${token}`, key);
    const interference = this.interfere.get(key)?.();
    if (interference) return respond(interference);
    if (part === "rest") return respond(this.#verb(rest[1] ?? "", await request.json()));
    return await this.#store(request, rest.slice(1).map(decodeURIComponent));
  }

  // deno-lint-ignore no-explicit-any -- as it came over the wire
  #verb(verb: string, args: any): Answer {
    const place = `${args.bucket}/${args.path}`;
    const [row, file] = [this.rows.get(place), this.files.get(place)];
    switch (verb) {
      case "get_upload":
        return row ? { body: this.#media(place, row) } : NOT_FOUND;
      case "settle_upload":
        if (!row) return NOT_FOUND;
        if (row.facts === null && file?.version !== args.version) {
          return { status: 503, body: { code: "PT503", message: "busy", details: "." } };
        }
        row.facts ??= args.facts;
        return { body: this.#media(place, row) };
      case "reject_upload":
        if (row?.facts === null && this.rows.delete(place)) this.queue.add(place);
        return { body: null };
      case "add_avatar": {
        const added = { id: crypto.randomUUID(), facts: args };
        this.rows.set(`chat-avatars/${args.path}`, added);
        return { body: this.#media(`chat-avatars/${args.path}`, added) };
      }
      case "claim_orphaned_files":
        return { body: [...this.queue].map((place) => placed(place)) };
      default: // settle_orphaned_files
        this.queue.clear();
        return { body: null };
    }
  }

  #media(place: string, { id, facts }: Row): Record<string, unknown> {
    const { bucket, name: path } = placed(place);
    const file = this.files.get(place);
    return {
      ...{ id, media_id: id, bucket, path, owner_id: OWNER, create_time: 1_700_000_000 },
      ...{
        kind: KINDS[bucket],
        mime_type: file?.mimeType ?? "image/png",
        size: file?.bytes.length ?? 0,
      },
      ...{ image_class_id: facts?.["class_id"] ?? 0, is_checked: facts !== null },
      ...{ max_size: this.largest, version: file?.version ?? null },
      ...facts,
    };
  }

  async #store(request: Request, path: string[]): Promise<Response> {
    if (request.method === "DELETE") {
      const { prefixes } = await request.json();
      for (const name of prefixes) this.files.delete(`${path[0]}/${name}`);
      return respond({ body: [] });
    }
    const [place, info] = path[0] === "info" || path[0] === "sign"
      ? [path.slice(1).join("/"), path[0]]
      : [path.join("/"), null];
    if (request.method === "POST" && info === null) {
      const mimeType = request.headers.get("content-type") ?? "";
      const bytes = new Uint8Array(await request.arrayBuffer());
      this.files.set(place, { bytes, mimeType, version: `v${this.#versions += 1}` });
      return respond({ body: { Id: crypto.randomUUID(), Key: place } });
    }
    const file = this.files.get(place);
    if (!file) return respond(NO_OBJECT);
    const { version, mimeType: content_type, bytes } = file;
    if (info === "sign") return respond({ body: { signedURL: `/object/sign/${place}?token=t` } });
    if (info) return respond({ body: { id: "1", version, content_type, size: bytes.length } });
    return this.#send(bytes, request.headers.get("range"));
  }

  #send(bytes: Bytes, range: string | null): Response {
    const [, start, end] = range?.match(/^bytes=(\d+)-(\d+)$/) ?? [];
    const part = bytes.subarray(Number(start ?? 0), Number(end ?? bytes.length - 1) + 1);
    this.bytesRead += part.length;
    return new Response(part.slice(), { status: range === null ? 200 : 206 });
  }
}

const KINDS: Readonly<Record<string, string>> = {
  "chat-images": "image",
  "chat-videos": "video",
  "chat-audio": "audio",
  "chat-files": "file",
  "chat-covers": "cover",
  "chat-avatars": "avatar",
};

function placed(place: string): { bucket: string; name: string } {
  const slash = place.indexOf("/");
  return { bucket: place.slice(0, slash), name: place.slice(slash + 1) };
}

function respond({ status = 200, body }: Answer): Response {
  return Response.json(body, { status });
}
