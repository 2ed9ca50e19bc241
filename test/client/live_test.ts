// What a device does by itself, and how soon: the schedules only prove that it ends well.
import assert from "node:assert/strict";
import { watchWaking } from "../../client/live/wake.ts";
import type { Device } from "./scripted_device.ts";
import { VirtualTime } from "./virtual_time.ts";
import type { Weather } from "./step.ts";
import { World } from "./world.ts";

const FINE: Weather = { fates: [], pageSize: 500, isRead: true, losesAllPushes: false };
/** Far less than the slow look, which would find everything. */
const SOON = 4_000;

async function startWorld(weather: Partial<Weather> = {}): Promise<World> {
  const world = new World({ ...FINE, ...weather });
  await world.time.pass(5_000);
  return world;
}

/** Something is said that is pushed to nobody. */
function sayUnheard(world: World, place = 0, count = 1): void {
  for (let i = 0; i < count; i++) {
    world.server.append(world.server.places.get(world.places[place]!)!, { from: "bob", text: "?" });
  }
  world.losePushes();
}

function shown(device: Device, id: string): number[] {
  return device.chat.live.messages(id).getSnapshot().messages.map(({ seq }) => seq);
}

function lastSeq(device: Device, id: string): number | undefined {
  return device.chat.live.conversations.getSnapshot().find((item) => item.id === id)?.last_seq;
}

Deno.test("a message is shown as soon as it is pushed, without a question", async () => {
  const world = await startWorld();
  const [device] = world.devices;
  await world.take({ do: "say", person: 1, place: 0, mentions: false });
  await world.time.pass(30);
  assert.deepEqual(shown(device!, world.places[0]!), [11]);
});

Deno.test("a gap is closed at once", async () => {
  const world = await startWorld();
  const [device] = world.devices;
  sayUnheard(world, 0, 3);
  await world.take({ do: "say", person: 1, place: 0, mentions: false });
  await world.time.pass(200);
  assert.deepEqual(shown(device!, world.places[0]!).slice(-3), [12, 13, 14]);
});

Deno.test("ten thousand missed messages are there soon after the device comes online", async () => {
  const world = await startWorld();
  const [device] = world.devices;
  const id = world.places[0]!;
  device!.goOnline(false);
  sayUnheard(world, 0, 10_000);
  await world.time.pass(30_000);
  assert.equal(lastSeq(device!, id), 10);
  device!.goOnline(true);
  await world.time.pass(SOON);
  assert.equal(shown(device!, id).at(-1), 10_010);
  assert.ok(shown(device!, id).length < 100, "nobody looks at them: they are let go of");
});

Deno.test("small answers follow each other at once, until there is no more", async () => {
  const world = await startWorld({ pageSize: 2 });
  const [device] = world.devices;
  sayUnheard(world, 0, 9);
  sayUnheard(world, 1, 9);
  device!.chat.refresh();
  await world.time.pass(SOON);
  for (const id of world.places.slice(0, 2)) assert.equal(shown(device!, id).at(-1), 19);
});

Deno.test("a device asks as soon as pushes flow, not only when it has joined", async () => {
  const world = await startWorld();
  const [device] = world.devices;
  device!.breakLines();
  await world.time.pass(1_200); // joined again, and has asked
  sayUnheard(world);
  assert.equal(lastSeq(device!, world.places[0]!), 10);
  await world.time.pass(600);
  assert.equal(lastSeq(device!, world.places[0]!), 11);
});

Deno.test("whoever is refused on their own topic asks why, and tries again later and later", async () => {
  const world = await startWorld();
  const [device] = world.devices;
  const tries: number[] = [];
  world.server.mayHear = (_me, topic) => {
    if (topic.startsWith("chat:user:")) tries.push(world.time.now);
    return false;
  };
  device!.closeLines();
  await world.time.pass(120_000);
  const waits = tries.slice(1).map((at, i) => at - tries[i]!);
  assert.ok(tries.length >= 4 && tries.length <= 9, `${waits}`);
  assert.ok(waits.at(-1)! > 4 * waits[0]!, `${waits}`);
});

const COMEBACKS: Record<string, [(device: Device) => void, (device: Device) => void]> = {
  "is online again": [(device) => device.goOnline(false), (device) => device.goOnline(true)],
  "is shown again": [(device) => device.show(false), (device) => device.show(true)],
  "has slept": [(device) => device.sleep(true), (device) => device.sleep(false)],
  "has lost its socket": [(device) => device.breakLines(), () => {}],
  "was closed by the server": [(device) => device.closeLines(), () => {}],
  "has lost its token": [(device) => device.expireToken(), () => {}],
};

for (const [what, [away, back]] of Object.entries(COMEBACKS)) {
  Deno.test(`a device that ${what} asks at once`, async () => {
    const world = await startWorld();
    const [device] = world.devices;
    away(device!);
    sayUnheard(world);
    await world.time.pass(what.endsWith("again") || what === "has slept" ? 40_000 : 0);
    back(device!);
    await world.time.pass(SOON);
    assert.equal(lastSeq(device!, world.places[0]!), 11);
    await world.time.pass(12_000); // supabase-js takes its time to join again
    assert.equal(device!.chat.live.status.getSnapshot().connection, "live");
  });
}

Deno.test("a lost answer does not lose what had to come with it", async () => {
  const world = await startWorld({ isRead: false });
  const [device] = world.devices;
  const id = world.places[0]!;
  world.server.markRead(world.server.places.get(id)!, "bob", 9);
  world.losePushes();
  const peerRead = () =>
    device!.chat.live.conversations.getSnapshot().find((item) => item.id === id)?.peer?.read_seq;
  // Whoever opens a conversation is told anew how far the other one has read.
  device!.isOnline = false;
  device!.chat.conversations.open(id).catch(() => {});
  await world.time.pass(1_500);
  assert.equal(peerRead(), 0);
  device!.isOnline = true;
  await world.time.pass(SOON);
  assert.equal(peerRead(), 9);
});

Deno.test("after it has lost its socket, a device asks for what only the list tells", async () => {
  const world = await startWorld();
  const [device] = world.devices;
  device!.breakLines();
  world.server.rename("bob", "Bobby");
  world.losePushes();
  await world.time.pass(SOON);
  const names = device!.chat.live.conversations.getSnapshot().map(({ peer }) => peer?.name);
  assert.ok(names.includes("Bobby"), `${names}`);
});

Deno.test("timers that come far too late mean that the device has slept", async () => {
  const time = new VirtualTime();
  let [wakes, looks] = [0, 0];
  const end = watchWaking({
    clock: { now: () => time.now, random: () => 0, after: (ms, run) => time.after(ms, run) },
    surroundings: { isOnline: () => true, isVisible: () => true, watch: () => () => {} },
    interval: 60_000,
    thoroughEvery: 10,
    onWake: () => wakes++,
    onInterval: () => looks++,
    onSurroundings: () => {},
  });
  await time.pass(300_000);
  assert.equal(wakes, 0);
  assert.ok(looks >= 4 && looks <= 7, `${looks}`);
  time.now += 60_000; // and nothing ran meanwhile
  await time.pass(10_000);
  assert.equal(wakes, 1);
  end();
});

Deno.test("a group is heard on its new topic, and one that one is out of is gone", async () => {
  const world = await startWorld();
  const [alice, , bob] = world.devices;
  const id = world.places[2]!;
  await world.take({ do: "member", is: false, hides: false });
  await world.time.pass(SOON);
  assert.equal(lastSeq(alice!, id), undefined);
  await world.take({ do: "say", person: 0, place: 2, mentions: false });
  await world.time.pass(30);
  assert.equal(lastSeq(bob!, id), 12);
  await world.take({ do: "member", is: true, hides: true });
  await world.time.pass(SOON);
  assert.equal(lastSeq(alice!, id), 13);
  await world.take({ do: "say", person: 0, place: 2, mentions: false });
  await world.time.pass(30);
  assert.deepEqual(shown(alice!, id), [13, 14], "what was said before is hidden");
});

Deno.test("whoever signs out leaves nothing to be seen, and finds it again", async () => {
  const world = await startWorld();
  const [device] = world.devices;
  const { live } = device!.chat;
  const before = live.conversations.getSnapshot();
  assert.equal(before.length, 3);
  let calls = 0;
  live.conversations.subscribe(() => calls++);
  device!.signOut();
  await world.time.pass(10);
  assert.deepEqual(live.conversations.getSnapshot(), []);
  assert.deepEqual(live.messages(world.places[0]!).getSnapshot().messages, []);
  assert.deepEqual(live.status.getSnapshot().user_id, null);
  assert.ok(calls > 0, "nobody was told");
  await assert.rejects(
    device!.chat.messages.send({
      conversation_id: world.places[0]!,
      kind: "text",
      body: { text: "Hello?" },
    }),
    { name: "ChatError", code: "not_signed_in" },
  );
  device!.signIn();
  await world.time.pass(SOON);
  assert.deepEqual(live.conversations.getSnapshot(), before);
});

Deno.test("a snapshot stays the same object until something changes in it", async () => {
  const world = await startWorld();
  const { live } = world.devices[0]!.chat;
  const [list, messages] = [live.conversations, live.messages(world.places[1]!)];
  const before = [list.getSnapshot(), messages.getSnapshot()];
  await world.time.pass(1_000);
  assert.ok(before[0] === list.getSnapshot());
  let calls = 0;
  const end = messages.subscribe(() => calls++);
  await world.take({ do: "say", person: 0, place: 0, mentions: false });
  await world.time.pass(100);
  assert.equal(calls, 0, "nothing was said there");
  assert.ok(before[1] === messages.getSnapshot());
  assert.ok(before[0] !== list.getSnapshot());
  await world.take({ do: "say", person: 1, place: 1, mentions: false });
  await world.time.pass(100);
  assert.equal(calls, 1);
  await world.take({ do: "pin", device: 0, place: 1 });
  await world.time.pass(100);
  assert.ok(list.getSnapshot()[0]?.pinned);
  assert.equal(calls, 1, "its messages are the same");
  end();
});

Deno.test("a jump shows what was said there, and grows together with the newest", async () => {
  const world = await startWorld();
  const { live, messages, conversations } = world.devices[0]!.chat;
  const id = world.places[0]!;
  const view = () => {
    const { messages, has_older, has_newer } = live.messages(id).getSnapshot();
    return [messages.map(({ seq }) => seq), has_older, has_newer];
  };
  const during = async (act: Promise<void>) => {
    await world.time.pass(500);
    await act;
  };
  await during(conversations.open(id));
  assert.deepEqual(view(), [[7, 8, 9, 10], true, false]);
  await during(messages.loadAround(id, 3));
  assert.deepEqual(view(), [[2, 3, 4, 5], true, true]);
  await during(messages.loadOlder(id));
  assert.deepEqual(view(), [[1, 2, 3, 4, 5], false, true]);
  await during(messages.loadNewer(id));
  assert.deepEqual(view(), [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false, false]);
  await during(messages.loadAround(id, 3));
  assert.equal(view()[2], false, "it is here already");
});

Deno.test("what is read here is told once, and the other one sees it", async () => {
  const world = await startWorld({ isRead: false });
  const [alice, tablet, bob] = world.devices;
  const id = world.places[0]!;
  const unread = (device: Device) =>
    device.chat.live.conversations.getSnapshot().find((item) => item.id === id)?.unread;
  assert.equal(unread(alice!), 5);
  for (const seq of [4, 9, 10]) {
    alice!.chat.conversations.read(id, seq);
    await world.time.pass(200);
  }
  assert.equal(unread(alice!), 0, "it is shown at once");
  await world.time.pass(3_000);
  assert.equal(unread(tablet!), 0);
  const { state, read_seq } = world.server.places.get(id)!.members.get("alice")!;
  assert.deepEqual([state, read_seq], [2, 10], "the first at once, the others together");
  const [item] = bob!.chat.live.conversations.getSnapshot().filter((one) => one.id === id);
  assert.equal(item?.peer?.read_seq, 10);
});
