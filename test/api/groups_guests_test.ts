// Guests in groups: what they may do is a table, what they may never do is not, and becoming a user keeps it all.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import { refuses } from "./calling.ts";
import { enter, gather, groupOf, hears, withToken } from "./gatherings.ts";
import { invoke } from "./invoking.ts";

story("a guest does in a group what others do", async (cast) => {
  const [alice, gus] = await Promise.all([cast.signUp("alice"), cast.guest()]);
  const conversation_id = await gather(alice, []);
  assert.equal((await enter(gus, alice, conversation_id)).status, "joined");
  const [aliceHears, gusHears] = await Promise.all([
    hears(alice, conversation_id),
    hears(gus, conversation_id),
  ]);

  const face = await gus.verb("set_my_group_face", { conversation_id, nickname: "Gus" });
  const hello = await gus.says(conversation_id, "Hello");
  const reply = await alice.says(conversation_id, "Welcome!");
  const marks = await gus.verb("mark_read", { conversation_id, seq: reply.seq });

  assert.equal(face.group?.my_nickname, "Gus");
  assert.deepEqual([hello.from_name, marks.unread], ["Gus", 0]);
  for (const ear of [aliceHears, gusHears]) {
    assert.equal((await ear.next("message_created")).actionType, "group_face_changed");
    assert.deepEqual(await ear.next("message_created"), hello);
    assert.deepEqual(await ear.next("message_created"), reply);
    assert.deepEqual(await ear.rest(), []);
  }
  const members = await gus.verb("list_members", { conversation_id });
  assert.deepEqual(members.map(({ name, is_guest }) => [name, is_guest]), [
    ["Alice", false],
    ["Gus", true],
  ]);
  await gus.verb("get_group_link", { conversation_id });
  await gus.verb("leave_group", { conversation_id });
  await refuses(gus.verb("list_members", { conversation_id }), "conversation_not_found");
});

story("a guest owns nothing, even as an admin", async (cast) => {
  const [alice, gus] = await Promise.all([cast.signUp("alice"), cast.guest()]);
  const conversation_id = await gather(alice, [gus]);
  const user_id = gus.id;

  await refuses(gus.verb("create_group", { name: "Mine" }), "guests_cannot");
  await refuses(alice.verb("transfer_group", { conversation_id, user_id }), "guests_cannot");
  await alice.verb("set_group_role", { conversation_id, user_id, role: "admin" });
  await refuses(alice.verb("transfer_group", { conversation_id, user_id }), "guests_cannot");
  await refuses(gus.verb("request_friend", { user_id: alice.id }), "guests_cannot");

  // Nor when the owner goes, with nobody else left to own it.
  assert.equal((await cast.server().auth.admin.deleteUser(alice.id)).error, null);
  const { group } = await groupOf(gus, conversation_id);
  assert.deepEqual([group.my_role, group.is_dissolved], ["admin", true]);
});

story("each right of guests can be taken away, from guests only", async (cast) => {
  const [alice, bob] = await cast.friends("alice", "bob");
  const gus = await cast.guest();
  const conversation_id = await gather(alice, [bob, gus]);
  const other = await gather(bob, [gus]);
  await bob.verb("invite_to_group", { conversation_id: other, user_ids: [alice.id] });
  const open = await gather(bob, []);
  const { join_code } = await bob.verb("get_group_link", { conversation_id: open });
  const texts = new Map<Person, string[]>();
  for (const person of [alice, gus]) {
    const said = [];
    for (let i = 0; i < 10; i++) said.push((await person.says(conversation_id, `${i}`)).id);
    texts.set(person, said);
  }
  const next = (person: Person) => texts.get(person)!.shift()!;
  const rights: Record<string, (person: Person) => Promise<unknown>> = {
    send_message: (person) => person.says(conversation_id, "Hello"),
    join_group: (person) => person.verb("join_group", { join_code }),
    set_profile: (person) => person.verb("set_profile", { nickname: "Somebody" }),
    upload: (person) =>
      person.verb("prepare_upload", { kind: "image", mime_type: "image/png", size: 1 }),
    revoke_message: (person) => person.verb("revoke_message", { message_id: next(person) }),
    forward_messages: (person) =>
      person.verb("forward_messages", {
        message_ids: [texts.get(person)!.at(-1)],
        conversation_ids: [other],
      }),
  };
  assert.deepEqual(Object.keys(rights).toSorted(), await rightsOf(cast));

  for (const [action, use] of Object.entries(rights)) {
    await setRight(cast, action, false);
    try {
      await refuses(use(gus), "guests_cannot");
      if (action === "revoke_message") {
        const revoke = invoke(gus.supabase, "chat-revoke", { id: next(gus) });
        await refuses(revoke, "guests_cannot");
      }
      await use(alice);
      for (const [free, useFree] of Object.entries(rights)) if (free !== action) await useFree(gus);
      await gus.verb("list_messages", { conversation_id });
    } finally {
      await setRight(cast, action, true);
    }
    await use(gus);
  }
});

story("a guest who may not join cannot accept an invitation either", async (cast) => {
  const [alice, gus] = await Promise.all([cast.signUp("alice"), cast.guest()]);
  const conversation_id = await gather(alice, []);
  await alice.verb("invite_to_group", { conversation_id, user_ids: [gus.id] });
  const [request] = await gus.verb("list_group_requests");
  const answer = { request_id: request?.id, answer: "accept" };
  await setRight(cast, "join_group", false);
  try {
    await refuses(gus.verb("answer_group_invitation", answer), "guests_cannot");
  } finally {
    await setRight(cast, "join_group", true);
  }
  assert.equal((await gus.verb("answer_group_invitation", answer)).status, "joined");
});

story(
  "a guest who becomes a user keeps groups and messages, with the token they have",
  async (cast) => {
    const [alice, gus] = await Promise.all([cast.signUp("alice"), cast.guest()]);
    const conversation_id = await gather(alice, [gus]);
    await gus.verb("set_my_group_face", { conversation_id, nickname: "Gus" });
    await alice.verb("set_group_role", { conversation_id, user_id: gus.id, role: "admin" });
    const said = await gus.says(conversation_id, "as a guest");
    const before = await gus.verb("list_messages", { conversation_id });
    const ear = await hears(gus, conversation_id);

    const { error } = await gus.supabase.auth.updateUser({
      email: `gus.${crypto.randomUUID()}@example.com`,
      password: crypto.randomUUID(),
    });
    assert.equal(error, null);

    // The claim in this token still says that Gus is a guest.
    assert.equal(claimsOf(gus.token).is_anonymous, true);
    const old = withToken(gus);
    assert.deepEqual(await old.verb("list_messages", { conversation_id }), before);
    const { group } = await groupOf(old, conversation_id);
    assert.deepEqual([group.my_role, group.my_nickname], ["admin", "Gus"]);
    const mine = await old.verb("create_group", { name: "My own" });
    assert.equal(mine.group?.my_role, "owner");
    const revoked = await invoke(old.supabase, "chat-revoke", { id: said.id });
    assert.deepEqual((revoked as { options: unknown }).options, { text: "as a guest" });
    await ear.next("message_revoked");
    await alice.verb("transfer_group", { conversation_id, user_id: gus.id });
    assert.equal((await ear.next("message_created")).actionType, "group_transferred");
    const [member] = await alice.verb("list_members", { conversation_id });
    assert.deepEqual([member?.id, member?.is_guest, member?.role], [gus.id, false, "owner"]);
  },
);

async function rightsOf(cast: Cast): Promise<string[]> {
  const rows = await cast.sql<{ action: string }>(
    "select action from chat_private.guest_rights where is_allowed order by action",
  );
  return rows.map(({ action }) => action);
}

async function setRight(cast: Cast, action: string, isAllowed: boolean): Promise<void> {
  await cast.sql("update chat_private.guest_rights set is_allowed = $2 where action = $1", [
    action,
    isAllowed,
  ]);
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(
    new TextDecoder().decode(
      Uint8Array.fromBase64(token.split(".")[1]!, { alphabet: "base64url" }),
    ),
  );
}
