// Two people meet and talk, with plain supabase-js. `npm start -- --example` runs it, and so does
// `deno run -A examples/two_people.ts` beside a running stack.
import assert from "node:assert/strict";
import { listen, type Person, say, signUp, verb } from "./people.ts";

const alice = await signUp("alice");
const bob = await signUp("bob");
let inbox = await listen(bob);

console.log("Alice asks Bob to be friends.");
const { request_id } = await verb(alice, "request_friend", { user_id: bob.id, note: "It's me" });
const notice = await inbox("friend_requested");
console.log(`  Bob is told: ${notice.data.data} → ${notice.redirect.url}`);

await verb(bob, "answer_friend_request", { request_id, answer: "accept" });
console.log(`  The system says to both: ${(await inbox("message_created")).data.data}`);

const [{ id: conversation_id }] = await verb(alice, "list_conversations");
await say(alice, conversation_id, "Hello, Bob!");
console.log(`  Bob hears: ${(await inbox("message_created")).data.data}`);
await say(bob, conversation_id, "Hello, Alice!");

console.log("Bob goes offline, holding what he has seen.");
const [seen] = (await verb(bob, "sync")).conversations;
await bob.supabase.removeAllChannels();
await say(alice, conversation_id, "Are you there?");
await say(alice, conversation_id, "I'll wait.");

console.log("Bob comes back and catches up.");
inbox = await listen(bob);
const cursors = { [conversation_id]: seen.cursor };
const [missed] = (await verb(bob, "sync", { cursors })).conversations;
for (const message of missed.messages) console.log(`  Bob missed: ${message.data.data}`);
assert.equal(missed.unread, 3, "Alice said three things that Bob has not marked as read");

await verb(bob, "mark_read", { conversation_id, seq: missed.last_seq });
const [listed] = await verb(bob, "list_conversations");
assert.equal(listed.unread, 0);
assert.deepEqual(await history(alice), await history(bob));
console.log(`Both hold the same ${listed.last_seq} messages, and nothing is unread.`);
await Promise.all([alice, bob].map(({ supabase }) => supabase.removeAllChannels()));
Deno.exit(0);

async function history(person: Person) {
  const messages = await verb(person, "list_messages", { conversation_id });
  return messages.map(({ id, seq }: { id: string; seq: number }) => [seq, id]);
}
