import assert from "node:assert/strict";
import { SHARED, startPlace } from "./storage_support.ts";

Deno.test("listings show every entry once, whatever the page and the order", SHARED, async (t) => {
  await using place = await startPlace();
  const alice = await place.person();

  await t.step("a long listing comes page by page, each entry once", async () => {
    await place.bucket("many", { policies: ["select"] });
    await place.sql.query(
      `insert into storage.objects (bucket_id, name)
      select 'many', format('%s/%s.txt', i % 10, lpad(i::text, 5, '0'))
      from generate_series(1, 2500) as i`,
    );
    const many = alice.client.storage.from("many");
    const names: string[] = [];
    for (let offset = 0;; offset += 100) {
      const { data } = await many.list("7", { limit: 100, offset });
      names.push(...data?.map(({ name }) => name) ?? []);
      if (data?.length !== 100) break;
    }
    assert.equal(new Set(names).size, 250);
    const keys: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await many.listV2({ limit: 1000, ...cursor ? { cursor } : {} });
      keys.push(...data?.objects.map(({ name }) => name) ?? []);
      cursor = data?.nextCursor;
    } while (cursor);
    assert.equal(keys.length, 2500);
    assert.equal(new Set(keys).size, 2500);
    assert.equal((await many.list("7", { limit: 100_000 })).data?.length, 250);
  });

  await t.step("the newer listing pages through folders and files in any order", async () => {
    await place.sql.query("insert into storage.objects (bucket_id, name) values ('many', 'a.txt')");
    const many = alice.client.storage.from("many");
    for (const column of ["name", "created_at", "updated_at"] as const) {
      for (const order of ["asc", "desc"] as const) {
        const names: string[] = [];
        let cursor: string | undefined;
        do {
          const { data } = await many.listV2({
            limit: 3,
            with_delimiter: true,
            sortBy: { column, order },
            ...cursor ? { cursor } : {},
          });
          names.push(...[...data?.folders ?? [], ...data?.objects ?? []].map(({ name }) => name));
          assert.equal(data?.hasNext, data?.nextCursor !== undefined);
          cursor = data?.nextCursor;
        } while (cursor);
        assert.deepEqual(
          names.toSorted(),
          [..."0123456789"].map((n) => `${n}/`).concat("a.txt"),
          `${column} ${order}`,
        );
      }
    }
  });
});
