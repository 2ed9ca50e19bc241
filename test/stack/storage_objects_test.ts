import assert from "node:assert/strict";
import { SHARED, startPlace, zeros } from "./storage_support.ts";

const TEXT = "0123456789";

Deno.test("objects over HTTP", SHARED, async (t) => {
  await using place = await startPlace();
  await place.bucket("open", { public: true });
  await place.bucket("team", { policies: ["select", "insert", "update", "delete"] });
  const alice = await place.person();
  const team = alice.client.storage.from("team");
  const get = (path: string, headers: Record<string, string> = {}) =>
    place.call(path, { token: alice.token, headers });

  await t.step("every kind of body arrives as it was, with its type", async () => {
    const bytes = new TextEncoder().encode(TEXT);
    const form = () => {
      const form = new FormData();
      form.append("file", new File([TEXT], "any.bin", { type: "image/png" }));
      return form;
    };
    const bodies = {
      "a text": [() => TEXT, "text/plain;charset=UTF-8"],
      "an ArrayBuffer": [() => bytes.buffer, "text/plain;charset=UTF-8"],
      "a view": [() => bytes.subarray(0), "text/plain;charset=UTF-8"],
      "a stream": [() => new Blob([TEXT]).stream(), "text/plain;charset=UTF-8"],
      "a Blob": [() => new Blob([TEXT], { type: "image/png" }), "image/png"],
      "a File": [() => new File([TEXT], "x", { type: "image/webp" }), "image/webp"],
      "a form": [form, "image/png"],
      "parameters": [() => new URLSearchParams({ a: "b" }), "text/plain;charset=UTF-8"],
    } as const;
    for (const [name, [body, type]] of Object.entries(bodies)) {
      const { data, error } = await team.upload(`bodies/${name}`, body());
      assert.ifError(error);
      assert.equal(data?.fullPath, `team/bodies/${name}`);
      const response = await get(`/object/authenticated/team/bodies/${encodeURIComponent(name)}`);
      assert.equal(response.headers.get("content-type"), type);
      assert.equal(await response.text(), name === "parameters" ? "a=b" : TEXT);
    }
  });

  await t.step("what is said beside the file comes back with it", async () => {
    const options = {
      cacheControl: "60",
      metadata: { room: "42", nested: { deep: [1, "二"] } },
      contentType: "text/markdown",
    };
    for (const body of ["# Hi", new Blob(["# Hi"], { type: "text/markdown" })]) {
      assert.ifError((await team.upload("note.md", body, { ...options, upsert: true })).error);
      const { data } = await team.info("note.md");
      assert.deepEqual(
        { ...data, id: null, version: null, lastModified: null, createdAt: null },
        {
          id: null,
          version: null,
          lastModified: null,
          createdAt: null,
          name: "note.md",
          bucketId: "team",
          size: 4,
          contentType: "text/markdown",
          contentEncoding: null,
          cacheControl: "max-age=60",
          etag: '"b67927062701707ed53de1a71a7663d6"',
          metadata: options.metadata,
        },
      );
    }
  });

  await t.step("a compressed file is served as one", async () => {
    const packed = new Response(
      new Blob([TEXT]).stream().pipeThrough(new CompressionStream("gzip")),
    );
    const body = new Blob([await packed.arrayBuffer()], { type: "text/plain" });
    assert.ifError((await team.upload("packed", body, { contentEncoding: "gzip" })).error);
    const { data } = await team.download("packed");
    assert.equal(await data?.text(), TEXT);
  });

  await t.step(
    "a download says what it is, how long it keeps, and to search engines to stay away",
    async () => {
      assert.ifError((await place.admin.storage.from("open").upload("a.txt", TEXT)).error);
      for (const path of ["/object/public/open/a.txt", "/object/open/a.txt"]) {
        const response = await place.call(path);
        assert.equal(await response.text(), TEXT);
        const { "last-modified": modified, date: _date, vary: _vary, ...headers } = Object
          .fromEntries(
            response.headers,
          );
        assert.ok(Math.abs(Date.parse(modified ?? "") - Date.now()) < 10_000);
        assert.deepEqual(headers, {
          "accept-ranges": "bytes",
          "access-control-allow-origin": "*",
          "access-control-expose-headers": "*",
          "cache-control": "max-age=3600",
          "content-length": "10",
          "content-type": "text/plain;charset=UTF-8",
          "etag": '"781e5e245d69b566979b86e28d23f2c7"',
          "x-robots-tag": "none",
        });
        const head = await place.call(path, { method: "HEAD" });
        assert.deepEqual(
          [...head.headers].filter(([name]) => name !== "date"),
          [...response.headers].filter(([name]) => name !== "date"),
        );
        assert.equal(await head.text(), "");
      }
    },
  );

  await t.step("a page of HTML is served as text", async () => {
    await team.upload("page.html", new Blob(["<script>"], { type: "text/html" }));
    const response = await get("/object/team/page.html");
    assert.equal(response.headers.get("content-type"), "text/plain");
    await response.body?.cancel();
  });

  await t.step("who asks for it is offered the file to save, under any name", async () => {
    const disposition = async (query: string) => {
      const response = await place.call(`/object/public/open/a.txt?${query}`);
      await response.body?.cancel();
      return response.headers.get("content-disposition");
    };
    assert.equal(await disposition(""), null);
    assert.equal(await disposition("download"), "attachment;");
    assert.equal(
      await disposition("download=%E4%BA%8C%22%0D%0Ax.txt"),
      "attachment; filename=%E4%BA%8C%22%0D%0Ax.txt; filename*=UTF-8''%E4%BA%8C%22%0D%0Ax.txt;",
    );
  });

  await t.step("a range is answered with that range, and nonsense with 416", async () => {
    const range = async (range: string, headers: Record<string, string> = {}) => {
      const response = await place.call("/object/public/open/a.txt", {
        headers: { range, ...headers },
      });
      const text = await response.text();
      return response.status === 416
        ? [416, JSON.parse(text).code]
        : [response.status, text, response.headers.get("content-range")];
    };
    assert.deepEqual(await range("bytes=2-4"), [206, "234", "bytes 2-4/10"]);
    assert.deepEqual(await range("bytes=7-"), [206, "789", "bytes 7-9/10"]);
    assert.deepEqual(await range("bytes=-3"), [206, "789", "bytes 7-9/10"]);
    assert.deepEqual(await range("bytes=-99"), [206, TEXT, "bytes 0-9/10"]);
    assert.deepEqual(await range("bytes=8-99"), [206, "89", "bytes 8-9/10"]);
    assert.deepEqual(await range("bytes=0-0"), [206, "0", "bytes 0-0/10"]);
    const nonsense = [
      "bytes=10-",
      "bytes=5-4",
      "bytes=-0",
      "bytes=-",
      "bytes=0-1,3-4",
      "bytes",
      "x=1-2",
    ];
    for (const words of nonsense) {
      assert.deepEqual(await range(words), [416, "InvalidRange"], words);
    }
    assert.deepEqual(await range("bytes=2-4", { "if-range": '"other"' }), [200, TEXT, null]);
  });

  await t.step("who has the object already is told so", async () => {
    const first = await place.call("/object/public/open/a.txt");
    await first.body?.cancel();
    const etag = first.headers.get("etag") ?? "";
    const modified = first.headers.get("last-modified") ?? "";
    const status = async (headers: Record<string, string>) => {
      const response = await place.call("/object/public/open/a.txt", { headers });
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await status({ "if-none-match": etag }), 304);
    assert.equal(await status({ "if-none-match": `"x", W/${etag}` }), 304);
    assert.equal(await status({ "if-none-match": "*" }), 304);
    assert.equal(await status({ "if-none-match": '"x"' }), 200);
    assert.equal(await status({ "if-modified-since": modified }), 304);
    assert.equal(await status({ "if-modified-since": new Date(0).toUTCString() }), 200);
    assert.equal(await status({ "if-modified-since": "yesterday" }), 200);
    assert.equal(await status({ "if-none-match": '"x"', "if-modified-since": modified }), 200);
  });

  await t.step("an empty object is an object", async () => {
    assert.ifError((await team.upload("nothing", new Blob([]))).error);
    const response = await get("/object/team/nothing");
    assert.equal(response.headers.get("content-length"), "0");
    assert.equal(await response.text(), "");
    assert.equal((await get("/object/team/nothing", { range: "bytes=0-" })).status, 416);
  });

  await t.step("replacing keeps the row and changes the bytes", async () => {
    const before = await team.upload("twice", "one");
    const stranger = await place.person();
    const after = await stranger.client.storage.from("team").update("twice", "two!");
    assert.ifError(after.error);
    assert.equal(after.data?.id, before.data?.id);
    assert.equal(await (await team.download("twice")).data?.text(), "two!");
    const { rows } = await place.sql.query(
      "select owner, owner_id, metadata ->> 'size' as size from storage.objects where name = 'twice'",
    );
    assert.deepEqual(rows, [{ owner: stranger.id, owner_id: stranger.id, size: "4" }]);
  });

  await t.step(
    "service keys own nothing, and people with odd ids only by the new column",
    async () => {
      const owners = async () =>
        (await place.sql.query("select owner, owner_id from storage.objects where name = 'owned'"))
          .rows[0];
      await team.upload("owned", "x");
      assert.deepEqual(await owners(), { owner: alice.id, owner_id: alice.id });
      await place.admin.storage.from("team").upload("owned", "x", { upsert: true });
      assert.deepEqual(await owners(), { owner: null, owner_id: null });
      const { data } = await place.admin.storage.from("team").remove(["owned"]);
      assert.equal(data?.[0]?.owner, "");
    },
  );

  await t.step("exists tells yes from no", async () => {
    assert.equal((await team.exists("twice")).data, true);
    assert.equal((await team.exists("thrice")).data, false);
    await assert.rejects(alice.client.storage.from("nowhere").exists("x"), {
      code: "NoSuchBucket",
    });
  });

  await t.step("a move and a copy take the bytes and what is said about them along", async () => {
    const { data } = await team.upload("from.txt", TEXT, { metadata: { room: "1" } });
    assert.ifError((await team.copy("from.txt", "copies/to.txt")).error);
    assert.deepEqual((await team.move("from.txt", "moved/to.txt")).data, {
      message: "Successfully moved",
    });
    assert.equal((await team.exists("from.txt")).data, false);
    for (const name of ["copies/to.txt", "moved/to.txt"]) {
      assert.equal(await (await team.download(name)).data?.text(), TEXT);
      assert.deepEqual((await team.info(name)).data?.metadata, { room: "1" });
    }
    assert.equal((await team.info("moved/to.txt")).data?.id, data?.id);
    assert.notEqual((await team.info("copies/to.txt")).data?.id, data?.id);
    const other = { copyMetadata: false, metadata: { cacheControl: "no-store", mimetype: "a/b" } };
    assert.ifError((await team.copy("moved/to.txt", "third", other)).error);
    const third = (await team.info("third")).data;
    assert.deepEqual([third?.contentType, third?.cacheControl, third?.metadata], [
      "a/b",
      "no-store",
      null,
    ]);
  });

  await t.step("a copy into another bucket outlives the original", async () => {
    await team.upload("source", TEXT);
    const { error } = await place.admin.storage.from("team")
      .copy("source", "taken", { destinationBucket: "open" });
    assert.ifError(error);
    await team.remove(["source"]);
    assert.equal(await (await place.call("/object/public/open/taken")).text(), TEXT);
  });

  await t.step("what was removed is told, and gone", async () => {
    await team.upload("gone", TEXT);
    const { data } = await team.remove(["gone", "never there"]);
    assert.deepEqual(data?.map(({ name, bucket_id, owner }) => ({ name, bucket_id, owner })), [
      { name: "gone", bucket_id: "team", owner: alice.id },
    ]);
    assert.equal((await team.download("gone")).data, null);
    await team.upload("gone too", TEXT);
    const response = await place.call("/object/team/gone%20too", {
      method: "DELETE",
      token: alice.token,
    });
    assert.deepEqual([response.status, await response.json()], [200, {
      message: "Successfully deleted",
    }]);
  });

  await t.step("a stream of unknown length is an upload like any other", async () => {
    assert.ifError((await team.upload("stream", zeros(300_000), { duplex: "half" })).error);
    assert.equal((await team.info("stream")).data?.size, 300_000);
  });
});
