import type { Context } from "hono";
import { z } from "zod";
import { readBody } from "./body.ts";
import { verifyCaller } from "./callers.ts";
import type { Storage } from "./context.ts";
import type { Transaction } from "./database.ts";
import { requireBucketName } from "./names.ts";

/** The most entries that one page shows. */
const MAX_PAGE = 1000;

const Int32 = z.int().max(2_147_483_647);
const Order = z.enum(["asc", "desc"]);
const TimeOrName = z.enum(["name", "updated_at", "created_at"]);

const V1 = z.object({
  prefix: z.string(),
  limit: Int32.min(1).optional(),
  offset: Int32.min(0).optional(),
  sortBy: z.object({
    column: z.enum(["name", "updated_at", "created_at", "last_accessed_at"]),
    order: Order.optional(),
  }).optional(),
  search: z.string().optional(),
});

const V2 = z.object({
  prefix: z.string().optional(),
  limit: Int32.min(1).optional(),
  cursor: z.string().optional(),
  with_delimiter: z.boolean().optional(),
  sortBy: z.object({
    column: TimeOrName,
    order: Order.optional(),
  }).optional(),
});

type Entry = {
  key: string;
  name: string;
  /** Folders have none. */
  id: string | null;
  updated_at: Date | null;
  created_at: Date | null;
  last_accessed_at: Date | null;
  metadata: Record<string, unknown> | null;
};

/** POST /object/list/:bucket: one page, by offset. */
export async function list(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const bucketId = c.req.param("bucket") ?? "";
  requireBucketName(bucketId);
  const { limit = 100, offset = 0, sortBy, search = "", ...body } = await readBody(c, V1);
  const prefix = body.prefix && !body.prefix.endsWith("/") ? `${body.prefix}/` : body.prefix;
  const levels = prefix.split("/").length;
  const { column = "name", order = "asc" } = sortBy ?? {};
  const rows = await storage.database.as(caller, "storage.object.list", (tx) =>
    tx.rows(
      `select name, id, updated_at, created_at, last_accessed_at, metadata
      from storage.search($1, $2, $3, $4, $5, $6, $7, $8)`,
      [prefix, bucketId, limit, levels, offset, search, column, order],
    ));
  return c.json(rows);
}

/** Where the page before ended, and how it was sorted. */
interface Cursor {
  readonly after: string;
  readonly order: z.output<typeof Order>;
  readonly column: z.output<typeof TimeOrName>;
  /** The time of the last entry, when sorted by one. */
  readonly moment: string;
}

/** POST /object/list-v2/:bucket: one page, by cursor. */
export async function listV2(storage: Storage, c: Context): Promise<Response> {
  const caller = await verifyCaller(storage.keys, c.req.raw);
  const bucketId = c.req.param("bucket") ?? "";
  requireBucketName(bucketId);
  const { prefix = "", limit = MAX_PAGE, with_delimiter, sortBy, cursor } = await readBody(c, V2);
  const page = Math.min(limit, MAX_PAGE);
  const start = readCursor(cursor) ??
    { after: "", moment: "", order: sortBy?.order ?? "asc", column: sortBy?.column ?? "name" };
  const search = with_delimiter ? listLevel : listAll;
  // One more than is shown tells whether there is a next page.
  const rows = await storage.database.as(
    caller,
    "storage.object.list_v2",
    (tx) => search(tx, bucketId, prefix, page + 1, start),
  );
  const entries = rows.slice(0, page);
  const last = rows.length > page ? entries.at(-1) : undefined;
  return c.json({
    hasNext: last !== undefined,
    ...last ? nextPage(last, start) : {},
    folders: entries.filter(isFolder).map(({ key, name }) => ({ key, name: `${name}/` })),
    objects: entries.filter((entry) => !isFolder(entry)),
  });
}

function listLevel(
  tx: Transaction,
  bucketId: string,
  prefix: string,
  limit: number,
  { after, order, column, moment }: Cursor,
): Promise<Entry[]> {
  return tx.rows<Entry>(
    "select * from storage.search_v2($1, $2, $3, $4, $5, $6, $7, $8)",
    [prefix, bucketId, limit, prefix.split("/").length, after, order, column, moment],
  );
}

function listAll(
  tx: Transaction,
  bucketId: string,
  prefix: string,
  limit: number,
  { after, order, column, moment }: Cursor,
): Promise<Entry[]> {
  const sign = order === "desc" ? "<" : ">";
  // Names settle what times leave open; sorted by name alone, every entry has the same time.
  const time = column === "name" ? "'epoch'" : `date_trunc('milliseconds', ${column})`;
  return tx.rows<Entry>(
    `select name as key, name, id, updated_at, created_at, last_accessed_at, metadata
    from storage.objects,
      lateral (select ${time}::timestamptz as t, name collate "C" as n) as sorted
    where bucket_id = $1 and starts_with(name, $2)
      and ($5 = '' or (t, n) ${sign} ($4::timestamptz, $5))
    order by t ${order}, n ${order}
    limit $3`,
    [bucketId, prefix, limit, column === "name" ? "epoch" : moment || null, after],
  );
}

function nextPage(last: Entry, { order, column }: Cursor) {
  // By name, the slash tells a folder from the object of the same name; by a time, the time does.
  const after = isFolder(last) && column === "name" ? `${last.name}/` : last.name;
  const moment = column === "created_at" ? last.created_at : last.updated_at;
  const lines = column === "name"
    ? [`l:${after}`, `o:${order}`]
    : [`l:${after}`, `o:${order}`, `c:${column}`, `a:${moment?.toISOString()}`];
  return { nextCursor: btoa(lines.join("\n")), nextCursorKey: after };
}

// A cursor that we never gave begins at the beginning; what it names is checked like the body's own words.
function readCursor(cursor: string | undefined): Cursor | null {
  if (!cursor) return null;
  const lines = new Map<string, string>();
  for (const line of decodedCursor(cursor).split("\n")) {
    lines.set(line.slice(0, 2), line.slice(2));
  }
  const sortBy = V2.shape.sortBy.safeParse({
    column: lines.get("c:") ?? "name",
    order: lines.get("o:") ?? "asc",
  });
  const { column = "name", order = "asc" } = sortBy.data ?? {};
  const moment = new Date(lines.get("a:") ?? "");
  return {
    after: lines.get("l:") ?? "",
    order,
    column,
    moment: Number.isNaN(moment.valueOf()) ? "" : moment.toISOString(),
  };
}

function decodedCursor(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    return "";
  }
}

function isFolder({ id }: Entry): boolean {
  return id === null;
}
