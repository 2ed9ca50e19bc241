// chat.list_friend_requests
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const list = (person: Person, args: Record<string, unknown> = {}) =>
  person.call("list_friend_requests", args);

scene("requests show who asks, or who was asked", async ({ alice, bob, mallory }) => {
  const id = await alice.asks(bob, "It is me");

  const [received] = await list(bob);
  const { create_time, ...rest } = received ?? {};
  assert.deepEqual(rest, {
    id,
    status: "pending",
    note: "It is me",
    person: { id: alice.id, username: "alice", name: "Alice", avatar: null, is_guest: false },
  });
  assert.ok(Math.abs(Date.now() - Number(create_time)) < 60_000);
  const [sent] = await list(alice, { direction: "sent" });
  assert.equal(sent?.id, id);
  assert.equal(sent?.person.name, "Bob");
  assert.deepEqual(await list(alice), []);
  assert.deepEqual(await list(bob, { direction: "sent" }), []);
  assert.deepEqual(await list(mallory), []);
});

scene(
  "whoever asks sees an ignored request as pending; whoever ignores sees it as it is",
  async (cast) => {
    const { alice, bob } = cast;
    const request_id = await alice.asks(bob);
    await bob.call("answer_friend_request", { request_id, answer: "ignore" });

    assert.equal((await list(alice, { direction: "sent" }))[0]?.status, "pending");
    assert.equal((await list(bob))[0]?.status, "ignored");
  },
);

scene("pages follow each other, newest first, complete and without doubles", async (cast) => {
  const { bob, world } = cast;
  const people = await world.signUp(...Array.from({ length: 7 }, (_, i) => ({ name: `fan${i}` })));
  const asked: string[] = [];
  for (const person of people) asked.push(await person.asks(bob));

  const all = (await list(bob)).map(({ id }) => id);
  assert.deepEqual(all.toSorted(), asked.toSorted());
  assert.deepEqual(all, all.toSorted().reverse());
  const paged: string[] = [];
  for (let before: string | null = null;;) {
    const page = await list(bob, { before_id: before, page_size: 3 });
    if (page.length === 0) break;
    paged.push(...page.map(({ id }) => id));
    before = page.at(-1)?.id ?? null;
  }
  assert.deepEqual(paged, all);
});

scene("a direction is received or sent", async ({ alice }) => {
  for (const direction of ["Sent", "", "both", null]) {
    await refuses(list(alice, { direction }), "PT400", "direction_invalid");
  }
});

scene("a page has 1 to 100 requests", async ({ alice }) => {
  for (const page_size of [0, -1, 101, null]) {
    await refuses(list(alice, { page_size }), "PT400", "page_size_invalid");
  }
  for (const page_size of [1, 100]) assert.deepEqual(await list(alice, { page_size }), []);
});

scene("a guest has no requests to list", async ({ gus }) => {
  await refuses(list(gus), "PT403", "guests_cannot");
});
