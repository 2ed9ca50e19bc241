// A client that lives by sync alone, in small pages, while people go on talking.
import assert from "node:assert/strict";
import { type Person, story } from "../support/api.ts";
import type { Answer } from "./answers.ts";

type Message = Answer<"list_messages">[number];
type Cursor = { seq: number; version: number; state: number };

story("small pages bring everything once, in order, while more is being said", async (cast) => {
  const bob = await cast.signUp("bob");
  const others = await Promise.all(["a", "b", "c", "d"].map((name) => cast.signUp(name)));
  await Promise.all(others.map((other) => other.befriends(bob)));
  const conversations = (await bob.verb("list_conversations")).map(({ id, peer }) => ({
    id,
    peer: others.find((other) => other.id === peer?.id)!,
  }));
  const store = new Store();
  await catchUp(bob, store);

  const talking = Promise.all(conversations.map(async ({ id, peer }) => {
    for (let i = 0; i < 30; i++) await peer.says(id, `message ${i}`);
  }));
  for (let round = 0; round < 5; round++) await catchUp(bob, store);
  await talking;
  await catchUp(bob, store);

  for (const { id } of conversations) {
    const expected = await bob.verb("list_messages", { conversation_id: id, page_size: 200 });
    assert.equal(expected.length, 31);
    assert.deepEqual(store.messages.get(id), expected);
  }
  assert.deepEqual(store.notices.map(({ seq }) => seq), Array.from({ length: 8 }, (_, i) => i + 1));
  const { conversations: more, notices } = await bob.verb("sync", store.args());
  assert.deepEqual([more, notices], [[], []]);
});

story("a mark made on one device reaches the other by sync", async (cast) => {
  const [alice, , conversation_id] = await cast.friends("alice", "bob");
  const store = new Store();
  await catchUp(alice, store);
  for (const verb of ["pin_conversation", "mute_conversation", "hide_conversation"] as const) {
    const { conversation_id: id, ...marks } = await alice.verb(verb, { conversation_id });
    const { conversations } = await alice.verb("sync", store.args());
    assert.deepEqual(conversations.map((item) => item.id), [id]);
    assert.deepEqual({ ...conversations[0], ...marks }, conversations[0]);
    await catchUp(alice, store);
  }
});

story("what a client holds but is not in comes back as gone", async (cast) => {
  const [alice] = await cast.friends("alice", "bob");
  const [, , foreign] = await cast.friends("carol", "dave");
  const unknown = crypto.randomUUID();
  const cursors = { [foreign]: { seq: 1 }, [unknown]: { seq: 0 } };
  const { gone } = await alice.verb("sync", { cursors });
  assert.deepEqual(gone.toSorted(), [foreign, unknown].toSorted());
});

/** What a client keeps. */
class Store {
  readonly messages = new Map<string, Message[]>();
  readonly cursors = new Map<string, Cursor>();
  readonly notices: Message[] = [];

  args(): Record<string, unknown> {
    return {
      cursors: Object.fromEntries(this.cursors),
      notice_seq: this.notices.at(-1)?.seq ?? 0,
      page_size: 7,
    };
  }

  take({ conversations, notices }: Answer<"sync">): void {
    for (const { id, from_seq, messages, version, state } of conversations) {
      const held = this.messages.get(id) ?? [];
      assert.equal(held.at(-1)?.seq ?? 0, from_seq, "it goes on where the client is");
      this.messages.set(id, [...held, ...messages]);
      this.cursors.set(id, { seq: messages.at(-1)?.seq ?? from_seq, version, state });
    }
    this.notices.push(...notices);
  }
}

async function catchUp(person: Person, store: Store): Promise<void> {
  for (let hasMore = true; hasMore;) {
    const answer = await person.verb("sync", store.args());
    store.take(answer);
    hasMore = answer.has_more;
  }
}
