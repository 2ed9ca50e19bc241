// Every verb, and the people who get no further than its door.
import assert from "node:assert/strict";
import { Caller, scene } from "../support/people.ts";
import type { Answers } from "./answers.ts";
import { refuses } from "./refuses.ts";

type Verb = keyof Answers;

const user_id = crypto.randomUUID();
const request_id = crypto.randomUUID();
const conversation_id = crypto.randomUUID();

const file = { bucket: "chat-images", path: `${user_id}/x.png` };

/** Verbs and arguments that are well formed. */
const VERBS: Partial<Record<Verb, Record<string, unknown>>> = {
  answer_friend_request: { request_id, answer: "accept" },
  answer_group_invitation: { request_id, answer: "accept" },
  answer_join_request: { request_id, answer: "accept" },
  block_user: { user_id },
  choose_cover: { media_id: user_id, cover_id: request_id },
  clear_history: { conversation_id },
  create_group: { name: "x" },
  delete_media: { media_id: user_id },
  dissolve_group: { conversation_id },
  forward_messages: { message_ids: [user_id], conversation_ids: [conversation_id] },
  get_group_link: { conversation_id },
  get_messages: { conversation_id, seqs: [1] },
  get_upload: file,
  invite_to_group: { conversation_id, user_ids: [user_id] },
  join_group: { join_code: "x" },
  leave_group: { conversation_id },
  list_group_requests: {},
  list_members: { conversation_id },
  mute_group: { conversation_id },
  mute_member: { conversation_id, user_id },
  open_record: { message_id: user_id },
  prepare_cover: { recipe: "0123456789abcdef".repeat(4), format: "png" },
  prepare_upload: { kind: "image", mime_type: "image/png", size: 1 },
  preview_group: { join_code: "x" },
  remove_member: { conversation_id, user_id },
  reset_group_link: { conversation_id },
  revoke_message: { message_id: user_id },
  set_group: { conversation_id },
  set_group_role: { conversation_id, user_id, role: "admin" },
  set_my_group_face: { conversation_id },
  transfer_group: { conversation_id, user_id },
  find_profile: { username: "alice" },
  get_profile: { user_id },
  hide_conversation: { conversation_id },
  list_conversations: {},
  list_friend_requests: {},
  list_messages: { conversation_id },
  mark_read: { conversation_id, seq: 1 },
  mute_conversation: { conversation_id },
  open_direct: { user_id },
  pin_conversation: { conversation_id },
  remove_friend: { user_id },
  request_friend: { user_id },
  send_message: { conversation_id, kind: "text", body: { text: "Hello" } },
  set_friend_remark: { user_id, remark: "x" },
  set_profile: { nickname: "x" },
  sync: {},
  unblock_user: { user_id },
  withdraw_friend_request: { request_id },
};

const FOR_USERS: Verb[] = [
  "answer_friend_request",
  "create_group",
  "list_friend_requests",
  "remove_friend",
  "request_friend",
  "set_friend_remark",
  "withdraw_friend_request",
];

const picture = { size: 1, width: 1, height: 1 };

const FOR_SERVERS: Record<string, Record<string, unknown>> = {
  add_avatar: { owner_id: user_id, path: file.path, mime_type: "image/png", ...picture },
  add_cover: { path: file.path, ...picture, time_ms: 0, duration_ms: 1 },
  claim_orphaned_files: {},
  find_video_host: { host: "films.example.com" },
  get_settings: {},
  reject_upload: file,
  settle_orphaned_files: { files: "[]" },
  settle_upload: { ...file, version: "1", facts: {} },
  set_settings: { changes: {} },
};

/** What servers are told who ask for what is not there. */
const NOT_THERE: Record<string, string> = {
  add_avatar: "profile_not_found",
  add_cover: "profile_not_found",
  settle_upload: "media_not_found",
};

const isVerb = (name: string): name is Verb => name in VERBS || name in FOR_SERVERS;

for (const [verb, args] of [...Object.entries(VERBS), ...Object.entries(FOR_SERVERS)]) {
  assert.ok(isVerb(verb));
  const isForServers = verb in FOR_SERVERS;

  scene(`chat.${verb} stays shut for those who may not`, async (cast) => {
    const { alice, dora, ghost, gus, anon, server, world } = cast;
    const nobody = new Caller(world, "authenticated", { role: "authenticated" });
    const before = await world.snapshot();

    await refuses(anon.call(verb, args), "42501");
    if (isForServers) {
      for (const caller of [alice, gus, dora, nobody]) {
        await refuses(caller.call(verb, args), "42501");
      }
      const refusal = NOT_THERE[verb];
      if (refusal) await refuses(server.call(verb, args), "PT404", refusal);
      else await server.call(verb, args);
    } else {
      await refuses(server.call(verb, args), "42501");
      await refuses(ghost.call(verb, args), "PT401", "not_signed_in");
      await refuses(nobody.call(verb, args), "PT401", "not_signed_in");
      await refuses(dora.call(verb, args), "PT403", "account_disabled");
    }
    if (FOR_USERS.includes(verb)) await refuses(gus.call(verb, args), "PT403", "guests_cannot");

    assert.deepEqual(await world.snapshot(), before);
  });
}

scene("every verb is in the lists above", async ({ world }) => {
  const verbs = await world.query<{ name: string }>(
    "select distinct proname as name from pg_proc where pronamespace = 'chat'::regnamespace order by 1",
  );
  const known = [...Object.keys(VERBS), ...Object.keys(FOR_SERVERS), "version"];
  assert.deepEqual(verbs.map(({ name }) => name), known.toSorted());
});

scene("everybody signed in may ask for the version", async ({ alice, gus, dora, server, anon }) => {
  const { version } = JSON.parse(
    await Deno.readTextFile(new URL("../../package.json", import.meta.url)),
  );
  for (const caller of [alice, gus, dora, server]) {
    assert.equal(await caller.call("version"), version);
  }
  await refuses(anon.call("version"), "42501");
});
