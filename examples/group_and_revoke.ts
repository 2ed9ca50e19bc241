// A group, a guest, and a message that is taken back, with plain supabase-js. `npm start -- --example` runs it, and
// so does `deno run -A examples/group_and_revoke.ts` beside a running stack.
import assert from "node:assert/strict";
import { listen, say, signUp, verb } from "./people.ts";

const alice = await signUp("alice");
const bob = await signUp("bob");
const guest = await signUp();

console.log("Alice makes a group that everybody with the link may join.");
const group = await verb(alice, "create_group", { name: "Team" });
const conversation_id = group.id;
await verb(alice, "set_group", { conversation_id, join_mode: "open", announcement: "Welcome!" });

const picture = await alice.supabase.functions.invoke("chat-group-qrcode", {
  body: { conversation_id, format: "svg" },
});
assert.match(await new Response(picture.data).text(), /<svg/);
const { join_code, url } = await verb(alice, "get_group_link", { conversation_id });
console.log(`  The QR code leads to ${url}`);

await verb(bob, "join_group", { join_code });
await verb(guest, "join_group", { join_code });
const [{ group: { topic } }] = await verb(bob, "list_conversations");
const bobHears = await listen(bob, topic);
const guestHears = await listen(guest, topic);

await say(alice, conversation_id, "Hello, everybody!");
console.log(`  Bob hears: ${(await bobHears("message_created")).data.data}`);
console.log(`  The guest hears: ${(await guestHears("message_created")).data.data}`);

console.log("Bob says too much, and takes it back.");
const slip = await say(bob, conversation_id, "The password is swordfish");
const revoked = await bob.supabase.functions.invoke("chat-revoke", { body: { id: slip.id } });
assert.equal(revoked.error, null);
console.log(`  Only Bob gets it back to edit: ${revoked.data.options.text}`);
const told = await guestHears("message_revoked");
assert.equal(told.id, slip.id);
console.log(`  The guest is told: ${told.data.data}`);
const history = await verb(guest, "list_messages", { conversation_id });
assert.ok(!JSON.stringify(history).includes("swordfish"), "the words are gone from the history");

console.log("Alice removes the guest: the old topic goes silent.");
await verb(alice, "remove_member", { conversation_id, user_id: guest.id });
await bobHears("topic_moved");
const [{ group: moved }] = await verb(bob, "list_conversations");
const bobHearsOn = await listen(bob, moved.topic);
await say(alice, conversation_id, "Among ourselves");
console.log(`  Bob hears: ${(await bobHearsOn("message_created")).data.data}`);
await assert.rejects(verb(guest, "list_messages", { conversation_id }), {
  message: "conversation_not_found",
});
console.log("  For the guest, the group does not exist.");

const people = [alice, bob, guest];
await Promise.all(people.map(({ supabase }) => supabase.removeAllChannels()));
Deno.exit(0);
