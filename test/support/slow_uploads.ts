// Uploads that take as long as a test wants, and others who have to wait meanwhile.
import { eventually } from "../api/inbox.ts";
import type { Cast, Person } from "./api.ts";
import { type Bytes, headersOf, type Sample, storageFolder } from "./media.ts";

/** Bytes that arrive at first; the files of tests are larger. */
const HALF = 1000;

/** Sends the rest. Null, or how Storage refused. */
export type Slow = () => Promise<unknown>;

/** Sends the first half of a file, and waits until Storage has it: the policies were asked before. */
export async function holdBody(
  person: Person,
  { bytes }: Sample,
  path: string,
  method: string,
  headers: Record<string, string>,
): Promise<Slow> {
  const before = await halves(person.cast);
  const { readable, writable } = new TransformStream<Bytes>();
  const writer = writable.getWriter();
  const response = fetch(new URL(path, `${person.cast.place.apiUrl}/storage/v1/`), {
    method,
    headers: { ...headersOf(person), ...headers },
    body: readable,
    duplex: "half",
  } as RequestInit);
  await writer.write(bytes.slice(0, HALF));
  const isThere = async () => await halves(person.cast) > before;
  await eventually(isThere, "the first half did not arrive");
  return async () => {
    await writer.write(bytes.slice(HALF)).catch(() => {});
    await writer.close().catch(() => {});
    const { status, ok } = await response.then(async (answer) => {
      const text = await answer.text();
      return { ok: answer.ok, status: /"statusCode":"(\d+)"/.exec(text)?.[1] ?? answer.status };
    });
    return ok ? null : { statusCode: status };
  };
}

/** Makes whoever needs these rows wait, and answers how to let them go on. */
export async function holdRows(cast: Cast, query: string, values: unknown[]) {
  const connection = await cast.connect("supabase_admin");
  await connection.query("begin");
  await connection.query(`${query} for update`, values);
  return {
    /** Resolves when so many wait, for these rows or for each other. */
    waiting: (count: number) =>
      eventually(async () => {
        const rows = await cast.sql(
          "select from pg_stat_activity where wait_event_type = 'Lock' and state = 'active'",
        );
        return rows.length >= count;
      }, `there were not ${count} waiting`),
    letGo: () => connection.query("commit"),
  };
}

async function halves(cast: Cast): Promise<number> {
  const folder = await storageFolder(cast);
  let count = 0;
  for (const name of ["incoming", "tus"]) {
    for await (const file of Deno.readDir(`${folder}/${name}`)) {
      const found = await Deno.stat(`${folder}/${name}/${file.name}`).catch(() => null);
      if (found?.size === HALF) count += 1;
    }
  }
  return count;
}
