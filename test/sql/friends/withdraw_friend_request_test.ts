// chat.withdraw_friend_request
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const withdraw = (person: Person, request_id: string) =>
  person.call("withdraw_friend_request", { request_id });

scene("a request is taken back, and both are told once", async ({ alice, bob, carol }) => {
  const request = await alice.asks(bob);
  await alice.heard();
  await bob.heard();

  await withdraw(alice, request);

  assert.deepEqual(await alice.heard(), ["friend_request_withdrawn"]);
  assert.deepEqual(await bob.heard(), ["friend_request_withdrawn"]);
  assert.deepEqual(await carol.heard(), []);
  assert.deepEqual(await bob.call("list_friend_requests"), []);
  const [sent] = await alice.call("list_friend_requests", { direction: "sent" });
  assert.equal(sent?.status, "withdrawn");
});

scene("an ignored request looks open, so it can be taken back", async ({ alice, bob }) => {
  const request = await alice.asks(bob);
  await bob.call("answer_friend_request", { request_id: request, answer: "ignore" });

  await withdraw(alice, request);

  const [sent] = await alice.call("list_friend_requests", { direction: "sent" });
  assert.equal(sent?.status, "withdrawn");
});

scene(
  "what is answered or withdrawn cannot be taken back",
  async ({ alice, bob, carol, mallory }) => {
    const accepted = await alice.asks(bob);
    await bob.accepts(accepted);
    await refuses(withdraw(alice, accepted), "PT404", "friend_request_not_found");

    const refused = await alice.asks(carol);
    await carol.call("answer_friend_request", { request_id: refused, answer: "refuse" });
    await refuses(withdraw(alice, refused), "PT404", "friend_request_not_found");

    const withdrawn = await alice.asks(mallory);
    await withdraw(alice, withdrawn);
    await refuses(withdraw(alice, withdrawn), "PT404", "friend_request_not_found");
  },
);

scene("only the one who made it takes a request back", async ({ alice, bob, mallory, gus }) => {
  const request = await alice.asks(bob);

  await refuses(withdraw(bob, request), "PT404", "friend_request_not_found");
  await refuses(withdraw(mallory, request), "PT404", "friend_request_not_found");
  await refuses(withdraw(mallory, crypto.randomUUID()), "PT404", "friend_request_not_found");
  await refuses(withdraw(gus, request), "PT403", "guests_cannot");
});
