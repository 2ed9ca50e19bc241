import { join } from "node:path";
import type { Target } from "./contract.ts";

/** An upload that has been begun: everything that must outlive the process. */
export interface UploadRecord {
  /** `bucket/object/version`, the name the protocol's library knows it by. */
  readonly id: string;
  /** Who began it. Nobody else goes on with it, asks about it or ends it. */
  readonly creator: string;
  /** Who will own the object. */
  readonly owner: string | null;
  readonly target: Target;
  /** As the client sent it, and as it is told again. */
  readonly metadata: Record<string, string | null>;
  readonly createdAt: string;
  /** True once the object exists: kept, so that a client that missed the last answer is told. */
  readonly finished: boolean;
}

/** The uploads that have been begun, each with a file of its own for the bytes that have come. */
export interface Records {
  create(begun: Omit<UploadRecord, "createdAt" | "finished">): Promise<void>;
  find(id: string): Promise<UploadRecord | null>;
  finish(record: UploadRecord): Promise<void>;
  remove(id: string): Promise<void>;
  list(): Promise<UploadRecord[]>;
  /** Removes what a crash has left half done. */
  tidy(): Promise<void>;
  pathOf(id: string): string;
}

const RECORD = ".json";

/** Only the version of an upload becomes a file name: it is ours, and the rest of the id is the client's. */
const VERSION = /^.+\/.+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/s;

export async function openRecords(folder: string): Promise<Records> {
  await Deno.mkdir(folder, { recursive: true });

  const pathOf = (id: string) => {
    const version = VERSION.exec(id)?.[1];
    if (!version) throw new Error("The id of an upload ends with its version.");
    return join(folder, version);
  };
  const write = async (record: UploadRecord) => {
    const path = pathOf(record.id) + RECORD;
    await Deno.writeTextFile(`${path}.new`, JSON.stringify(record));
    await Deno.rename(`${path}.new`, path);
  };
  const list = async () => {
    const records = [];
    for await (const { name } of Deno.readDir(folder)) {
      const record = name.endsWith(RECORD) ? await read(join(folder, name)) : null;
      if (record) records.push(record);
    }
    return records;
  };

  return {
    pathOf,
    list,
    create: async (begun) => {
      await Deno.writeFile(pathOf(begun.id), new Uint8Array());
      await write({ ...begun, createdAt: new Date().toISOString(), finished: false });
    },
    find: async (id) => {
      if (!VERSION.test(id)) return null;
      const record = await read(pathOf(id) + RECORD);
      return record?.id === id ? record : null;
    },
    finish: (record) => write({ ...record, finished: true }),
    remove: async (id) => {
      await removeIfThere(pathOf(id) + RECORD);
      await removeIfThere(pathOf(id));
    },
    tidy: async () => await tidy(folder, await list(), pathOf),
  };
}

async function tidy(
  folder: string,
  records: readonly UploadRecord[],
  pathOf: Records["pathOf"],
): Promise<void> {
  const kept = new Set<string>();
  for (const { id, finished } of records) {
    const hasBytes = await Deno.stat(pathOf(id)).then(() => true, () => false);
    if (hasBytes) kept.add(pathOf(id));
    if (hasBytes || finished) kept.add(pathOf(id) + RECORD);
  }
  for await (const { name } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (!kept.has(path)) await removeIfThere(path);
  }
}

async function read(path: string): Promise<UploadRecord | null> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    // A power cut may leave an empty file under the right name.
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
