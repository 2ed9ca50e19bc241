// Revokes and those who were away: what chat.sync tells of earlier messages that changed.
import assert from "node:assert/strict";
import { type Cast, type Person, scene } from "../../support/people.ts";
import { gather, list, texts } from "../../support/groups.ts";
import type { Envelope } from "../answers.ts";
import { Device } from "../device.ts";

const revoke = (person: Person, { id }: Envelope) =>
  person.call("revoke_message", { message_id: id });

scene("who holds it learns of it, who does not gets the stub", async (cast) => {
  const { alice, bob, carol } = cast;
  const group = await gather(alice, [bob, carol]);
  const one = await alice.says(group, "One");
  const [held, fresh] = [new Device(bob), new Device(carol)];
  await held.catchUp();
  const two = await alice.says(group, "Two");
  await revoke(alice, one);
  await revoke(alice, two);

  const [item] = (await held.sync()).conversations;
  assert.deepEqual(item?.changes.map(({ id }) => id), [one.id]);
  assert.deepEqual(item?.messages.map(({ id }) => id), [two.id]);
  await fresh.catchUp();
  for (const device of [held, fresh]) {
    assert.deepEqual(device.messages(group), await list(alice, group));
    assert.deepEqual((await device.sync()).conversations, []);
  }
});

/** Twelve messages, of which the device holds the first eight; then every second one is revoked. */
async function away({ alice, bob }: Cast, device: Device): Promise<string> {
  const group = await gather(alice, [bob]);
  const said: Envelope[] = [];
  for (let i = 0; i < 8; i++) said.push(await alice.says(group, `${i}`));
  await device.catchUp();
  for (let i = 8; i < 12; i++) said.push(await alice.says(group, `${i}`));
  for (const message of said.filter((_, i) => i % 2)) await revoke(alice, message);
  return group;
}

for (const pageSize of [1, 2, 3, 5, 100]) {
  scene(`revokes that were missed are caught up ${pageSize} at a time`, async (cast) => {
    const device = new Device(cast.bob, pageSize);
    const group = await away(cast, device);
    await device.catchUp();
    assert.deepEqual(device.messages(group), await list(cast.alice, group));
    assert.deepEqual((await device.sync()).conversations, []);
  });
}

scene("positions and versions are counted in each conversation", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const chat = await world.direct(alice, bob);
  for (const [place, version] of [[group, 1], [chat, 1], [group, 2]] as const) {
    assert.equal((await revoke(alice, await alice.says(place, "Oops"))).version, version);
    assert.equal((await alice.item(place))?.version, version);
  }
  assert.equal((await texts(bob, chat)).at(-1), "revoke");
});
