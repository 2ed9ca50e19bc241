// chat.list_messages
import assert from "node:assert/strict";
import { type Cast, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

type Reading = Cast & {
  chat: string;
  /** The positions of the page that Alice gets. */
  page: (where?: Record<string, unknown>) => Promise<number[]>;
};

/** A conversation of ten messages. */
function reading(name: string, play: (reading: Reading) => Promise<void>): void {
  scene(name, async (cast) => {
    const { alice, bob, world } = cast;
    const chat = await world.direct(alice, bob);
    for (let i = 1; i <= 10; i++) await (i % 2 ? alice : bob).says(chat, `Message ${i}`);
    await alice.heard();
    await bob.heard();
    const page = async (where: Record<string, unknown> = {}) => {
      const messages = await alice.call("list_messages", { conversation_id: chat, ...where });
      return messages.map(({ seq }) => seq);
    };
    await play({ ...cast, chat, page });
  });
}

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

reading("a page is the newest one, oldest message first", async ({ page }) => {
  assert.deepEqual(await page(), range(1, 10));
  assert.deepEqual(await page({ page_size: 3 }), [8, 9, 10]);
  assert.deepEqual(await page({ page_size: 1 }), [10]);
});

reading("paging goes back from a position", async ({ page }) => {
  assert.deepEqual(await page({ before_seq: 8, page_size: 3 }), [5, 6, 7]);
  assert.deepEqual(await page({ before_seq: 3, page_size: 3 }), [1, 2]);
  assert.deepEqual(await page({ before_seq: 1, page_size: 3 }), []);
  assert.deepEqual(await page({ before_seq: 0, page_size: 3 }), []);
  assert.deepEqual(await page({ before_seq: 11, page_size: 3 }), [8, 9, 10]);
});

reading("a position past the newest message means the newest page", async ({ page }) => {
  assert.deepEqual(await page({ before_seq: 1000, page_size: 3 }), [8, 9, 10]);
  assert.deepEqual(await page({ before_seq: "9223372036854775807", page_size: 3 }), [8, 9, 10]);
});

reading("paging goes forward from a position", async ({ page }) => {
  assert.deepEqual(await page({ after_seq: 0, page_size: 3 }), [1, 2, 3]);
  assert.deepEqual(await page({ after_seq: 3, page_size: 3 }), [4, 5, 6]);
  assert.deepEqual(await page({ after_seq: 9, page_size: 3 }), [10]);
  assert.deepEqual(await page({ after_seq: 10, page_size: 3 }), []);
  assert.deepEqual(await page({ after_seq: 1000, page_size: 3 }), []);
  assert.deepEqual(await page({ after_seq: "9223372036854775807" }), []);
});

reading("two positions are a range", async ({ page }) => {
  assert.deepEqual(await page({ after_seq: 3, before_seq: 6 }), [4, 5]);
  assert.deepEqual(await page({ after_seq: 3, before_seq: 9, page_size: 2 }), [4, 5]);
  assert.deepEqual(await page({ after_seq: 6, before_seq: 3 }), []);
  assert.deepEqual(await page({ after_seq: 6, before_seq: 7 }), []);
});

reading("every page of a cleared conversation begins after the clearing", async (cast) => {
  const { alice, bob, chat, page, world } = cast;
  await world.query(
    "update chat.members set cleared_seq = 6, read_seq = 6 where conversation_id = $1 and user_id = $2",
    [chat, alice.id],
  );
  for (let before = 0; before <= 11; before++) {
    for (const page_size of [1, 2, 3, 20]) {
      assert.deepEqual(
        await page({ before_seq: before, page_size }),
        range(Math.max(7, before - page_size), before - 1),
        `before ${before}, ${page_size} at most`,
      );
    }
  }
  assert.deepEqual(await page({ after_seq: 0, page_size: 2 }), [7, 8]);
  assert.equal((await bob.call("list_messages", { conversation_id: chat })).length, 10);
});

reading("what is read back is what was pushed", async ({ alice, bob, chat }) => {
  const sent = await alice.says(chat, "The same");
  for (const person of [alice, bob]) {
    const messages = await person.call("list_messages", { conversation_id: chat, page_size: 1 });
    assert.deepEqual(messages, [sent]);
  }
});

reading("a position is a number from 0 on", async ({ page }) => {
  await refuses(page({ before_seq: -1 }), "PT400", "seq_invalid");
  await refuses(page({ after_seq: -1 }), "PT400", "seq_invalid");
});

reading("a page has 1 to 200 messages", async ({ page }) => {
  for (const page_size of [0, -1, 201, null]) {
    await refuses(page({ page_size }), "PT400", "page_size_invalid");
  }
  assert.deepEqual(await page({ page_size: 200 }), range(1, 10));
});

reading("an outsider reads nothing", async ({ mallory, gus, chat }) => {
  for (const person of [mallory, gus]) {
    for (const conversation_id of [chat, crypto.randomUUID(), null]) {
      await refuses(
        person.call("list_messages", { conversation_id }),
        "PT404",
        "conversation_not_found",
      );
    }
  }
});

reading("reading marks nothing as read", async ({ alice, bob, chat, page, world }) => {
  const before = await world.snapshot();
  await page();
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await alice.heard(), []);
  assert.deepEqual(await bob.heard(), []);
  assert.equal((await alice.item(chat))?.unread, 5);
});
