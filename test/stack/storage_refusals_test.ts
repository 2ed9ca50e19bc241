import assert from "node:assert/strict";
import {
  codeOf,
  filesOf,
  type Refused,
  refused,
  SHARED,
  signedToken,
  startPlace,
} from "./storage_support.ts";

const DENIED = "new row violates row-level security policy";

Deno.test("refusals have the status and the words of the real service", SHARED, async (t) => {
  await using place = await startPlace({ storage: { fileSizeLimit: 1000 } });
  await place.bucket("team", { policies: ["select", "insert", "update", "delete"] });
  await place.bucket("kept");
  await place.bucket("small", { limit: 10, types: ["image/png", "text/*"] });
  const alice = await place.person();
  const { token } = alice;
  const admin = place.stack.keys.serviceRoleKey;
  const team = alice.client.storage.from("team");
  await team.upload("a.txt", "a");
  await team.upload("b.txt", "b");
  const post = (body: unknown) => ({ method: "POST", body: JSON.stringify(body) });
  const put = (path: string, body: BodyInit, type = "text/plain") =>
    refused(place, path, { method: "POST", token: admin, body, headers: { "content-type": type } });

  await t.step("what is there already", async () => {
    const duplicate = (code: string): Refused => [
      400,
      "409",
      "Duplicate",
      code,
      "The resource already exists",
    ];
    assert.deepEqual(
      await refused(place, "/object/team/a.txt", { method: "POST", token, body: "x" }),
      duplicate("KeyAlreadyExists"),
    );
    const journey = { bucketId: "team", sourceKey: "a.txt", destinationKey: "b.txt" };
    assert.deepEqual(
      await refused(place, "/object/copy", { token, ...post(journey) }),
      duplicate("KeyAlreadyExists"),
    );
    assert.deepEqual(
      await refused(place, "/object/move", { token, ...post(journey) }),
      duplicate("ResourceAlreadyExists"),
    );
    assert.deepEqual(
      await refused(place, "/bucket", { token: admin, ...post({ name: "team" }) }),
      duplicate("BucketAlreadyExists"),
    );
  });

  await t.step("what is too large for the bucket, or for the service", async () => {
    const tooLarge: Refused = [
      400,
      "413",
      "Payload too large",
      "EntityTooLarge",
      "The object exceeded the maximum allowed size",
    ];
    assert.deepEqual(await put("/object/small/x", "x".repeat(11)), tooLarge);
    assert.deepEqual(await put("/object/team/x", "x".repeat(1001)), tooLarge);
    // Nothing but the bytes themselves says how many there are.
    assert.deepEqual(await put("/object/small/x", new Blob(["x".repeat(11)]).stream()), tooLarge);
    const form = await place.admin.storage.from("small")
      .upload("x", new Blob(["x".repeat(11)], { type: "image/png" }));
    assert.equal(codeOf(form), "EntityTooLarge");
    const fits = await place.admin.storage.from("small")
      .upload("y", new Blob(["x".repeat(10)], { type: "image/png" }));
    assert.equal(codeOf(fits), null);
    assert.deepEqual(
      await refused(place, "/bucket", {
        token: admin,
        ...post({ name: "large", file_size_limit: "2KB" }),
      }),
      tooLarge,
    );
  });

  await t.step("types that the bucket does not take", async () => {
    const wrong = (type: string): Refused => [
      400,
      "415",
      "invalid_mime_type",
      "InvalidMimeType",
      `mime type ${type} is not supported`,
    ];
    for (const type of ["application/pdf", "image/gif", "image", "image/png;charset=x"]) {
      assert.deepEqual(await put("/object/small/z", "x", type), wrong(type));
    }
    const small = place.admin.storage.from("small");
    assert.equal(codeOf(await small.upload("z", new Blob(["x"], { type: "text/csv" }))), null);
    const bucket = post({ name: "odd", allowed_mime_types: ["nonsense"] });
    assert.deepEqual(
      await refused(place, "/bucket", { token: admin, ...bucket }),
      wrong("nonsense"),
    );
  });

  await t.step("what is not there, or hidden", async () => {
    const noKey: Refused = [400, "404", "not_found", "NoSuchKey", "Object not found"];
    const noBucket: Refused = [400, "404", "Bucket not found", "NoSuchBucket", "Bucket not found"];
    await place.admin.storage.from("kept").upload("secret", "x");
    for (const path of ["team/none", "kept/secret"]) {
      assert.deepEqual(await refused(place, `/object/${path}`, { token }), noKey);
      assert.deepEqual(await refused(place, `/object/authenticated/${path}`, { token }), noKey);
      assert.deepEqual(await refused(place, `/object/info/${path}`, { token }), noKey);
      const sign = { token, ...post({ expiresIn: 1 }) };
      assert.deepEqual(await refused(place, `/object/sign/${path}`, sign), noKey);
    }
    assert.deepEqual(
      await refused(place, "/object/team/none", { method: "DELETE", token }),
      noKey,
    );
    assert.deepEqual(await refused(place, "/object/none/x", { token }), noBucket);
    assert.deepEqual(await refused(place, "/object/public/team/a.txt"), noBucket);
    assert.deepEqual(await refused(place, "/object/info/public/team/a.txt"), noBucket);
    assert.deepEqual(await refused(place, "/object/team/a.txt"), noBucket);
    assert.deepEqual(await refused(place, "/object/info/team/a.txt"), noBucket);
    assert.deepEqual(await refused(place, "/bucket/none", { token: admin }), noBucket);
    assert.deepEqual(await refused(place, "/bucket/kept", { token }), noBucket);
    const head = await place.call("/object/team/none", { method: "HEAD", token });
    assert.deepEqual([head.status, await head.text()], [400, ""]);
  });

  await t.step("what the policies forbid", async () => {
    assert.deepEqual(
      await refused(place, "/object/kept/x", { method: "POST", token, body: "x" }),
      [400, "403", "Unauthorized", "AccessDenied", DENIED],
    );
  });

  await t.step("tokens that do not hold", async () => {
    const with_ = (token: string) =>
      refused(place, "/object/list/team", { token, ...post({ prefix: "" }) });
    const denied = (message: string): Refused => [
      400,
      "403",
      "Unauthorized",
      "AccessDenied",
      message,
    ];
    assert.deepEqual(await with_("nonsense"), denied("Invalid Compact JWS"));
    assert.deepEqual(
      await with_(await signedToken(place.stack, { role: "service_role" }, "x".repeat(32))),
      denied("signature verification failed"),
    );
    assert.deepEqual(
      await with_(await signedToken(place.stack, { role: "service_role", exp: 1 })),
      denied('"exp" claim timestamp check failed'),
    );
    assert.deepEqual(
      await with_(await signedToken(place.stack, { role: "postgres" })),
      denied(DENIED),
    );
    assert.deepEqual(await refused(place, "/object/list/team", post({ prefix: "" })), [
      400,
      "400",
      "Error",
      "InvalidRequest",
      "headers must have required property 'authorization'",
    ]);
    const roles = [{ role: "none'; drop table x" }, { role: 7 }, {}];
    for (const claims of roles) {
      const response = await place.call("/object/list/team", {
        token: await signedToken(place.stack, claims),
        ...post({ prefix: "" }),
      });
      await response.body?.cancel();
      assert.ok(response.status < 500, JSON.stringify(claims));
    }
  });

  await t.step("an unknown key is no key, and needs none for what is public", async () => {
    const response = await place.call("/object/list/team", {
      ...post({ prefix: "" }),
      headers: { apikey: "sb_secret_forged" },
    });
    assert.equal((await response.json()).message, "Invalid Compact JWS");
    const read = await place.call("/object/authenticated/team/a.txt", {
      token,
      headers: { apikey: "sb_secret_forged" },
    });
    assert.equal(await read.text(), "a");
    const status = await place.call("/status");
    await status.body?.cancel();
    assert.equal(status.status, 200);
  });

  await t.step("names that no key may have", async () => {
    const names = ["é.txt", "图片.png", "a\\b", "a\0b", "a\nb", "a%b", "a#b", "[a]", "a|b", "💥"];
    for (const name of names) {
      assert.deepEqual(
        await put(`/object/team/${encodeURIComponent(name)}`, "x"),
        [400, "400", "InvalidKey", "InvalidKey", `Invalid key: ${name}`],
      );
      const journey = post({ bucketId: "team", sourceKey: "a.txt", destinationKey: name });
      for (const path of ["/object/move", "/object/copy"]) {
        assert.equal((await refused(place, path, { token, ...journey }))[3], "InvalidKey");
      }
    }
    const bad = "Bucket name invalid";
    for (const name of ["a/b", "é", "", "a\0", "x".repeat(101)]) {
      assert.deepEqual(
        await refused(place, "/bucket", { token: admin, ...post({ name }) }),
        [400, "400", "Invalid Input", "InvalidBucketName", bad],
      );
    }
  });

  await t.step("paths and methods that nobody serves", async () => {
    for (const [method, path] of [["GET", "/nothing"], ["PATCH", "/object/team/a.txt"]] as const) {
      const response = await place.call(path, { method, token });
      assert.equal(response.status, 404);
      assert.match((await response.json()).message, /^Route /);
    }
  });

  await t.step("nothing of all this is left on disk", async () => {
    const { rows } = await place.sql.query("select version from storage.objects");
    const files = (await filesOf(place.files)).map((path) => path.split("/").at(-1));
    assert.deepEqual(files.toSorted(), rows.map(({ version }) => version).toSorted());
  });
});
