import assert from "node:assert/strict";
import { codeOf, filesOf, SHARED, startPlace } from "./storage_support.ts";

Deno.test("buckets over HTTP", SHARED, async (t) => {
  await using place = await startPlace();
  const { storage } = place.admin;

  await t.step("a bucket is made, read, changed, listed and deleted", async () => {
    const made = await storage.createBucket("pictures", {
      public: true,
      fileSizeLimit: "1MB",
      allowedMimeTypes: ["image/*", "text/plain"],
    });
    assert.deepEqual(made, { data: { name: "pictures" }, error: null });
    const read = await storage.getBucket("pictures");
    const { created_at, updated_at, ...bucket } = read.data ?? {};
    assert.ok(created_at && updated_at);
    assert.deepEqual(bucket, {
      id: "pictures",
      name: "pictures",
      owner: "",
      public: true,
      file_size_limit: 1_000_000,
      allowed_mime_types: ["image/*", "text/plain"],
      type: "STANDARD",
    });
    const changed = await storage.updateBucket("pictures", { public: false, fileSizeLimit: null });
    assert.deepEqual(changed.data, { message: "Successfully updated" });
    const { data } = await storage.getBucket("pictures");
    assert.deepEqual([data?.public, data?.file_size_limit, data?.allowed_mime_types], [
      false,
      null,
      ["image/*", "text/plain"],
    ]);
    assert.deepEqual((await storage.deleteBucket("pictures")).data, {
      message: "Successfully deleted",
    });
    assert.equal(codeOf(await storage.getBucket("pictures")), "NoSuchBucket");
    assert.equal(codeOf(await storage.updateBucket("pictures", { public: true })), "NoSuchBucket");
    assert.equal(codeOf(await storage.deleteBucket("pictures")), "NoSuchBucket");
    assert.equal(codeOf(await storage.emptyBucket("pictures")), "NoSuchBucket");
  });

  await t.step("buckets are listed in any order, by part of their name", async () => {
    for (const id of ["b", "a", "Abc"]) await storage.createBucket(id);
    const names = async (options: Parameters<typeof storage.listBuckets>[0]) =>
      (await storage.listBuckets(options)).data?.map(({ id }) => id);
    assert.deepEqual(await names({ sortColumn: "created_at" }), ["b", "a", "Abc"]);
    assert.deepEqual(await names({ sortColumn: "created_at", sortOrder: "desc", limit: 2 }), [
      "Abc",
      "a",
    ]);
    assert.deepEqual(await names({ sortColumn: "created_at", offset: 1, limit: 1 }), ["a"]);
    assert.deepEqual((await names({ search: "B" }))?.toSorted(), ["Abc", "b"]);
    for (
      const query of ["limit=x", "limit=-1", "offset=9999999999", "sortColumn=owner", "sortOrder=x"]
    ) {
      const response = await place.call(`/bucket?${query}`, {
        token: place.stack.keys.serviceRoleKey,
      });
      assert.equal((await response.json()).code, "InvalidRequest", query);
    }
  });

  await t.step(
    "a bucket that is not empty is not deleted; emptying takes the files too",
    async () => {
      for (let i = 0; i < 3; i++) await storage.from("b").upload(`${i}`, "x");
      assert.equal((await filesOf(place.files)).length, 3);
      assert.equal(codeOf(await storage.deleteBucket("b")), "ResourceNotEmpty");
      assert.deepEqual((await storage.emptyBucket("b")).data, {
        message: "Empty bucket has been queued. Completion may take up to an hour.",
      });
      assert.deepEqual(await filesOf(place.files), []);
      assert.equal(codeOf(await storage.emptyBucket("b")), null);
      assert.equal(codeOf(await storage.deleteBucket("b")), null);
    },
  );

  await t.step("only who may delete in it may empty a bucket", async () => {
    await place.sql.query(
      "create policy seen on storage.buckets for select to authenticated using (true)",
    );
    await place.bucket("team", { policies: ["select"] });
    await storage.from("team").upload("x", "x");
    const alice = await place.person();
    assert.equal(codeOf(await alice.client.storage.emptyBucket("team")), "AccessDenied");
    assert.equal((await storage.from("team").exists("x")).data, true);
  });

  await t.step("sizes are written in several ways", async () => {
    const sizes = { "3B": 3, "30KB": 30_000, "1.5mb": 1_500_000, "0B": 0 };
    for (const [words, bytes] of Object.entries(sizes)) {
      await storage.createBucket(`size ${words}`, { public: false, fileSizeLimit: words });
      assert.equal((await storage.getBucket(`size ${words}`)).data?.file_size_limit, bytes);
    }
    const wrong = await storage.createBucket("size", { public: false, fileSizeLimit: "much" });
    assert.equal(
      wrong.error?.message,
      "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B",
    );
    assert.equal(
      codeOf(await storage.createBucket("size", { public: false, fileSizeLimit: -1 })),
      "InvalidRequest",
    );
  });
});
