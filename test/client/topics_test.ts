// Which topics a device hears when there are more groups than channels.
import assert from "node:assert/strict";
import { wantedTopics } from "../../client/live/topics.ts";
import { newConversation } from "../../client/store/conversation.ts";
import { emptyLog } from "../../client/store/message_log.ts";
import { createState, keep, type State } from "../../client/store/state.ts";
import { ModelServer } from "./model_server.ts";

/** Somebody in so many groups, of which the last one is the newest. */
function inGroups(count: number): { state: State; topics: string[]; ids: string[] } {
  let now = 0;
  const server = new ModelServer(() => ++now, ["alice", "bob"]);
  const state = createState("alice", () => {});
  const ids = Array.from({ length: count }, () => server.addPlace("group", ["alice", "bob"]));
  for (const id of ids) {
    const item = server.item(server.places.get(id)!, "alice");
    keep(state, id, newConversation(item, emptyLog(1), { version: 0, state: 0 }));
  }
  return { state, ids, topics: ids.map((id) => `chat:group:${id}:0`) };
}

Deno.test("the groups on top of the list are heard, and one's own topic always", () => {
  const { state, topics } = inGroups(20);
  const wanted = wantedTopics(state, 5, () => false);
  assert.deepEqual([...wanted], ["chat:user:alice", ...topics.slice(-4).toReversed()]);
});

Deno.test("a group that slides down a little keeps its line", () => {
  const { state, topics } = inGroups(20);
  const fifth = topics.at(-5)!;
  assert.ok(!wantedTopics(state, 5, () => false).has(fifth));
  assert.ok(wantedTopics(state, 5, (topic) => topic === fifth).has(fifth));
  const last = topics[0]!;
  assert.ok(!wantedTopics(state, 5, (topic) => topic === last).has(last));
});

Deno.test("the open group is heard, wherever it stands, with its signals", () => {
  const { state, topics, ids } = inGroups(20);
  state.openId.current = ids[0]!;
  const wanted = wantedTopics(state, 5, () => false);
  assert.equal(wanted.size, 5);
  assert.ok(wanted.has(topics[0]!) && wanted.has(`chat:signal:${ids[0]}:0`));
});

Deno.test("whoever is in few groups hears all of them", () => {
  const { state, topics } = inGroups(3);
  assert.deepEqual([...wantedTopics(state, 50, () => false)], ["chat:user:alice", ...topics]);
});
