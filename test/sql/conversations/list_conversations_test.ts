// chat.list_conversations
import assert from "node:assert/strict";
import { type Person, scene, type World } from "../../support/people.ts";
import type { ListedItem } from "../answers.ts";
import { refuses } from "../refuses.ts";

const names = async (person: Person) =>
  (await person.call("list_conversations")).map(({ peer }) => peer.name);

// In one transaction everything happens at the same moment: this puts moments between.
const spread = (world: World) =>
  world.query(`
    update chat.conversations as c
    set last_message_at = c.last_message_at - p.position * interval '1 minute 1.234567 seconds'
    from (
      select c.id, row_number() over (order by p.display_name) as position
      from chat.conversations as c
      join chat.profiles as p on p.id in (c.low_id, c.high_id) and p.username <> 'alice'
    ) as p
    where p.id = c.id`);

scene("the newest conversation comes first, pinned ones before all", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  const chats: string[] = [];
  for (const person of [bob, carol, mallory]) {
    const chat = await world.direct(alice, person);
    await alice.says(chat, "Hello");
    chats.push(chat);
  }
  await spread(world);
  assert.deepEqual(await names(alice), ["Bob", "Carol", "Mallory"]);

  await alice.call("pin_conversation", { conversation_id: chats[2] });
  assert.deepEqual(await names(alice), ["Mallory", "Bob", "Carol"]);
  await alice.call("pin_conversation", { conversation_id: chats[1] });
  assert.deepEqual(await names(alice), ["Carol", "Mallory", "Bob"]);
  await alice.call("pin_conversation", { conversation_id: chats[1], pinned: false });
  await carol.says(chats[1] ?? "", "Hello back");
  assert.deepEqual(await names(alice), ["Mallory", "Carol", "Bob"]);
});

scene("an item shows the newest message and what is unread", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  await bob.says(chat, "one");
  const newest = await bob.says(chat, "two");

  const [item, ...more] = await alice.call("list_conversations");
  assert.deepEqual(more, []);
  assert.equal(item?.id, chat);
  assert.equal(item?.unread, 2);
  assert.equal(item?.last_seq, 2);
  assert.deepEqual(item?.last_message, newest);
  assert.equal(item?.last_message_at, newest.create_time);
});

scene("a cleared conversation stays in the list without a newest message", async (cast) => {
  const { alice, bob, world } = cast;
  const chat = await world.direct(alice, bob);
  await bob.says(chat, "one");
  await alice.call("clear_history", { conversation_id: chat });

  const item = await alice.item(chat);
  assert.equal(item?.last_message, null);
  assert.equal(item?.unread, 0);
  assert.equal((await bob.item(chat))?.last_message?.data.data, "one");
});

scene("pages of 30 conversations are complete and without doubles", async ({ alice, world }) => {
  const people = await world.signUp(
    ...Array.from({ length: 30 }, (_, i) => ({ name: `peer${i}` })),
  );
  for (const [i, person] of people.entries()) {
    const chat = await world.direct(alice, person);
    if (i % 5 === 0) await alice.call("pin_conversation", { conversation_id: chat });
  }
  for (const apart of [false, true]) {
    if (apart) await spread(world);
    const all = (await alice.call("list_conversations")).map(({ id }) => id);
    assert.equal(new Set(all).size, 30);
    for (const page_size of [1, 7, 29, 30, 31]) {
      assert.deepEqual(await pagedThrough(alice, page_size), all);
    }
  }
});

async function pagedThrough(person: Person, page_size: number): Promise<string[]> {
  const ids: string[] = [];
  for (let after_cursor: string | null = null;;) {
    const page: ListedItem[] = await person.call("list_conversations", { after_cursor, page_size });
    ids.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (!last) return ids;
    after_cursor = last.cursor;
  }
}

scene("a list shows nobody else's conversations", async ({ alice, bob, mallory, gus, world }) => {
  await alice.says(await world.direct(alice, bob), "Hello");
  assert.deepEqual(await names(mallory), []);
  assert.deepEqual(await names(gus), []);
});

scene("a cursor is one that the server gave out", async ({ alice, bob, world }) => {
  await world.direct(alice, bob);
  const [item] = await alice.call("list_conversations");
  const cursor = item?.cursor ?? "";
  const malformed = [
    "",
    "x",
    "2" + cursor.slice(1),
    cursor + "0",
    cursor + "\n",
    " " + cursor,
    cursor.toUpperCase().replace(/[^A-F]+$/, "G"),
    cursor.replace("_", "_9999999999999999999"),
    cursor.replaceAll("-", ""),
    "1_1_",
    "1_nan_" + bob.id,
    "1_infinity_" + bob.id,
  ];
  for (const after_cursor of malformed) {
    await refuses(
      alice.call("list_conversations", { after_cursor }),
      "PT400",
      "cursor_invalid",
    );
  }
  for (const after_cursor of [`0_0_${bob.id}`, `1_999999999999.999999_${bob.id}`]) {
    await alice.call("list_conversations", { after_cursor });
  }
});

scene("a page has 1 to 200 conversations", async ({ alice }) => {
  for (const page_size of [0, -1, 201, null]) {
    await refuses(alice.call("list_conversations", { page_size }), "PT400", "page_size_invalid");
  }
  for (const page_size of [1, 200]) {
    assert.deepEqual(await alice.call("list_conversations", { page_size }), []);
  }
});

scene("looking changes nothing", async ({ alice, bob, world }) => {
  await bob.says(await world.direct(alice, bob), "Hello");
  await alice.heard();
  const before = await world.snapshot();
  await alice.call("list_conversations");
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await alice.heard(), []);
});
