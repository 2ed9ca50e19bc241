// Who a token is, and who it is not any more.
import assert from "node:assert/strict";
import { type JWTPayload, SignJWT } from "jose";
import { JWT_SECRET } from "../../stack/keys.ts";
import { type Cast, type Person, story } from "../support/api.ts";
import { callVerb, Refused, refuses } from "./calling.ts";
import type { Verb } from "./answers.ts";
import { eventually } from "./inbox.ts";
import { join } from "./joining.ts";

story("a token that is not ours, or not ours any more, opens nothing", async (cast) => {
  const alice = await cast.signUp("alice");
  const claims = { sub: alice.id, role: "authenticated", aud: "authenticated" };
  const now = Math.floor(Date.now() / 1000);
  assert.equal(await whoIs(cast, await signed({ ...claims, exp: now + 60 })), alice.id);

  const bad = {
    expired: await signed({ ...claims, exp: now - 60 }),
    "of another secret": await signed({ ...claims, exp: now + 60 }, "another".repeat(8)),
    "of another secret, for the server": await signed(
      { role: "service_role", exp: now + 60 },
      "another".repeat(8),
    ),
    unsigned: `${base64({ alg: "none", typ: "JWT" })}.${base64({ ...claims, exp: now + 60 })}.`,
    altered: alice.token.replace(/\.[^.]+\./, `.${base64({ ...claims, exp: now + 600 })}.`),
    "not a token": "nonsense",
  };
  for (const [what, token] of Object.entries(bad)) {
    const client = cast.client(undefined, token);
    const refusal = await callVerb(client, "get_profile").catch((error) => error);
    assert.ok(refusal instanceof Refused, `${what}: ${JSON.stringify(refusal)}`);
    assert.equal(refusal.status, 401, what);
    assert.match(refusal.code, /^PGRST30[13]$/, what);
    assert.equal((await join(client, alice.topic, true)).status, "CHANNEL_ERROR", what);
  }
});

story("the key of the app alone calls no verb and sees no table", async (cast) => {
  const [alice] = await cast.friends("alice", "bob");
  const visitor = cast.client();
  for (const [verb, args] of verbsFor(alice, crypto.randomUUID(), crypto.randomUUID())) {
    const { error, status } = await visitor.rpc(verb, args);
    assert.deepEqual([verb, status, error?.code], [verb, 401, "42501"]);
  }
});

story("whoever is disabled can do nothing, until they are enabled again", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const request = await (await cast.signUp("carol")).asks(bob);
  await setStatus(cast, bob, "disabled");

  for (const [verb, args] of verbsFor(alice, conversation, request)) {
    await refuses(bob.verb(verb, args), "account_disabled");
  }
  assert.equal((await join(bob.supabase, bob.topic, true)).status, "CHANNEL_ERROR");
  const { data } = await bob.supabase.from("messages").select();
  assert.deepEqual(data, []);

  await setStatus(cast, bob, "active");
  assert.equal((await join(bob.supabase, bob.topic, true)).status, "SUBSCRIBED");
  await bob.says(conversation, "I'm back");
});

story("an open channel of somebody disabled closes with their next token", async (cast) => {
  const [alice, bob, conversation] = await cast.friends("alice", "bob");
  const aliceHears = await alice.listens();
  const { statuses, heard } = await join(bob.supabase, bob.topic, true);
  await setStatus(cast, bob, "disabled");

  // Two tokens of the same second can be the same token.
  await eventually(async () => {
    const { data } = await bob.supabase.auth.refreshSession();
    return data.session?.access_token !== bob.token;
  }, "there was no new token");

  await eventually(() => statuses.includes("CLOSED"), "the channel stayed open");
  await refuses(alice.says(conversation, "Are you there?"), "profile_not_found");
  await alice.verb("set_profile", { nickname: "Lia" });
  await aliceHears.next("profile_changed");
  assert.ok(!heard.includes("profile_changed"));
});

story("an old token of a deleted account opens nothing", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  await bob.says(conversation_id, "Remember me");
  const { error } = await cast.server().auth.admin.deleteUser(bob.id);
  assert.equal(error, null);

  for (const [verb, args] of verbsFor(alice, conversation_id, crypto.randomUUID())) {
    await refuses(bob.verb(verb, args), "not_signed_in");
  }
  assert.equal((await join(bob.supabase, bob.topic, true)).status, "CHANNEL_ERROR");
  assert.deepEqual((await bob.supabase.from("messages").select()).data, []);

  const messages = await alice.verb("list_messages", { conversation_id });
  assert.deepEqual([messages.length, messages[1]?.from_name], [2, "Deleted user"]);
  await refuses(alice.says(conversation_id, "Bob?"), "profile_not_found");
});

/** Every verb for people, with arguments that would be fine. */
function verbsFor(
  person: Person,
  conversation_id: string,
  request_id: string,
): [Verb, Record<string, unknown>][] {
  const user_id = person.id;
  return [
    ["answer_friend_request", { request_id, answer: "accept" }],
    ["answer_group_invitation", { request_id, answer: "accept" }],
    ["answer_join_request", { request_id, answer: "accept" }],
    ["block_user", { user_id }],
    ["choose_cover", { media_id: request_id, cover_id: request_id }],
    ["clear_history", { conversation_id }],
    ["create_group", { name: "Team" }],
    ["delete_media", { media_id: request_id }],
    ["dissolve_group", { conversation_id }],
    ["find_profile", { username: "anybody" }],
    ["forward_messages", { message_ids: [request_id], conversation_ids: [conversation_id] }],
    ["get_group_link", { conversation_id }],
    ["get_messages", { conversation_id, seqs: [1] }],
    ["get_profile", {}],
    ["get_upload", { bucket: "chat-images", path: `${user_id}/x.png` }],
    ["hide_conversation", { conversation_id }],
    ["invite_to_group", { conversation_id, user_ids: [user_id] }],
    ["join_group", { join_code: "0123456789abcdef" }],
    ["leave_group", { conversation_id }],
    ["list_conversations", {}],
    ["list_friend_requests", {}],
    ["list_group_requests", {}],
    ["list_members", { conversation_id }],
    ["list_messages", { conversation_id }],
    ["mark_read", { conversation_id, seq: 1 }],
    ["mute_conversation", { conversation_id }],
    ["mute_group", { conversation_id }],
    ["mute_member", { conversation_id, user_id }],
    ["open_direct", { user_id }],
    ["open_record", { message_id: request_id }],
    ["pin_conversation", { conversation_id }],
    ["prepare_cover", { recipe: "0".repeat(64), format: "png" }],
    ["prepare_upload", { kind: "image", mime_type: "image/png", size: 1 }],
    ["preview_group", { join_code: "0123456789abcdef" }],
    ["remove_friend", { user_id }],
    ["remove_member", { conversation_id, user_id }],
    ["request_friend", { user_id }],
    ["reset_group_link", { conversation_id }],
    ["revoke_message", { message_id: request_id }],
    ["send_message", { conversation_id, kind: "text", body: { text: "Hello" } }],
    ["set_friend_remark", { user_id, remark: "A" }],
    ["set_group", { conversation_id, name: "Team" }],
    ["set_group_role", { conversation_id, user_id, role: "admin" }],
    ["set_my_group_face", { conversation_id, nickname: "B" }],
    ["set_profile", { nickname: "B" }],
    ["sync", {}],
    ["transfer_group", { conversation_id, user_id }],
    ["unblock_user", { user_id }],
    ["withdraw_friend_request", { request_id }],
  ];
}

async function setStatus(cast: Cast, person: Person, status: string): Promise<void> {
  const { error } = await cast.server().from("profiles").update({ status }).eq("id", person.id);
  assert.equal(error, null);
}

async function whoIs(cast: Cast, token: string): Promise<string> {
  return (await callVerb(cast.client(undefined, token), "get_profile")).id;
}

function signed(claims: JWTPayload, secret: string = JWT_SECRET): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
}

function base64(value: unknown): string {
  return new TextEncoder().encode(JSON.stringify(value))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}
