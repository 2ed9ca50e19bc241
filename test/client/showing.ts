// What a device shows, held against what is in the database.
import assert from "node:assert/strict";
import type { ConversationItem, Envelope } from "../../client/types.ts";
import type { ModelServer } from "./model_server.ts";
import type { Device } from "./scripted_device.ts";

export function assertOrderly(device: Device, server: ModelServer): void {
  for (const id of server.places.keys()) {
    const { messages, outgoing } = device.chat.live.messages(id).getSnapshot();
    const from = messages[0]?.seq ?? 0;
    assert.ok(messages.every(({ seq }, i) => seq === from + i), "there is a gap");
    const ids = [...messages, ...outgoing].map((message) => message.id);
    assert.equal(new Set(ids).size, ids.length, "a message is shown twice");
  }
}

export function assertList(device: Device, server: ModelServer): void {
  const shown = device.chat.live.conversations.getSnapshot().map(plain);
  assert.deepEqual(shown, server.list(device.me).map(plain));
}

export function assertHeld(device: Device, server: ModelServer): void {
  for (const { id } of server.list(device.me)) {
    const { messages, has_newer } = device.chat.live.messages(id).getSnapshot();
    const history = server.history(device.me, id);
    const start = has_newer
      ? history.findIndex(({ seq }) => seq === messages[0]?.seq)
      : history.length - messages.length;
    const expected = history.slice(start, start + messages.length);
    assert.deepEqual(messages.map(told), expected.map(told));
  }
}

export function assertNotices(device: Device, server: ModelServer): void {
  const { live } = device.chat;
  assert.deepEqual(live.notices.getSnapshot(), server.notices.get(device.me));
  const friends = live.people.getSnapshot().friends.map(({ id, name }) => [id, name]);
  const expected = [...server.names].filter(([id]) => server.isFriend(device.me, id));
  assert.deepEqual(friends, expected);
}

export function told({ id, seq, version, isremove, data }: Envelope): string {
  return `${seq} ${id} ${version} ${isremove} ${data.data}`;
}

// What is shown of a conversation; `version` and `state` are for the machine.
function plain(item: ConversationItem) {
  const { version: _, state: _s, last_message, ...shown } = item;
  return { ...shown, last_message: last_message && told(last_message) };
}
