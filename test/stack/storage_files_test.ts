import assert from "node:assert/strict";
import { codeOf, filesOf, type Place, SHARED, startPlace, zeros } from "./storage_support.ts";

const MEGABYTE = 1024 * 1024;

Deno.test("files on disk and rows in the database agree", SHARED, async (t) => {
  const lines: string[] = [];
  await using place = await startPlace({
    storage: { uploadPatience: 300, fileSizeLimit: 4 * MEGABYTE },
    log: (line) => void lines.push(line),
  });
  await place.bucket("team");
  const team = place.admin.storage.from("team");
  const token = place.stack.keys.serviceRoleKey;

  await t.step(
    "many who write one name at once leave one object, whole, and one file",
    async () => {
      const bodies = Array.from({ length: 20 }, (_, i) => String(i).repeat(1000 + i));
      const answers = await Promise.all(
        bodies.map((body, i) =>
          i % 2
            ? team.upload("same", body, { upsert: true })
            : team.update("same", new Blob([body]))
        ),
      );
      for (const answer of answers) assert.equal(codeOf(answer), null);
      const { data } = await team.download("same");
      const text = await data?.text() ?? "";
      assert.ok(bodies.includes(text));
      assert.equal((await team.info("same")).data?.size, text.length);
      await assertAgreement(place, 1);
    },
  );

  await t.step("who reads while others write gets one version, whole", async () => {
    const sizes = [10_000, 200_000];
    const write = async (size: number) => {
      for (let i = 0; i < 10; i++) await team.update("busy", String(size % 7).repeat(size));
    };
    await write(sizes[0] ?? 0);
    const writing = Promise.all(sizes.map(write));
    const reading = async () => {
      for (let i = 0; i < 10; i++) {
        const { data, error } = await team.download("busy");
        assert.ifError(error);
        const text = await data?.text() ?? "";
        assert.ok(sizes.includes(text.length));
        assert.equal(new Set(text).size, 1);
      }
    };
    await Promise.all([writing, reading(), reading()]);
    await assertAgreement(place, 2);
  });

  await t.step("an object that moves while it is replaced ends as one", async () => {
    for (let i = 0; i < 10; i++) {
      await team.upload("from", "x", { upsert: true });
      await team.remove(["to"]);
      const answers = await Promise.all([
        team.move("from", "to"),
        team.upload("to", "y", { upsert: true }),
        team.remove(["from"]),
      ]);
      for (const answer of answers) {
        assert.ok(["ResourceAlreadyExists", "NoSuchKey", null].includes(codeOf(answer)));
      }
      await assertAgreement(place);
    }
  });

  await t.step("more than is allowed is not kept, however it comes", async () => {
    const bodies = [
      zeros(100 * MEGABYTE),
      new Blob([new Uint8Array(5 * MEGABYTE)]),
      new Uint8Array(5 * MEGABYTE),
    ];
    for (const body of bodies) {
      const answer = await team.upload("large", body, { duplex: "half" });
      assert.equal(codeOf(answer), "EntityTooLarge");
    }
    await assertAgreement(place);
  });

  await t.step("an upload that is cut off, or falls asleep, leaves nothing", async () => {
    const before = lines.length;
    const cutOff = new AbortController();
    const asleep = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(100_000)),
    });
    const cut = place.call("/object/team/cut", {
      method: "POST",
      token,
      body: asleep,
      signal: cutOff.signal,
    });
    await untilFiles(place, (files) => files.some((path) => path.includes("/incoming/")));
    cutOff.abort();
    await assert.rejects(cut, { name: "AbortError" });
    await untilFiles(place, (files) => !files.some((path) => path.includes("/incoming/")));

    const answer = await raw(place, token, "POST", "content-length: 10\r\n", "12345");
    assert.match(answer, /^HTTP\/1.1 408 /);
    const form = "content-type: multipart/form-data; boundary=b\r\ncontent-length: 1000\r\n";
    const head = '--b\r\ncontent-disposition: form-data; name=""; filename="x"\r\n\r\nhalf';
    assert.match(await raw(place, token, "POST", form, head), /^HTTP\/1.1 408 /);
    assert.equal((await team.exists("raw")).data, false);
    await assertAgreement(place);
    assert.deepEqual(lines.slice(before).filter((line) => line.startsWith("storage:")), []);
  });

  await t.step("an upload into a bucket that goes away meanwhile leaves nothing", async () => {
    await place.bucket("brief");
    const gate = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      pull: async (controller) => {
        await gate.promise;
        controller.close();
      },
    }, { highWaterMark: 0 });
    const uploading = place.call("/object/brief/x", { method: "POST", token, body });
    await untilFiles(place, (files) => files.some((path) => path.includes("/incoming/")));
    assert.equal(codeOf(await place.admin.storage.deleteBucket("brief")), null);
    gate.resolve();
    const response = await uploading;
    assert.deepEqual([response.status, (await response.json()).statusCode], [400, "404"]);
    await assertAgreement(place);
  });

  await t.step("who stops reading in the middle disturbs nobody", async () => {
    await team.upload("big", new Uint8Array(3 * MEGABYTE));
    for (let i = 0; i < 20; i++) {
      const response = await place.call("/object/team/big", { token });
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel();
    }
    assert.equal(
      (await (await team.download("big")).data?.arrayBuffer())?.byteLength,
      3 * MEGABYTE,
    );
  });
});

Deno.test("what a crash leaves is gone after the next start", SHARED, async () => {
  const folder = await Deno.makeTempDir({ prefix: "supabase-chat-storage-" });
  try {
    let kept: string[];
    {
      await using place = await startPlace({ folder });
      await place.bucket("team");
      await place.admin.storage.from("team").upload("a", "a");
      kept = await filesOf(place.files);
      const [file = ""] = kept;
      const bucket = file.split("/").slice(0, -1).join("/");
      await Deno.writeTextFile(`${place.files}/incoming/${crypto.randomUUID()}`, "unfinished");
      await Deno.writeTextFile(`${bucket}/${crypto.randomUUID()}`, "replaced, or never committed");
      await Deno.mkdir(`${place.files}/objects/${"0".repeat(64)}`);
      await Deno.writeTextFile(
        `${place.files}/objects/${"0".repeat(64)}/x`,
        "of a bucket long gone",
      );
    }
    await using place = await startPlace({ folder });
    assert.deepEqual(await filesOf(place.files), kept);
    assert.equal(await (await place.admin.storage.from("team").download("a")).data?.text(), "a");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "a download that nobody reads does not keep the stack from stopping",
  SHARED,
  async () => {
    const place = await startPlace();
    await place.bucket("open", { public: true });
    const { error } = await place.admin.storage.from("open").upload("large", zeros(50 * MEGABYTE), {
      duplex: "half",
    });
    assert.ifError(error);
    const port = Number(new URL(place.stack.apiUrl).port);
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const request = "GET /storage/v1/object/public/open/large HTTP/1.1\r\nhost: x\r\n\r\n";
    await connection.write(new TextEncoder().encode(request));
    await connection.read(new Uint8Array(100));
    const before = Date.now();
    await place[Symbol.asyncDispose]();
    assert.ok(Date.now() - before < 30_000);
  },
);

Deno.test("half a gigabyte passes through in little memory", SHARED, async () => {
  await using place = await startPlace();
  await place.bucket("team");
  const size = 500 * MEGABYTE;
  await transfer(place, "POST", 20 * MEGABYTE);
  await transfer(place, "GET", 0);
  const before = Deno.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 20);
  try {
    assert.ok(await transfer(place, "PUT", size) < 1000);
    assert.ok(await transfer(place, "GET", 0) > size);
  } finally {
    clearInterval(watch);
  }
  const { data } = await place.admin.storage.from("team").info("large");
  assert.equal(data?.size, size);
  const megabytes = (most - before) / MEGABYTE;
  assert.ok(megabytes < 64, `memory grew by ${megabytes.toFixed()} MB`);
});

/** Sends so many zeros and counts what comes back; without memory of its own, unlike fetch. */
async function transfer(place: Place, method: string, size: number): Promise<number> {
  const port = Number(new URL(place.stack.apiUrl).port);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = [
    `${method} /storage/v1/object/team/large HTTP/1.1`,
    "host: x",
    `authorization: Bearer ${place.stack.keys.serviceRoleKey}`,
    `content-length: ${size}`,
    "connection: close",
  ];
  await connection.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  const buffer = new Uint8Array(256 * 1024);
  for (let left = size; left > 0;) {
    left -= await connection.write(buffer.subarray(0, Math.min(left, buffer.byteLength)));
  }
  let received = 0;
  for (let read; (read = await connection.read(buffer)) !== null;) received += read;
  return received;
}

/** Every row has its file and every file its row. */
async function assertAgreement(place: Place, count?: number): Promise<void> {
  const { rows } = await place.sql.query("select version from storage.objects");
  const versions = rows.map(({ version }) => version).toSorted();
  const files = (await filesOf(place.files)).map((path) => path.split("/").at(-1)).toSorted();
  assert.deepEqual(files, versions);
  if (count !== undefined) assert.equal(files.length, count);
}

/** Waits for the files on disk to be as they should; half a minute at most. */
async function untilFiles(place: Place, are: (files: string[]) => boolean): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 30_000;) {
    if (are(await filesOf(place.files))) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("The files did not become what was expected.");
}

/** Sends half a request and listens to what is answered. */
async function raw(
  place: Place,
  token: string,
  method: string,
  headers: string,
  body: string,
): Promise<string> {
  const port = Number(new URL(place.stack.apiUrl).port);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(
    `${method} /storage/v1/object/team/raw HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n${headers}\r\n${body}`,
  ));
  const buffer = new Uint8Array(2000);
  const read = await connection.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, read ?? 0));
}
