import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import sharp from "sharp";
import { Upload } from "tus-js-client";
import { codeOf, type Place, SHARED, startPlace } from "./storage_support.ts";

Deno.test("pictures to measure and uploads in parts are part of the stack", SHARED, async (t) => {
  await using place = await startPlace();
  await place.bucket("open", { public: true });
  await place.bucket("team", { policies: ["select", "insert"] });
  const alice = await place.person();
  const team = alice.client.storage.from("team");
  const picture = await sharp({
    create: { width: 200, height: 100, channels: 3, background: "red" },
  }).png().toBuffer();
  const png = new Blob([new Uint8Array(picture)], { type: "image/png" });
  await team.upload("a.png", png);
  await place.admin.storage.from("open").upload("a.png", png);
  const transform = { width: 50, height: 40, resize: "cover" as const };

  await t.step("a public picture", async () => {
    const { data } = place.anon.storage.from("open").getPublicUrl("a.png", { transform });
    const response = await fetch(data.publicUrl);
    assert.equal(response.headers.get("x-robots-tag"), "none");
    assert.equal(response.headers.get("cache-control"), "max-age=3600");
    assert.ok(response.headers.get("x-transformations"));
    await assertMeasures(await response.arrayBuffer(), 50, 40);
  });

  await t.step("a picture that the policies show", async () => {
    const { data, error } = await team.download("a.png", { transform });
    assert.ifError(error);
    await assertMeasures(await data.arrayBuffer(), 50, 40);
    const stranger = place.anon.storage.from("team");
    assert.equal(codeOf(await stranger.download("a.png", { transform })), "NoSuchKey");
  });

  await t.step("a signed picture is the one that was signed", async () => {
    const { data } = await team.createSignedUrl("a.png", 60, { transform });
    const response = await fetch(`${data?.signedUrl}&width=10&height=10`);
    assert.ok(response.headers.get("expires"));
    await assertMeasures(await response.arrayBuffer(), 50, 40);
  });

  await t.step("what is no picture, or no measure", async () => {
    await team.upload("a.txt", "text");
    assert.ok(codeOf(await team.download("a.txt", { transform })));
    const wrong = await place.call("/render/image/public/open/a.png?width=x");
    assert.equal((await wrong.json()).code, "InvalidRequest");
    const private_ = await place.call("/render/image/public/team/a.png?width=10");
    assert.equal((await private_.json()).code, "NoSuchBucket");
  });

  await t.step("an upload in parts, as far as the policies let it", async () => {
    await uploadInParts(place, alice.token, "team", "parts.bin", new Uint8Array(300_000));
    assert.equal((await team.info("parts.bin")).data?.size, 300_000);
    const { rows } = await place.sql.query(
      "select owner_id from storage.objects where name = 'parts.bin'",
    );
    assert.deepEqual(rows, [{ owner_id: alice.id }]);
    await assert.rejects(
      uploadInParts(place, alice.token, "open", "parts.bin", new Uint8Array(10)),
      /row-level security/,
    );
  });
});

async function assertMeasures(bytes: ArrayBuffer, width: number, height: number): Promise<void> {
  const measures = await sharp(Buffer.from(bytes)).metadata();
  assert.deepEqual([measures.width, measures.height], [width, height]);
}

function uploadInParts(
  place: Place,
  token: string,
  bucketName: string,
  objectName: string,
  bytes: Uint8Array,
): Promise<void> {
  return new Promise((resolve, reject) => {
    new Upload(Buffer.from(bytes), {
      endpoint: `${place.stack.apiUrl}/storage/v1/upload/resumable`,
      headers: { authorization: `Bearer ${token}` },
      metadata: { bucketName, objectName, contentType: "application/octet-stream" },
      chunkSize: 100_000,
      retryDelays: [],
      onSuccess: () => resolve(),
      onError: reject,
    }).start();
  });
}
