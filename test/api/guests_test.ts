// Guests chat like everybody else, and can become users without losing anything.
import assert from "node:assert/strict";
import { type Person, story } from "../support/api.ts";
import { refuses } from "./calling.ts";

story("a guest chats, reads and chooses a name", async (cast) => {
  const [alice, gus] = await Promise.all([cast.signUp("alice"), cast.guest()]);
  const [aliceHears, gusHears] = await Promise.all([alice.listens(), gus.listens()]);

  const { id } = await gus.verb("open_direct", { user_id: alice.id });
  const hello = await gus.says(id, "Hello, I'm new here");
  const reply = await alice.says(id, "Welcome!");
  const marks = await gus.verb("mark_read", { conversation_id: id, seq: reply.seq });
  const profile = await gus.verb("set_profile", { nickname: "Gus" });

  assert.match(hello.from_name, /^Guest [0-9a-f]{4}$/);
  assert.deepEqual(await aliceHears.next("message_created"), hello);
  await gusHears.next("message_created");
  assert.deepEqual(await gusHears.next("message_created"), reply);
  assert.equal(marks.unread, 0);
  assert.equal((await aliceHears.next("conversation_read")).user_id, gus.id);
  assert.deepEqual([profile.name, profile.is_guest], ["Gus", true]);
  const [item] = await alice.verb("list_conversations");
  assert.deepEqual([item?.peer?.name, item?.peer?.is_guest], ["Gus", true]);
});

story("guests have no friends, and nobody asks them", async (cast) => {
  const [alice, gus] = await Promise.all([cast.signUp("alice"), cast.guest()]);
  const user_id = alice.id;
  const request_id = crypto.randomUUID();

  await refuses(gus.verb("request_friend", { user_id }), "guests_cannot");
  await refuses(gus.verb("withdraw_friend_request", { request_id }), "guests_cannot");
  await refuses(gus.answers(request_id, "accept"), "guests_cannot");
  await refuses(gus.verb("remove_friend", { user_id }), "guests_cannot");
  await refuses(gus.verb("set_friend_remark", { user_id, remark: "A" }), "guests_cannot");
  await refuses(gus.verb("list_friend_requests"), "guests_cannot");
  await refuses(gus.verb("set_profile", { username: unique("gus") }), "guests_cannot");
  await refuses(alice.verb("request_friend", { user_id: gus.id }), "profile_not_found");
});

story("a guest who becomes permanent keeps everything, with the token they have", async (cast) => {
  const [alice, gus] = await Promise.all([cast.signUp("alice"), cast.guest()]);
  const { id: conversation_id } = await gus.verb("open_direct", { user_id: alice.id });
  await gus.says(conversation_id, "as a guest");
  const before = await gus.verb("list_messages", { conversation_id });
  const gusHears = await gus.listens();

  await becomePermanent(gus);

  // The claim in this token still says that Gus is a guest.
  const old = gus.with(cast.client(undefined, gus.token));
  await old.verb("set_profile", { username: unique("gus"), nickname: "Gus" });
  const request = await alice.asks(old);
  await old.answers(request, "accept");
  const after = await old.verb("list_messages", { conversation_id });
  assert.equal(old.id, gus.id);
  assert.deepEqual(after.map(({ id }) => id).slice(0, 1), before.map(({ id }) => id));
  assert.deepEqual(after.map(({ seq, from_name }) => [seq, from_name]), [[1, "Gus"], [2, "Alice"]]);
  assert.equal((await gusHears.next("friend_added")).to_id, alice.id);
  const { data } = await alice.supabase.from("friends").select("id, name");
  assert.deepEqual(data, [{ id: gus.id, name: "Gus" }]);
});

async function becomePermanent(guest: Person): Promise<void> {
  const email = `${unique("gus")}@example.com`;
  const { data, error } = await guest.supabase.auth.updateUser({
    email,
    password: crypto.randomUUID(),
  });
  assert.equal(error, null);
  assert.deepEqual([data.user?.id, data.user?.is_anonymous], [guest.id, false]);
}

function unique(name: string): string {
  return `${name}.${crypto.randomUUID().slice(0, 8)}`;
}
