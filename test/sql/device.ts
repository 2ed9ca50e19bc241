import assert from "node:assert/strict";
import type { Person } from "../support/people.ts";
import type { Envelope, Synced } from "./answers.ts";

type Held = { seq: number; version: number; state: number; messages: Envelope[] };

/** What a client does with `chat.sync`: keep what comes, and ask again from there. */
export class Device {
  readonly #owner: Person;
  readonly #pageSize: number;
  readonly #held = new Map<string, Held>();
  readonly #notices: Envelope[] = [];

  constructor(owner: Person, pageSize = 500) {
    this.#owner = owner;
    this.#pageSize = pageSize;
  }

  /** Asks once and keeps the answer. */
  async sync(): Promise<Synced> {
    const cursors = Object.fromEntries(
      [...this.#held].map(([id, { seq, version, state }]) => [id, { seq, version, state }]),
    );
    const notice_seq = this.#notices.at(-1)?.seq ?? 0;
    const answer = await this.#owner.call("sync", {
      cursors,
      notice_seq,
      page_size: this.#pageSize,
    });
    const count = answer.conversations.reduce(
      (sum, { messages, changes }) => sum + messages.length + changes.length,
      0,
    );
    assert.ok(count <= this.#pageSize, `${count} messages are more than were asked for.`);
    assert.ok(answer.notices.length <= this.#pageSize);
    for (const item of answer.conversations) this.#keep(item);
    for (const id of answer.gone) this.#held.delete(id);
    this.#notices.push(...answer.notices);
    return answer;
  }

  /** Asks until there is no more. */
  async catchUp(): Promise<void> {
    for (let calls = 0; (await this.sync()).has_more; calls++) {
      assert.ok(calls < 300, "This never ends.");
    }
  }

  conversations(): string[] {
    return [...this.#held.keys()];
  }

  messages(conversationId: string): Envelope[] {
    return this.#held.get(conversationId)?.messages ?? [];
  }

  noticeTypes(): (string | null)[] {
    return this.#notices.map(({ actionType }) => actionType);
  }

  noticeSeqs(): number[] {
    return this.#notices.map(({ seq }) => seq);
  }

  #keep(item: Synced["conversations"][0]): void {
    const { id, cursor, messages, changes, from_seq, has_more, last_seq } = item;
    const held = this.#held.get(id) ?? { seq: from_seq, version: 0, state: 0, messages: [] };
    assert.equal(cursor.seq, messages.at(-1)?.seq ?? Math.max(held.seq, from_seq));
    assert.ok(has_more || cursor.seq === last_seq);
    const changed = new Map(changes.map((envelope) => [envelope.seq, envelope]));
    for (const each of changes) assert.ok(each.seq <= held.seq, "This is not held yet.");
    const kept = held.messages.map((envelope) => changed.get(envelope.seq) ?? envelope);
    this.#held.set(id, { ...cursor, messages: [...kept, ...messages] });
  }
}
