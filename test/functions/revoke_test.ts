import assert from "node:assert/strict";
import { RevokeRequest } from "../../functions/_shared/contract.ts";
import { revoke } from "../../functions/chat-revoke/revoke.ts";
import { callBy, refusal, type Script, type Sent } from "./call_by.ts";

const ID = "01964c6e-1111-7abc-8def-0123456789ab";
const NOTICE = { id: crypto.randomUUID(), type: "systemNotice", anything: ["as", "it", "is"] };
const NOTHING_TO_DELETE: Script = { "rpc/claim_orphaned_files": { body: [] } };
const FORBIDDEN = { status: 403, body: { code: "42501", message: "permission denied" } };

function verbs(sent: Sent[]): string[] {
  return sent.map(({ to }) => to);
}

Deno.test("revoke() answers the notice of the verb, unchanged", async () => {
  const call = callBy("alice", {
    body: { id: ID },
    answers: { ...NOTHING_TO_DELETE, "rpc/revoke_message": { body: NOTICE } },
  });
  assert.deepEqual(await revoke(call), NOTICE);
});

Deno.test("revoke() believes the id and nothing else", async () => {
  const body = {
    id: ID,
    to_id: "somebody else",
    to_name: "Mallory",
    to_avatar: "https://a.example/x.png",
    chatType: "group",
    create_time: Date.now(),
  } as const;
  const call = callBy("alice", {
    body,
    answers: { ...NOTHING_TO_DELETE, "rpc/revoke_message": { body: NOTICE } },
  });
  await revoke(call);
  assert.deepEqual(call.sent[0], {
    to: "rpc/revoke_message",
    bearer: "alice",
    body: { message_id: ID },
  });
});

Deno.test("revoke() passes on what the verb refuses before it takes service rights", async () => {
  const call = callBy("mallory", {
    body: { id: ID },
    answers: { "rpc/revoke_message": refusal(404, "message_not_found") },
  });
  await assert.rejects(revoke(call), {
    code: "message_not_found",
    status: 404,
    message: "A sentence.",
  });
  assert.equal(call.usedService(), false);
  assert.deepEqual(verbs(call.sent), ["rpc/revoke_message"]);
});

Deno.test("revoke() deletes the files that nothing uses any more, as service", async () => {
  const files = [
    { bucket: "chat-images", name: "a/1.png" },
    { bucket: "chat-files", name: "a/2.pdf" },
    { bucket: "chat-images", name: "a/3.png" },
  ];
  const call = callBy("alice", {
    body: { id: ID },
    answers: {
      "rpc/revoke_message": { body: NOTICE },
      "rpc/claim_orphaned_files": { body: files },
      "DELETE object/chat-images": { body: [] },
      "DELETE object/chat-files": { body: [] },
      "rpc/settle_orphaned_files": {},
    },
  });
  await revoke(call);
  const [, claim, images, , settle] = call.sent;
  assert.equal(claim?.bearer, "sb_secret_test");
  assert.deepEqual(images?.body, { prefixes: ["a/1.png", "a/3.png"] });
  assert.deepEqual(settle?.body, { files: [files[0], files[2], files[1]] });
});

Deno.test("revoke() stands when files cannot be deleted, and they stay queued", async () => {
  const call = callBy("alice", {
    body: { id: ID },
    answers: {
      "rpc/revoke_message": { body: NOTICE },
      "rpc/claim_orphaned_files": { body: [{ bucket: "chat-images", name: "a/1.png" }] },
      // No answer for Storage: the gateway knows no such part.
    },
  });
  assert.deepEqual(await revoke(call), NOTICE);
  assert.ok(!verbs(call.sent).includes("rpc/settle_orphaned_files"));
});

Deno.test("revoke() settles the files of one bucket when another one fails", async () => {
  const call = callBy("alice", {
    body: { id: ID },
    answers: {
      "rpc/revoke_message": { body: NOTICE },
      "rpc/claim_orphaned_files": {
        body: [{ bucket: "chat-images", name: "1" }, { bucket: "chat-files", name: "2" }],
      },
      "DELETE object/chat-files": { body: [] },
      "rpc/settle_orphaned_files": {},
    },
  });
  await revoke(call);
  assert.deepEqual(call.sent.at(-1)?.body, { files: [{ bucket: "chat-files", name: "2" }] });
});

Deno.test("revoke() stands when the queue itself fails", async () => {
  const call = callBy("alice", {
    body: { id: ID },
    answers: {
      "rpc/revoke_message": { body: NOTICE },
      "rpc/claim_orphaned_files": { status: 500, body: { code: "XX000", message: "secret" } },
    },
  });
  assert.deepEqual(await revoke(call), NOTICE);
});

Deno.test("revoke() without an id tidies up for the service key", async () => {
  const call = callBy("the service key", {
    body: {},
    answers: {
      "rpc/claim_orphaned_files": { body: [{ bucket: "chat-images", name: "1" }] },
      "DELETE object/chat-images": { body: [] },
      "rpc/settle_orphaned_files": {},
    },
  });
  assert.deepEqual(await revoke(call), { deleted: 1 });
  assert.ok(call.sent.every(({ bearer }) => bearer === "the service key"));
});

Deno.test("revoke() without an id is not well formed for people, and takes no service rights", async () => {
  const call = callBy("alice", { body: {}, answers: { "rpc/claim_orphaned_files": FORBIDDEN } });
  await assert.rejects(revoke(call), { code: "request_invalid", status: 400 });
  assert.equal(call.usedService(), false);
});

const COURSE = {
  to_id: 7,
  to_name: "Bob",
  to_avatar: "https://a.example/bob.png",
  id: ID,
  chatType: "single",
  create_time: Date.now() - 1000,
};

Deno.test("a request to revoke is an id, or the course's whole body, or a part of it", () => {
  const { to_id: _, ...part } = COURSE;
  for (const body of [{}, { id: ID }, COURSE, part, { ...COURSE, to_id: "u-1", to_avatar: null }]) {
    assert.ok(RevokeRequest.safeParse(body).success, JSON.stringify(body));
  }
});

Deno.test("a request to revoke with a field that does not fit is refused", () => {
  const wrong: Record<string, unknown>[] = [
    { id: "7" },
    { id: null },
    { to_id: 0 },
    { to_id: "" },
    { to_name: "" },
    { to_name: "n".repeat(51) },
    { to_avatar: "short" },
    { to_avatar: "a".repeat(1001) },
    { chatType: "channel" },
    { create_time: Date.now() + 60_000 },
    { create_time: "now" },
    { create_time: -1 },
    { unheard_of: 1 },
  ];
  for (const change of wrong) {
    assert.ok(!RevokeRequest.safeParse({ ...COURSE, ...change }).success, JSON.stringify(change));
  }
});
