// What chat.sync takes for a cursor.
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const sync = (person: Person, cursors: unknown) => person.call("sync", { cursors });

scene("cursors are an object of positions by conversation", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  for (const cursors of [[], [chat], "text", 5, true, null]) {
    await refuses(sync(alice, cursors), "PT400", "cursor_invalid");
  }
  for (const key of ["", "x", chat.toUpperCase(), `{${chat}}`, chat + "\n", chat.slice(1)]) {
    const cursors = { [key]: { seq: 1 } };
    if (key !== chat) await refuses(sync(alice, cursors), "PT400", "cursor_invalid");
  }
});

scene("a cursor is up to three whole numbers", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const held = { seq: 0, version: 0, state: 1 };
  const malformed: unknown[] = [
    null,
    5,
    "5",
    [],
    [5],
    { ...held, more: 1 },
    { ...held, Seq: 1 },
    ...["seq", "version", "state"].flatMap((name) =>
      [-1, 1.5, 1e300, 1e15, "5", null, true, [], {}].map((value) => ({ ...held, [name]: value }))
    ),
  ];
  for (const cursor of malformed) {
    await refuses(sync(alice, { [chat]: cursor }), "PT400", "cursor_invalid");
  }
  for (const cursor of [{}, held, { seq: 999_999_999_999_999 }, { state: 0 }]) {
    await sync(alice, { [chat]: cursor });
  }
});

scene("the position of the notices is a number from 0 on", async ({ alice }) => {
  for (const notice_seq of [-1, null]) {
    await refuses(alice.call("sync", { notice_seq }), "PT400", "seq_invalid");
  }
  await alice.call("sync", { notice_seq: "9223372036854775807" });
});

scene("a page has 1 to 1000 messages", async ({ alice }) => {
  for (const page_size of [0, -1, 1001, null]) {
    await refuses(alice.call("sync", { page_size }), "PT400", "page_size_invalid");
  }
  for (const page_size of [1, 1000]) await alice.call("sync", { page_size });
});
