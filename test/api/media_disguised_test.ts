// A file is in the library once its bytes were looked at, and not before; what is disguised leaves nothing behind.
import assert from "node:assert/strict";
import { type Person, story } from "../support/api.ts";
import {
  type Bytes,
  checks,
  filesOnDisk,
  type Place,
  type Sample,
  sample,
  tidyUp,
  traces,
  uploads,
  visitor,
  waysTo,
} from "../support/media.ts";
import { refuses } from "./calling.ts";

story("a file that is not what it says is refused, and nothing of it stays", async (cast) => {
  const alice = await cast.signUp("alice");
  const page = new TextEncoder().encode("<html><script>alert(1)</script></html>");
  const { bytes: png } = await sample("image");
  const disguised: [Sample["kind"], string, Bytes, Parameters<typeof refuses>[1]][] = [
    ["image", "image/png", page, "file_disguised"],
    ["image", "image/jpeg", png, "file_disguised"],
    ["image", "image/png", png.slice(0, 60), "file_unreadable"],
    ["image", "image/png", new Uint8Array(), "file_disguised"],
    ["cover", "image/webp", png, "file_disguised"],
    ["video", "video/mp4", png, "file_disguised"],
    ["audio", "audio/mpeg", page, "file_disguised"],
    ["file", "application/pdf", png, "file_disguised"],
    ["file", "text/html", page, "mime_type_invalid"],
    ["file", "image/svg+xml", page, "mime_type_invalid"],
  ];
  await tidyUp(cast);
  for (const [kind, mime_type, bytes, code] of disguised) {
    const file = { kind, mime_type, bytes, file_name: "x.png" };
    const before = await filesOnDisk(cast);
    const place = await uploads(alice, file);
    const [row] = await library(alice);
    assert.equal(row?.checked_at, null);
    if (kind !== "cover") {
      const [, , conversation_id] = await cast.friends("carol", "dave");
      const sending = { conversation_id, kind, body: { media_id: row?.id } };
      await refuses(alice.verb("send_message", sending), "conversation_not_found");
      const { id } = await alice.verb("create_group", { name: "Team" });
      const own = { ...sending, conversation_id: id };
      await refuses(alice.verb("send_message", own), "media_unchecked");
    }

    await refuses(checks(alice, place), code);

    assert.deepEqual([await traces(cast, place), await library(alice)], [[], []], mime_type);
    assert.equal(await filesOnDisk(cast), before);
    assert.equal(await waysTo(alice, place), "");
    await refuses(checks(alice, place), "media_not_found");
  }
});

story("nobody has a file looked at for somebody else", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const place = await uploads(alice, "image");
  await refuses(checks(bob, place), "media_not_found");
  await refuses(checks(visitor(cast), place), "not_signed_in");
  for (const verb of ["settle_upload", "reject_upload", "add_cover", "add_avatar"]) {
    for (const person of [alice, bob]) {
      const { status } = await person.supabase.rpc(verb, argumentsFor(verb, alice, place));
      assert.equal(status, 403, verb);
    }
  }
  assert.equal((await library(alice))[0]?.checked_at, null);
});

async function library(person: Person): Promise<{ id: string; checked_at: string | null }[]> {
  const { data, error } = await person.supabase.from("media").select("id, checked_at");
  assert.equal(error, null);
  return data;
}

function argumentsFor(verb: string, { id: owner_id }: Person, { bucket, path }: Place) {
  const upload = { bucket, path };
  const picture = { path, size: 1, width: 1, height: 1 };
  switch (verb) {
    case "settle_upload":
      return { ...upload, version: "1", facts: {} };
    case "reject_upload":
      return upload;
    case "add_avatar":
      return { ...picture, owner_id, mime_type: "image/png" };
    default:
      return { ...picture, time_ms: 0, duration_ms: 0 };
  }
}
