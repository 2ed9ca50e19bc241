// What guests may do: a table of the operator's, and some things that are never for guests.
import assert from "node:assert/strict";
import { type Cast, type Person, scene } from "../../support/people.ts";
import { enter, gather, groupOf, roles, texts } from "../../support/groups.ts";
import type { Answers } from "../answers.ts";
import { refuses } from "../refuses.ts";

type Attempt = { verb: keyof Answers; args: Record<string, unknown> };

/** For each right, what a guest could do with it in a group and a direct conversation with Alice. */
async function attempts({ alice, bob, gus, world }: Cast): Promise<Record<string, Attempt[]>> {
  const group = await gather(alice, [gus]);
  const chat = await world.direct(gus, alice);
  const said = await gus.says(group, "Hello");
  const other = await gather(bob, []);
  const { join_code } = await bob.call("get_group_link", { conversation_id: other });
  await bob.call("invite_to_group", { conversation_id: other, user_ids: [gus.id] });
  const [request] = await gus.call("list_group_requests");
  const text = { kind: "text", body: { text: "Hi" } };
  const forward = { message_ids: [said.id], conversation_ids: [chat] };
  return {
    send_message: [
      { verb: "send_message", args: { conversation_id: group, ...text } },
      { verb: "send_message", args: { conversation_id: chat, ...text } },
    ],
    join_group: [
      { verb: "join_group", args: { join_code } },
      { verb: "answer_group_invitation", args: { request_id: request?.id, answer: "accept" } },
    ],
    forward_messages: [
      { verb: "forward_messages", args: forward },
      { verb: "forward_messages", args: { ...forward, mode: "merged" } },
    ],
    set_profile: [
      { verb: "set_profile", args: { nickname: "Gustav" } },
      { verb: "set_profile", args: { avatar_url: "" } },
    ],
    revoke_message: [{ verb: "revoke_message", args: { message_id: said.id } }],
    upload: [
      { verb: "prepare_upload", args: { kind: "image", mime_type: "image/png", size: 1 } },
      { verb: "prepare_cover", args: { recipe: "0".repeat(64), format: "jpg" } },
    ],
  };
}

scene("each right of guests is switched off alone, and for guests only", async (cast) => {
  const { gus, world } = cast;
  const all = await attempts(cast);
  const rights = await world.query<{ action: string }>(
    "select action from chat_private.guest_rights",
  );
  assert.deepEqual(rights.map(({ action }) => action).toSorted(), Object.keys(all).toSorted());
  const switchTo = (action: string, allowed: boolean) =>
    cast.server.rows("update chat_private.guest_rights set is_allowed = $2 where action = $1", [
      action,
      allowed,
    ]);

  for (const right of Object.keys(all)) {
    await switchTo(right, false);
    for (const [action, acts] of Object.entries(all)) {
      for (const { verb, args } of acts) {
        await world.query("savepoint attempt");
        if (action === right) await refuses(gus.call(verb, args), "PT403", "guests_cannot");
        else await gus.call(verb, args);
        await world.query("rollback to savepoint attempt");
      }
    }
    await switchTo(right, true);
  }
});

scene("users do not depend on what guests may", async ({ alice, bob, server, world }) => {
  await server.rows("update chat_private.guest_rights set is_allowed = false");
  const group = await gather(alice, [bob], { join_mode: "open" });
  const { id } = await bob.says(group, "Hello");
  await bob.call("forward_messages", {
    message_ids: [id],
    conversation_ids: [await world.direct(bob, alice)],
  });
  await bob.call("revoke_message", { message_id: id });
  await bob.call("set_profile", { nickname: "Bobby" });
});

scene("nobody but the server sees or changes what guests may", async (cast) => {
  const { alice, gus, anon, server } = cast;
  const update = "update chat_private.guest_rights set is_allowed = true";
  for (const caller of [alice, gus, anon]) {
    await refuses(caller.sees("chat_private.guest_rights"), "42501");
    await refuses(caller.rows(update), "42501");
  }
  assert.equal(await server.sees("chat_private.guest_rights"), 6);
  for (
    const sql of [
      "insert into chat_private.guest_rights (action) values ('request_friend')",
      "delete from chat_private.guest_rights",
      "update chat_private.guest_rights set action = 'x'",
    ]
  ) await refuses(server.rows(sql), "42501");
});

scene("friends and groups of one's own are never for guests", async ({ alice, gus }) => {
  const group = await gather(alice, [gus]);
  const never: Attempt[] = [
    { verb: "request_friend", args: { user_id: alice } },
    { verb: "list_friend_requests", args: {} },
    { verb: "answer_friend_request", args: { request_id: crypto.randomUUID(), answer: "accept" } },
    { verb: "withdraw_friend_request", args: { request_id: crypto.randomUUID() } },
    { verb: "remove_friend", args: { user_id: alice } },
    { verb: "set_friend_remark", args: { user_id: alice, remark: "x" } },
    { verb: "create_group", args: { name: "Mine" } },
  ];
  for (const { verb, args } of never) await refuses(gus.call(verb, args), "PT403", "guests_cannot");
  await refuses(
    alice.call("transfer_group", { conversation_id: group, user_id: gus }),
    "PT403",
    "guests_cannot",
  );
});

scene("a guest may administer a group, and not inherit it", async ({ alice, bob, gus, world }) => {
  const group = await gather(alice, [bob, gus]);
  await alice.call("set_group_role", { conversation_id: group, user_id: gus, role: "admin" });
  await gus.call("mute_member", { conversation_id: group, user_id: bob, minutes: 0 });
  await world.query("delete from auth.users where id = $1", [alice.id]);
  assert.deepEqual(await roles(world, group), ["bob owner", "guest admin"]);
});

scene("a guest who becomes a user keeps everything, and may do more", async (cast) => {
  const { alice, bob, gus, server, world } = cast;
  const group = await gather(alice, [gus]);
  await gus.says(group, "As a guest");
  const chat = await world.direct(gus, alice);
  await gus.says(chat, "As a guest");
  await server.rows("update chat_private.guest_rights set is_allowed = false");
  await refuses(gus.says(group, "Shut out"), "PT403", "guests_cannot");

  // The token still says that this is a guest.
  await becomesUser(cast, gus);

  await gus.says(group, "As a user");
  assert.deepEqual((await texts(alice, group)).slice(-2), ["As a guest", "As a user"]);
  assert.equal((await groupOf(gus, group)).group.my_role, "member");
  assert.deepEqual(await texts(gus, chat), ["As a guest"]);
  assert.equal((await gus.call("create_group", { name: "Mine" })).group?.my_role, "owner");
  await gus.accepts(await alice.asks(gus));
  await alice.call("transfer_group", { conversation_id: group, user_id: gus });
  await enter(bob, gus, group);
});

const becomesUser = ({ world }: Cast, person: Person) =>
  world.as(
    "supabase_auth_admin",
    {},
    "update auth.users set is_anonymous = false, email = $2 where id = $1",
    [person.id, `${person.id}@example.com`],
  );
