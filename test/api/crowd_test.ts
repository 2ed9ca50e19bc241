// Many devices talk at once.
import assert from "node:assert/strict";
import { type Person, story } from "../support/api.ts";
import type { Answer } from "./answers.ts";

const DEVICES = 4;
const MESSAGES = 25;
const ALL = 2 * DEVICES * MESSAGES;

story("eight devices say 25 things each, and all of them hold the same history", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const devices = [
    ...await devicesOf(alice),
    ...await devicesOf(bob),
  ];
  const inboxes = await Promise.all(devices.map((device) => device.listens()));

  const sent = (await Promise.all(devices.map(async (device, d) => {
    const answers = [];
    for (let i = 0; i < MESSAGES; i++) {
      answers.push(await device.says(conversation_id, `${d}: ${i}`));
    }
    return answers;
  }))).flat();

  const expected = sent.toSorted((a, b) => a.seq - b.seq);
  assert.deepEqual(expected.map(({ seq }) => seq), Array.from({ length: ALL }, (_, i) => i + 2));
  for (const inbox of inboxes) {
    for (const message of expected) assert.deepEqual(await inbox.next("message_created"), message);
  }
  for (const [i, device] of devices.entries()) {
    assert.deepEqual(await device.rest(inboxes[i]!), []);
    assert.deepEqual((await history(device, conversation_id)).slice(1), expected);
  }
  for (const person of [alice, bob]) {
    const [item] = await person.verb("list_conversations");
    assert.deepEqual([item?.last_seq, item?.unread], [ALL + 1, ALL / 2]);
  }
});

story("what is said while somebody reads is counted exactly", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const last = 101;

  await Promise.all([
    ...Array.from({ length: 100 }, () => alice.says(conversation_id, "Hello")),
    ...Array.from({ length: 20 }, (_, i) => {
      return bob.verb("mark_read", { conversation_id, seq: (i * 37) % last });
    }),
  ]);
  const [item] = await bob.verb("list_conversations");
  assert.ok(item);
  assert.equal(item.unread, last - Math.max(item.read_seq, 1));

  const marks = await bob.verb("mark_read", { conversation_id, seq: last });
  assert.deepEqual([marks.read_seq, marks.unread], [last, 0]);
});

async function devicesOf(person: Person): Promise<Person[]> {
  const more = Array.from({ length: DEVICES - 1 }, () => person.device());
  return [person, ...await Promise.all(more)];
}

/** All that was said, read from the end in pages of an odd size. */
async function history(person: Person, conversation_id: string): Promise<Answer<"list_messages">> {
  const messages: Answer<"list_messages"> = [];
  while (true) {
    const before_seq = messages[0]?.seq ?? null;
    const page = await person.verb("list_messages", { conversation_id, before_seq, page_size: 37 });
    messages.unshift(...page);
    if (page.length < 37) return messages;
  }
}
