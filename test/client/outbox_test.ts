// What is said is sent: in order, once, and in the end; or it is shown why not.
import assert from "node:assert/strict";
import { ChatError } from "../../client/errors.ts";
import { newConversation } from "../../client/store/conversation.ts";
import { createState, keep } from "../../client/store/state.ts";
import { messagesView } from "../../client/store/views.ts";
import { ModelServer } from "./model_server.ts";
import type { Weather } from "./step.ts";
import { World } from "./world.ts";

const FINE: Weather = { fates: [], pageSize: 500, isRead: true, losesAllPushes: false };

async function startWorld(weather: Partial<Weather> = {}) {
  const world = new World({ ...FINE, ...weather });
  await world.time.pass(5_000);
  const id = world.places[0]!;
  const [device] = world.devices;
  const texts = () => world.server.places.get(id)!.messages.slice(10).map(({ data }) => data.data);
  return {
    world,
    id,
    device: device!,
    texts,
    say: (text: string) =>
      device!.chat.messages.send({ conversation_id: id, kind: "text", body: { text } }),
    shown: () => device!.chat.live.messages(id).getSnapshot(),
  };
}

Deno.test("a message is shown at once, and once when it has arrived", async () => {
  const { world, say, shown, texts } = await startWorld();
  void say("Hello");
  assert.deepEqual(shown().outgoing.map(({ body }) => body), [{ text: "Hello" }]);
  await world.time.pass(200);
  assert.deepEqual([shown().outgoing, texts()], [[], ["Hello"]]);
  assert.equal(shown().messages.at(-1)?.data.data, "Hello");
});

Deno.test("what is said offline is sent in its order as soon as the device is online", async () => {
  const { world, device, say, shown, texts } = await startWorld();
  device.goOnline(false);
  for (const text of ["one", "two", "three"]) void say(text);
  await world.time.pass(300_000);
  assert.deepEqual([shown().outgoing.length, texts()], [3, []]);
  device.goOnline(true);
  await world.time.pass(500);
  assert.deepEqual([shown().outgoing, texts()], [[], ["one", "two", "three"]]);
});

Deno.test("a message whose answer is lost is sent again and arrives once", async () => {
  const { world, device, say, texts } = await startWorld();
  void say("Hello");
  await world.time.pass(40); // it is there, the answer is not
  assert.deepEqual(texts(), ["Hello"]);
  device.kill();
  await world.time.pass(5_000);
  assert.deepEqual(texts(), ["Hello"]);
  assert.deepEqual(device.chat.live.outgoing.getSnapshot(), []);
});

Deno.test("a message that has arrived is not shown as outgoing besides", async () => {
  const { world, device, say, shown } = await startWorld();
  void say("Hello");
  await world.time.pass(55); // the push is here, the answer is not
  assert.equal(shown().messages.at(-1)?.data.data, "Hello");
  assert.deepEqual([shown().outgoing, device.chat.live.outgoing.getSnapshot()], [[], []]);
});

Deno.test("what another tab still calls outgoing is not shown twice", () => {
  const state = createState("alice", () => {});
  const server = new ModelServer(() => 1, ["alice", "bob"]);
  const id = server.addPlace("direct", ["alice", "bob"]);
  const place = server.places.get(id)!;
  const message = server.append(place, { from: "alice", text: "Hello" });
  const log = { from: 1, messages: [message] };
  keep(state, id, newConversation(server.item(place, "alice"), log, { version: 0, state: 0 }));
  const saying = { conversation_id: id, kind: "text", body: { text: "Hello" } };
  state.outgoing = [{ ...saying, id: message.id, create_time: 1, refused: null }];
  assert.deepEqual(messagesView(state, id).outgoing, []);
});

Deno.test("what was kept is sent after the app was killed", async () => {
  const { world, device, say, texts } = await startWorld();
  device.goOnline(false);
  const kept = say("Hello");
  await world.time.pass(100);
  await kept;
  device.kill();
  await world.time.pass(100);
  assert.equal(device.chat.live.outgoing.getSnapshot().length, 1);
  device.goOnline(true);
  await world.time.pass(5_000);
  assert.deepEqual(texts(), ["Hello"]);
});

Deno.test("a refused message shows its code and holds up nothing", async () => {
  const { world, device, say, shown, texts } = await startWorld();
  void say("");
  void say("Hello");
  await world.time.pass(500);
  assert.deepEqual(texts(), ["Hello"]);
  const [refused] = shown().outgoing;
  assert.equal(refused?.refused, "text_empty");
  void device.chat.messages.retry(refused!.id);
  assert.equal(shown().outgoing[0]?.refused, null);
  await world.time.pass(500);
  assert.equal(shown().outgoing[0]?.refused, "text_empty");
  void device.chat.messages.drop(refused!.id);
  await world.time.pass(500);
  assert.deepEqual(shown().outgoing, []);
  device.kill();
  await world.time.pass(500);
  assert.deepEqual(device.chat.live.outgoing.getSnapshot(), []);
});

Deno.test("a server that has too much to do is asked later and later", async () => {
  const { world, say, texts } = await startWorld();
  const asked: number[] = [];
  const start = world.time.now;
  const call = world.server.call.bind(world.server);
  world.server.call = (me, verb, args) => {
    if (verb !== "send_message") return call(me, verb, args);
    asked.push(world.time.now - start);
    throw new ChatError("busy", 503, "Try again.");
  };
  void say("Hello");
  await world.time.pass(60_000);
  assert.ok(asked.length >= 4 && asked.length <= 12, `${asked}`);
  const waits = asked.slice(1).map((at, i) => at - asked[i]!);
  assert.ok(waits.at(-1)! > 4 * waits[0]!, `${waits}`);
  assert.deepEqual(texts(), []);
});
