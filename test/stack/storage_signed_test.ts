import assert from "node:assert/strict";
import { codeOf, type Place, SHARED, signedToken, startPlace } from "./storage_support.ts";

Deno.test("signed addresses", SHARED, async (t) => {
  await using place = await startPlace();
  await place.bucket("team", { policies: ["select", "insert", "update", "delete"] });
  const alice = await place.person();
  const team = alice.client.storage.from("team");
  assert.ifError((await team.upload("a b/c.txt", "hello")).error);

  await t.step("open the object for everyone, without a key, and say until when", async () => {
    const { data } = await team.createSignedUrl("a b/c.txt", 600);
    const response = await fetch(data?.signedUrl ?? "");
    assert.equal(await response.text(), "hello");
    const left = Date.parse(response.headers.get("expires") ?? "") - Date.now();
    assert.ok(left > 590_000 && left <= 600_000);
    assert.equal(response.headers.get("cache-control"), null);
    const part = await fetch(data?.signedUrl ?? "", { headers: { range: "bytes=1-2" } });
    assert.deepEqual([part.status, await part.text()], [206, "el"]);
  });

  await t.step("may ask the browser to save the file", async () => {
    const { data } = await team.createSignedUrl("a b/c.txt", 600, { download: "mine.txt" });
    const response = await fetch(data?.signedUrl ?? "");
    await response.body?.cancel();
    assert.match(
      response.headers.get("content-disposition") ?? "",
      /^attachment; filename=mine.txt/,
    );
  });

  await t.step("come many at a time", async () => {
    const { data } = await team.createSignedUrls(["a b/c.txt"], 600);
    assert.equal(await (await fetch(data?.[0]?.signedUrl ?? "")).text(), "hello");
  });

  await t.step("name only the object, the purpose and the time", async () => {
    const { data } = await team.createSignedUrl("a b/c.txt", 600);
    const [header, payload] = tokenOf(data?.signedUrl).split(".").slice(0, 2).map((part) =>
      JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")))
    );
    assert.deepEqual(header, { alg: "HS256" });
    assert.deepEqual({ ...payload, iat: 0, exp: payload.exp - payload.iat }, {
      url: "team/a b/c.txt",
      scope: "download",
      iat: 0,
      exp: 600,
    });
  });

  await t.step("are refused for every other token, in the words of the real service", async () => {
    const read = (token: string, path = "a%20b/c.txt") =>
      refusal(place, `/object/sign/team/${path}?token=${token}`);
    const right = { url: "team/a b/c.txt", scope: "download" };
    const token = await signedToken(place.stack, right);
    const { status } = await place.call(`/object/sign/team/a%20b/c.txt?token=${token}`);
    assert.equal(status, 200);
    assert.deepEqual(await read(token, "other"), ["400", "InvalidSignature", "Invalid signature"]);
    assert.deepEqual(await read("x"), ["400", "InvalidJWT", "Invalid Compact JWS"]);
    assert.deepEqual(await read(""), ["400", "InvalidJWT", "Invalid Compact JWS"]);
    assert.deepEqual(await read(await signedToken(place.stack, right, "x".repeat(32))), [
      "400",
      "InvalidJWT",
      "signature verification failed",
    ]);
    assert.deepEqual(await read(await signedToken(place.stack, { ...right, exp: 1 })), [
      "400",
      "InvalidJWT",
      '"exp" claim timestamp check failed',
    ]);
    const unscoped = ["400", "InvalidSignature", "Token is not scoped for download"];
    assert.deepEqual(
      await read(await signedToken(place.stack, { ...right, scope: "upload" })),
      unscoped,
    );
    assert.deepEqual(await read(alice.token), unscoped);
    assert.deepEqual(await read(place.stack.keys.serviceRoleKey), unscoped);
    assert.deepEqual(
      await refusal(place, "/object/sign/team/a%20b/c.txt"),
      ["400", "InvalidRequest", "querystring must have required property 'token'"],
    );
  });

  await t.step("work from before scopes existed", async () => {
    const token = await signedToken(place.stack, { url: "team/a b/c.txt" });
    const response = await place.call(`/object/sign/team/a%20b/c.txt?token=${token}`);
    assert.equal(await response.text(), "hello");
  });

  await t.step("outlive the rights of who made them, but not the object", async () => {
    await team.upload("short", "hello");
    const { data } = await team.createSignedUrl("short", 600);
    await place.sql.query(`drop policy "team: select" on storage.objects`);
    assert.equal((await team.download("short")).data, null);
    assert.equal(await (await fetch(data?.signedUrl ?? "")).text(), "hello");
    await place.admin.storage.from("team").remove(["short"]);
    const gone = await fetch(data?.signedUrl ?? "");
    assert.equal((await gone.json()).code, "NoSuchKey");
  });

  await t.step("let somebody without rights upload once, for the one who signed", async () => {
    const { data } = await team.createSignedUploadUrl("invited/x.txt");
    const upload = (body: string) =>
      place.anon.storage.from("team").uploadToSignedUrl("invited/x.txt", data?.token ?? "", body);
    assert.deepEqual((await upload("mine")).data, {
      path: "invited/x.txt",
      fullPath: "team/invited/x.txt",
    });
    const { rows } = await place.sql.query(
      "select owner_id from storage.objects where name = 'invited/x.txt'",
    );
    assert.deepEqual(rows, [{ owner_id: alice.id }]);
    const again = await upload("again");
    assert.equal(codeOf(again), "KeyAlreadyExists");
  });

  await t.step("let somebody replace an object when they were signed for that", async () => {
    await place.sql.query(
      `create policy "team: select" on storage.objects for select to authenticated
      using (bucket_id = 'team')`,
    );
    const { data, error } = await team.createSignedUploadUrl("invited/x.txt", { upsert: true });
    assert.ifError(error);
    const put = await place.anon.storage.from("team")
      .uploadToSignedUrl("invited/x.txt", data?.token ?? "", new Blob(["new"]));
    assert.ifError(put.error);
    assert.equal(await (await team.download("invited/x.txt")).data?.text(), "new");
  });

  await t.step("for uploads are refused for every other token", async () => {
    const put = (token: string, path = "x") =>
      refusal(place, `/object/upload/sign/team/${path}?token=${token}`, {
        method: "PUT",
        body: "",
      });
    const right = { url: "team/x", scope: "upload", upsert: false };
    const token = await signedToken(place.stack, right);
    assert.deepEqual(await put(token, "y"), ["400", "InvalidSignature", "Invalid signature"]);
    assert.deepEqual(await put("x"), ["400", "InvalidJWT", "Invalid Compact JWS"]);
    assert.deepEqual(await put(await signedToken(place.stack, { ...right, exp: 1 })), [
      "400",
      "InvalidJWT",
      '"exp" claim timestamp check failed',
    ]);
    const download = await signedToken(place.stack, { ...right, scope: "download" });
    const unscoped = ["400", "InvalidSignature", "Token is not scoped for upload"];
    assert.deepEqual(await put(download), unscoped);
    assert.deepEqual(await put(alice.token), unscoped);
    assert.equal((await place.admin.storage.from("team").exists("x")).data, false);
  });
});

function tokenOf(url = ""): string {
  return new URL(url).searchParams.get("token") ?? "";
}

async function refusal(place: Place, path: string, init: RequestInit = {}): Promise<string[]> {
  const response = await place.call(path, init);
  assert.equal(response.status, 400);
  const { statusCode, code, message } = await response.json();
  return [statusCode, code, message];
}
