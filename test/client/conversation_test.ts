// What a device holds of a conversation, when pushes, pages and answers cross each other on their way.
import assert from "node:assert/strict";
import {
  type Conversation,
  cursorOf,
  newConversation,
  type SyncItem,
  trimmed,
  withListItem,
  withMarks,
  withNext,
  withPage,
  withRead,
  withRevoked,
  withSyncItem,
} from "../../client/store/conversation.ts";
import { emptyLog } from "../../client/store/message_log.ts";
import type { ConversationItem, Envelope } from "../../client/types.ts";
import { ModelServer } from "./model_server.ts";

const ME = "alice";

/** A conversation of two people with ten messages, all of them read unless said otherwise. */
function talk({ read = 10 } = {}) {
  const server = new ModelServer(() => 1, ["alice", "bob"]);
  const id = server.addPlace("direct", ["alice", "bob"]);
  const place = server.places.get(id)!;
  const say = (text = "words") => server.append(place, { from: "bob", text });
  for (let i = 0; i < 10; i++) say();
  place.members.get(ME)!.read_seq = read;
  const item = () => server.item(place, ME);
  const page = (from: number, to: number) => ({
    from,
    messages: place.messages.slice(from - 1, to),
  });
  return {
    say,
    item,
    page,
    revoke: (seq: number) => stub(server.revoke(place, seq)),
    marks: (some: Record<string, unknown>) => server.changeMarks(place, ME, some),
    /** Holds the newest messages from a position on. */
    held: (from: number): Conversation =>
      newConversation(item(), from > 10 ? emptyLog(11) : page(from, 10), {
        version: place.version,
        state: 0,
      }),
    sync: (held: Conversation | null, page_size = 500): SyncItem | undefined =>
      server.call(ME, "sync", { cursors: held ? { [id]: cursorOf(held) } : {}, page_size })
        .conversations[0],
    version: () => place.version,
  };
}

function stub(notice: Envelope): Envelope {
  return { ...notice, isremove: 1 };
}

function texts(held: Conversation): string[] {
  return held.log.messages.map(({ seq, isremove }) => `${seq}${isremove ? " revoked" : ""}`);
}

Deno.test("a message that follows is added, one that does not is left to sync", () => {
  const { held, item, say } = talk();
  const before = held(9);
  const [next, overNext] = [say(), say()];
  assert.equal(withNext(before, overNext, ME), null);
  assert.deepEqual(texts(withNext(before, next, ME)!), ["9", "10", "11"]);
  const listed = withListItem(before, item(), ME);
  assert.equal(withNext(listed, next, ME), null, "it may have been changed since");
});

Deno.test("a revoke of a message that has not come yet is left to sync", () => {
  const { held, say, revoke, sync } = talk();
  const before = held(9);
  const late = say();
  const after = withRevoked(before, revoke(late.seq), ME);
  assert.equal(after.version, before.version);
  const withLate = withNext(after, late, ME)!;
  assert.deepEqual(texts(withSyncItem(withLate, sync(withLate)!, withLate, ME)), [
    "9",
    "10",
    "11 revoked",
  ]);
});

Deno.test("a revoke of an unread message that is not held is counted by the server", () => {
  const { held, revoke, sync } = talk({ read: 0 });
  const before = held(9);
  assert.equal(before.item.unread, 10);
  const after = withRevoked(before, revoke(3), ME);
  assert.equal(withSyncItem(after, sync(after)!, after, ME).item.unread, 9);
});

Deno.test("a page that left before a revoke does not bring the words back for good", () => {
  const { held, page, revoke, sync } = talk();
  const before = held(9);
  const slow = page(5, 8);
  const after = withRevoked(before, revoke(6), ME);
  assert.equal(after.version, 1);
  const paged = withPage(after, slow, before.version, false);
  const answer = sync(paged);
  assert.ok(answer, "nothing would be asked");
  assert.deepEqual(texts(withSyncItem(paged, answer, paged, ME)), [
    "5",
    "6 revoked",
    "7",
    "8",
    "9",
    "10",
  ]);
});

Deno.test("an answer that was asked for before such a page came does not hide the revoke", () => {
  const { held, page, revoke, say, sync } = talk();
  const before = held(9);
  const slow = page(5, 8);
  const asked = withRevoked(before, revoke(6), ME);
  say();
  const answer = sync(asked)!;
  const paged = withPage(asked, slow, before.version, false);
  const synced = withSyncItem(paged, answer, asked, ME);
  const next = sync(synced);
  assert.ok(next, "nothing would be asked");
  assert.ok(texts(withSyncItem(synced, next, synced, ME)).includes("6 revoked"));
});

Deno.test("what was pushed beyond a page keeps the changes of it open", () => {
  const { held, say, revoke, sync } = talk();
  const asked = held(10);
  const eleventh = say();
  revoke(4);
  revoke(11);
  // The changes fill the page: none of the messages comes with them.
  const answer = sync(asked, 2)!;
  assert.deepEqual([answer.cursor.seq, answer.cursor.version, answer.has_more], [10, 2, true]);
  const pushed = withNext(asked, eleventh, ME)!;
  const synced = withSyncItem(pushed, answer, asked, ME);
  const next = sync(synced);
  assert.ok(next, "nothing would be asked");
  assert.deepEqual(texts(withSyncItem(synced, next, synced, ME)), ["10", "11 revoked"]);
});

Deno.test("an answer to an earlier life of a conversation does not speak for a later one", () => {
  const { held, item, revoke, sync, version } = talk();
  const answer = sync(null)!;
  revoke(8);
  // Meanwhile an answer of another verb has brought the conversation, without messages.
  const reborn = newConversation(item(), emptyLog(11), { version: version(), state: 0 });
  const synced = withSyncItem(reborn, answer, undefined, ME);
  const next = sync(synced);
  assert.ok(next, "nothing would be asked");
  assert.ok(texts(withSyncItem(synced, next, synced, ME)).includes("8 revoked"));
  assert.notEqual(held(9).born, reborn.born);
});

Deno.test("marks after a gap leave the state to sync, which brings what else has changed", () => {
  const { held, marks } = talk();
  const before = held(9);
  marks({ muted: true }); // its push was lost
  const after = withMarks(before, marks({ pinned: true }), ME);
  assert.deepEqual([after.item.pinned, after.item.muted, after.state], [true, true, before.state]);
  assert.equal(withMarks(after, { ...marks({}), state: 1, pinned: false }, ME).item.pinned, true);
});

Deno.test("a history that was cleared further than it is held here is cleared here, too", () => {
  const { held, say, marks, sync } = talk();
  const before = held(9);
  say();
  const after = withMarks(before, marks({ cleared_seq: 11, read_seq: 11 }), ME);
  assert.deepEqual([texts(after), after.item.last_message], [[], null]);
  const synced = withSyncItem(after, sync(after)!, after, ME);
  assert.deepEqual([texts(synced), synced.item.last_seq, cursorOf(synced).seq], [[], 11, 11]);
});

Deno.test("a history that was cleared elsewhere goes with the next answer", () => {
  const { held, page, say, marks, sync } = talk();
  const before = withPage(held(5), page(1, 2), 0, true);
  assert.equal(before.excerpt?.messages.length, 2);
  marks({ cleared_seq: 8, read_seq: 8 });
  say();
  const synced = withSyncItem(before, sync(before)!, before, ME);
  assert.deepEqual([texts(synced), synced.excerpt], [["9", "10", "11"], null]);
});

Deno.test("unread stays exact when messages are let go of", () => {
  const { held, say, marks, item } = talk({ read: 8 });
  let one = trimmed(held(1), 1);
  assert.equal(one.item.unread, 2);
  one = withNext(one, say(), ME)!;
  assert.equal(one.item.unread, 3);
  marks({ read_seq: 9 });
  const read = withRead(one, 9, ME);
  assert.deepEqual([read.item.unread, read.isStale], [2, false]);
  const unsure = withRead(withListItem(trimmed(one, 0), item(), ME), 10, ME);
  assert.equal(unsure.isStale, true, "nobody here can count that");
});

Deno.test("an answer that is older than a push does not undo it", () => {
  const { held, say, revoke, sync } = talk();
  const asked = { ...held(9), isStale: true };
  const answer = sync(asked)!;
  const notice = revoke(10);
  let one = withRevoked(asked, notice, ME);
  one = withNext(one, say(), ME)!;
  const synced = withSyncItem(one, answer, asked, ME);
  assert.deepEqual(texts(synced), ["9", "10 revoked", "11"]);
  assert.deepEqual([synced.item.last_seq, synced.item.last_message?.seq], [11, 11]);
});

Deno.test("a revoke that was pushed outlives an answer that brings the message as it was", () => {
  const { held, say, revoke, sync } = talk();
  const asked = held(9);
  const message = say();
  const answer = sync(asked)!;
  const pushed = withRevoked(withNext(asked, message, ME)!, revoke(11), ME);
  assert.deepEqual(texts(withSyncItem(pushed, answer, asked, ME)), ["9", "10", "11 revoked"]);
});

Deno.test("a server that was restored from a backup is believed", () => {
  const { held, sync } = talk();
  const ahead: ConversationItem = held(9).item;
  const log = { from: 11, messages: [{ ...ahead.last_message!, seq: 11, id: "lost" }] };
  const one = newConversation({ ...ahead, last_seq: 11 }, log, { version: 3, state: 0 });
  const synced = withSyncItem(one, sync(one)!, one, ME);
  assert.equal(synced.log.messages.length, 10);
  assert.equal(synced.version, 0);
});
