import assert from "node:assert/strict";
import { codeOf, filesOf, type Place, refused, SHARED, startPlace } from "./storage_support.ts";

Deno.test(
  "nothing that a client sends leads out of the service, or breaks it",
  SHARED,
  async (t) => {
    await using place = await startPlace();
    await place.bucket("team", { policies: ["select", "insert", "update", "delete"] });
    const { client, token } = await place.person();
    const team = client.storage.from("team");
    await team.upload("a.txt", "a");
    const put = (path: string, body: BodyInit, type = "text/plain") =>
      refused(place, path, { method: "POST", token, body, headers: { "content-type": type } });

    await t.step("a name that looks like a way out of the folder is only a name", async () => {
      const outside = [
        "..%2f..%2f..%2fout",
        "%2e%2e%2fout",
        "a/..%2F..%2Fout",
        "..%2f..%2fteam%2fa.txt",
      ];
      for (const name of outside) {
        assert.equal(
          (await place.call(`/object/team/${name}`, { method: "POST", token, body: name })).ok,
          true,
        );
      }
      for (const name of outside) {
        const response = await place.call(`/object/team/${name}`, { token });
        assert.equal(await response.text(), name);
      }
      assert.equal(await (await place.call("/object/team/a.txt", { token })).text(), "a");
      for (const path of await filesOf(place.files)) {
        assert.match(path.slice(place.files.length), /^\/objects\/[0-9a-f]{64}\/[0-9a-f-]{36}$/);
      }
      assert.equal(await exists(`${place.files}/../out`), false);
      // As it stands on the wire, unlike what URLs let through.
      for (
        const path of [
          "/object/team/../../../../etc/passwd",
          "/object/public/../team/a.txt",
          "//object",
        ]
      ) {
        const status = await rawStatus(place, `/storage/v1${path}`);
        assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
      }
      assert.equal(await rawStatus(place, "/storage/v1/object/team/%zz"), 400);
    });

    await t.step("a version that somebody wrote by hand leads nowhere", async () => {
      for (const version of ["../../../signing_key.json", "/etc/passwd", ""]) {
        await place.sql.query(
          `insert into storage.objects (bucket_id, name, version) values ('team', 'hand', $1)
        on conflict (bucket_id, name) do update set version = excluded.version`,
          [version],
        );
        assert.equal((await refused(place, "/object/team/hand", { token }))[3], "NoSuchKey");
      }
      assert.equal((await team.remove(["hand"])).data?.length, 1);
      assert.equal(await exists(`${place.stack.folder}/signing_key.json`), true);
    });

    await t.step("bodies that say nothing usable", async () => {
      const path = "/object/sign/team/a.txt";
      const invalid = async (path: string, body: string) => {
        const [status, statusCode, error, code, message] = await refused(place, path, {
          method: "POST",
          token,
          body,
        });
        assert.deepEqual([status, statusCode, error, code], [
          400,
          "400",
          "Error",
          "InvalidRequest",
        ]);
        return message;
      };
      assert.equal(await invalid(path, '{"expiresIn":0}'), "body/expiresIn must be >= 1");
      assert.equal(await invalid(path, '{"expiresIn":"x"}'), "body/expiresIn must be integer");
      assert.equal(await invalid(path, "{}"), "body must have required property 'expiresIn'");
      assert.equal(await invalid(path, "[]"), "body must be object");
      assert.equal(await invalid(path, "{"), "Body is not valid JSON");
      assert.equal(await invalid(path, ""), "Body is not valid JSON");
      assert.equal(await invalid(path, "[".repeat(100_000)), "Body is not valid JSON");
      assert.equal(
        await invalid("/object/sign/team", '{"expiresIn":1,"paths":[]}'),
        "body/paths must NOT have fewer than 1 items",
      );
      assert.equal(
        await invalid("/object/list/team", '{"prefix":"","sortBy":{"column":"owner"}}'),
        "body/sortBy/column must be equal to one of the allowed values",
      );
      assert.equal(await invalid("/object/list/team", '{"prefix":"\\u0000"}'), "Invalid input");
      assert.equal(
        await invalid("/object/move", '{"bucketId":"team","sourceKey":"a.txt"}'),
        "body must have required property 'destinationKey'",
      );
      const huge = await place.call(path, { method: "POST", token, body: "x".repeat(2_000_000) });
      await huge.body?.cancel();
      assert.equal(huge.status, 413);
    });

    await t.step("forms and metadata that are none", async () => {
      const form = "multipart/form-data; boundary=abc";
      const bodies = [
        "",
        "nonsense",
        "--abc",
        '--abc\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--abc--\r\n',
        '--abc\r\nContent-Disposition: form-data; name=""; filename="x"\r\n\r\ncut off',
      ];
      for (const body of bodies) {
        const [status, , , code, message] = await put("/object/team/form", body, form);
        assert.deepEqual([status, code, message], [400, "InvalidRequest", "No content provided"]);
      }
      assert.equal(
        (await put("/object/team/form", "x", "multipart/form-data"))[3],
        "InvalidRequest",
      );
      const upload = (metadata: string) =>
        place.call("/object/team/about", {
          method: "PUT",
          token,
          body: "x",
          headers: { "x-metadata": btoa(metadata) },
        });
      for (const metadata of ["nonsense", "[1]", "7", "null", "[".repeat(5000)]) {
        const response = await upload(metadata);
        await response.body?.cancel();
        assert.equal(response.status, 200);
        assert.deepEqual((await team.info("about")).data?.metadata, null);
      }
      for (const metadata of ['{"a":"\\u0000"}', '{"a":"\\ud800"}']) {
        const response = await upload(metadata);
        assert.deepEqual([response.status, (await response.json()).code], [400, "InvalidRequest"]);
      }
      const long = await team.update("about", new Blob(["x"]), {
        metadata: { a: "x".repeat(2e6) },
      });
      assert.equal(codeOf(long), "EntityTooLarge");
    });

    await t.step("words that cannot stand in an answer's headers", async () => {
      const type = "text/plain\r\nx-evil: 1";
      await team.copy("a.txt", "evil", { copyMetadata: false, metadata: { mimetype: type } });
      const [status, , error] = await refused(place, "/object/team/evil", { token });
      assert.deepEqual([status, error], [400, "invalid_header_char"]);
    });

    await t.step("a name longer than the index holds", async () => {
      const name = Array.from({ length: 5000 }, () => Math.random().toString(36)[2]).join("");
      assert.equal((await put(`/object/team/${name}`, "x"))[3], "InvalidRequest");
    });

    await t.step("nothing of all this is left on disk", async () => {
      const { rows } = await place.sql.query("select version from storage.objects");
      const files = (await filesOf(place.files)).map((path) => path.split("/").at(-1));
      assert.deepEqual(files.toSorted(), rows.map(({ version }) => version).toSorted());
    });
  },
);

/** What is answered to a path that is sent as it is. */
async function rawStatus(place: Place, path: string): Promise<number> {
  const port = Number(new URL(place.stack.apiUrl).port);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(64);
  const read = await connection.read(buffer) ?? 0;
  return Number(new TextDecoder().decode(buffer.subarray(0, read)).split(" ")[1]);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
