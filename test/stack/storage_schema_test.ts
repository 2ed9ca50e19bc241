// The functions of the storage schema that policies and listings use.
import assert from "node:assert/strict";
import type pg from "pg";
import { inTransaction, startPlatform, transaction } from "../support/platform.ts";

// Capital letters, a folder named like a file, and names that sort before and after the slash; each a minute
// younger than the one before.
const NAMES = [
  "photos/1.png",
  "photos/2.png",
  "photos/old/3.png",
  "a.txt",
  "a/1",
  "a",
  "A/x",
  "a-b",
];
const FILES = [
  "insert into storage.buckets (id, name) values ('b', 'b')",
  `insert into storage.objects (bucket_id, name, created_at)
   select 'b', n, timestamptz '2026-01-01' + i * interval '1 minute'
   from unnest('{${NAMES.join(",")}}'::text[]) with ordinality as f (n, i)`,
];

Deno.test("the storage schema answers as the hosted one", async (t) => {
  await using platform = await startPlatform({ autoExposeNewTables: false });
  const postgres = platform.as("postgres");

  await t.step("storage's path functions split a name as the hosted ones do", async () => {
    const { rows } = await postgres.query({
      text: `select storage.foldername(n), storage.filename(n), storage.extension(n)
        from unnest(array['a/b/c.tar.gz', 'README']) as n`,
      rowMode: "array",
    });
    assert.deepEqual(rows, [[["a", "b"], "c.tar.gz", "gz"], [[], "README", "README"]]);
  });

  await t.step(
    "a policy can ask which operation storage is at, with and without its prefix",
    async () => {
      const { rows } = await inTransaction(postgres, [
        "set local storage.operation = 'storage.object.upload'",
        `select storage.allow_only_operation('object.upload') as only,
        storage.allow_any_operation(array['object.list', 'storage.object.upload']) as any,
        storage.allow_only_operation('object.list') as other`,
      ]);
      assert.deepEqual(rows, [{ only: true, any: true, other: false }]);
    },
  );

  await t.step("a bucket's name ends at a hundred characters", async () => {
    const insert = (length: number) =>
      inTransaction(postgres, [`insert into storage.buckets values ('a', repeat('a', ${length}))`]);
    assert.equal((await insert(100)).rowCount, 1);
    await assert.rejects(insert(101), { code: "P0001" });
  });

  await t.step(
    "list v1 shows folders among the files, page by page, in both directions",
    async () => {
      const list = async (args: string) => {
        const sql = `select name from storage.search(${args})`;
        return (await inTransaction(postgres, [...FILES, sql])).rows.map((row) => row.name);
      };
      assert.deepEqual(await list("'', 'b'"), ["a", "a-b", "a.txt", "A", "photos"]);
      assert.deepEqual(await list("'', 'b', 2, 1, 1"), ["a-b", "a.txt"]);
      assert.deepEqual(await list("'', 'b', sortorder => 'desc', limits => 2"), ["photos", "A"]);
      assert.deepEqual(await list("'photos/', 'b', levels => 2"), ["1.png", "2.png", "old"]);
      assert.deepEqual(await list("'photos/', 'b', levels => 2, search => 'O'"), ["old"]);
      assert.deepEqual(
        await list("'photos/', 'b', levels => 2, sortcolumn => 'created_at', sortorder => 'desc'"),
        ["old", "2.png", "1.png"],
      );
      assert.deepEqual(await list("'', 'no such bucket'"), []);
    },
  );

  await t.step(
    "list v2 reaches every entry once, in order, whatever the order and the page",
    async () => {
      const orders = {
        name: ["A/", "a", "a-b", "a.txt", "a/", "photos/"],
        created_at: ["photos/", "a.txt", "a/", "a", "A/", "a-b"],
      };
      for (const [column, names] of Object.entries(orders)) {
        assert.deepEqual(await allPages(postgres, column, "asc"), names);
        assert.deepEqual(await allPages(postgres, column, "desc"), names.toReversed());
      }
    },
  );

  await t.step("a listing shows only what the caller's policies show", async () => {
    const { rows } = await inTransaction(postgres, [
      ...FILES,
      "create policy mine on storage.objects for select to anon using (name like 'photos/%')",
      "set local role anon",
      "select s.name from storage.search('', 'b') as s union all select v.name from storage.search_v2('', 'b') as v",
    ]);
    assert.deepEqual(rows, [{ name: "photos" }, { name: "photos" }]);
  });
});

/** Follows the cursor through pages of two; shows a folder with a slash. */
async function allPages(pool: pg.Pool, column: string, order: string): Promise<string[]> {
  await using client = await transaction(pool);
  for (const statement of FILES) await client.query(statement);
  const shown: string[] = [];
  let cursor = ["", ""];
  while (true) {
    const { rows } = await client.query(
      "select * from storage.search_v2('', 'b', 2, 1, $1, $2, $3, $4)",
      [cursor[0], order, column, cursor[1]],
    );
    for (const { id, name, created_at } of rows) {
      shown.push(id ? name : `${name}/`);
      // Sorted by a time, the real cursor is the bare name; the time tells folder and file apart.
      cursor = [column === "name" ? shown.at(-1) : name, created_at?.toISOString() ?? ""];
    }
    if (rows.length === 0) return shown;
  }
}
