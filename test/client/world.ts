// Two people with three devices and a third one who talks to them, on one server, in one time.
import assert from "node:assert/strict";
import { ModelServer } from "./model_server.ts";
import { Device } from "./scripted_device.ts";
import { assertHeld, assertList, assertNotices, assertOrderly, told } from "./showing.ts";
import type { Step, Weather } from "./step.ts";
import { VirtualTime } from "./virtual_time.ts";

const EVERYBODY = "00000000-0000-0000-0000-000000000000";

export class World {
  readonly time = new VirtualTime();
  readonly server = new ModelServer(() => this.time.now, ["alice", "bob", "carol"]);
  readonly devices: Device[];
  readonly places: string[];
  /** Ids of messages in the order in which each device has kept them, by device and place. */
  readonly #kept = new Map<string, string[]>();
  #isCalm = false;
  #fates: readonly number[];
  #nextFate = 0;
  #words = 0;
  readonly #losesAllPushes: boolean;

  constructor({ fates, pageSize, isRead, losesAllPushes }: Weather) {
    this.#fates = fates;
    this.#losesAllPushes = losesAllPushes;
    const { server } = this;
    this.places = [
      server.addPlace("direct", ["alice", "bob"]),
      server.addPlace("direct", ["alice", "carol"]),
      server.addPlace("group", ["carol", "alice", "bob"]),
    ];
    for (const id of this.places) {
      for (let i = 0; i < 10; i++) {
        server.append(server.places.get(id)!, {
          from: i % 2 ? "alice" : "carol",
          text: `old ${i}`,
        });
      }
    }
    for (const { members, messages } of server.places.values()) {
      for (const member of members.values()) member.read_seq = isRead ? messages.length : 0;
    }
    server.told.length = 0;
    const world = {
      time: this.time,
      server,
      fate: () => this.#fate(),
      afterCommit: () => this.#deliver(),
    };
    this.devices = ["alice", "alice", "bob"].map((me) => new Device(me, world, pageSize));
  }

  async take(step: Step): Promise<void> {
    if (step.do === "pass") return await this.time.pass(step.milliseconds);
    this.#do(step);
    this.#deliver();
    await this.time.pass(7);
    for (const device of this.devices) assertOrderly(device, this.server);
  }

  /** What is pushed now reaches nobody. */
  losePushes(): void {
    this.server.told.length = 0;
  }

  /** All is well again, and time passes. */
  async calmDown(): Promise<void> {
    this.#isCalm = true;
    for (const device of this.devices) {
      device.sleep(false);
      device.goOnline(true);
      device.show(true);
      device.signIn();
    }
    await this.time.pass(11 * 60_000); // longer than it takes to look at everything
  }

  /** Every device shows what is in the database, and has sent what was said on it. */
  async assertAllTold(): Promise<void> {
    for (const device of this.devices) {
      assertList(device, this.server);
      assertHeld(device, this.server);
      assertNotices(device, this.server);
      this.#assertSent(device);
    }
    for (const device of this.devices) await this.#assertHistory(device);
  }

  /** What is said now is on every device at once, without waiting for the next look. */
  async assertListening(): Promise<void> {
    const isShown = (id: string) =>
      this.devices.every(({ me }) =>
        !this.server.places.get(id)!.members.get(me)?.isIn ||
        this.server.list(me).some((item) => item.id === id)
      );
    // A device that began after a group was hidden does not know of it.
    for (const id of this.places.filter(isShown)) {
      this.server.append(this.server.places.get(id)!, { from: "carol", text: "Do you hear me?" });
    }
    this.#deliver();
    await this.time.pass(1_000);
    for (const device of this.devices) assertList(device, this.server);
  }

  #fate(): number {
    if (this.#isCalm || !this.#fates.length) return 0;
    return this.#fates[this.#nextFate++ % this.#fates.length]!;
  }

  #deliver(): void {
    for (const told of this.server.told.splice(0)) {
      if (this.#losesAllPushes) continue;
      for (const device of this.devices) device.hear(told);
    }
  }

  #do(step: Exclude<Step, { do: "pass" }>): void {
    switch (step.do) {
      case "say":
      case "revoke":
      case "member":
      case "friends":
      case "rename":
        return this.#doOnServer(step);
      case "realtimeRestart":
        return this.devices.forEach((device) => device.breakLines());
      default:
        return this.#doOnDevice(this.devices[step.device]!, step);
    }
  }

  #doOnServer(
    step: Extract<Step, { do: "say" | "revoke" | "member" | "friends" | "rename" }>,
  ): void {
    const { server } = this;
    const place = "place" in step ? server.places.get(this.places[step.place]!)! : null;
    switch (step.do) {
      case "say": {
        const people = [...place!.members].filter(([, { isIn }]) => isIn).map(([id]) => id);
        const from = people[step.person % people.length]!;
        const mentions = step.mentions ? [EVERYBODY] : [];
        server.append(place!, { from, text: `said ${this.#words++}`, mentions });
        return;
      }
      case "revoke": {
        const seq = place!.messages.length - step.back;
        if (place!.messages[seq - 1]?.type === "text" || place!.messages[seq - 1]?.isremove) {
          server.revoke(place!, seq);
        }
        return;
      }
      case "member": {
        const group = server.places.get(this.places[2]!)!;
        if (step.is) server.letIn(group, "alice", step.hides);
        else server.takeOut(group, "alice");
        return;
      }
      case "friends":
        return server.setFriends("alice", "bob", step.is);
      case "rename":
        return server.rename(["bob", "carol"][step.person % 2]!, `name ${this.#words++}`);
    }
  }

  #doOnDevice(device: Device, step: Extract<Step, { device: number }>): void {
    const { chat } = device;
    const id = "place" in step ? this.places[step.place]! : "";
    const view = chat.live.messages(id).getSnapshot();
    const last = view.messages.at(-1)?.seq ?? 0;
    const conversation_id = id;
    const signedIn = chat.live.status.getSnapshot().user_id !== null;
    switch (step.do) {
      case "send":
      case "sendRefused":
        if (signedIn) this.#send(device, id, step.do === "send" ? `words ${this.#words++}` : "");
        return;
      case "revokeHere": {
        const own = view.messages.findLast((one) => one.from_id === device.me && !one.isremove);
        if (own) may(chat.messages.revokeMessage({ message_id: own.id }));
        return;
      }
      case "read":
      case "readSome":
        if (signedIn) chat.conversations.read(id, step.do === "read" ? last : last - 2);
        return;
      case "pin":
        return may(chat.conversations.pinConversation({ conversation_id }));
      case "mute":
        return may(chat.conversations.muteConversation({ conversation_id, muted: true }));
      case "hide":
        return may(chat.conversations.hideConversation({ conversation_id }));
      case "clear":
        return may(chat.conversations.clearHistory({ conversation_id }));
      case "leave":
        return step.place === 2 ? may(chat.groups.leaveGroup({ conversation_id })) : undefined;
      case "open":
        return may(chat.conversations.open(id));
      case "older":
        return may(chat.messages.loadOlder(id));
      case "newer":
        return may(chat.messages.loadNewer(id));
      case "newest":
        if (signedIn) chat.messages.showNewest(id);
        return;
      case "around":
        return may(chat.messages.loadAround(id, Math.max(1, last - step.back)));
      default:
        return doToDevice(device, step);
    }
  }

  #send(device: Device, conversation_id: string, text: string): void {
    const key = `${this.devices.indexOf(device)} ${conversation_id}`;
    may(
      device.chat.messages.send({ conversation_id, kind: "text", body: { text } }).then(
        ({ id }) => {
          if (text) this.#kept.set(key, [...this.#kept.get(key) ?? [], id]);
        },
      ),
    );
  }

  #assertSent(device: Device): void {
    const { live } = device.chat;
    const outgoing = live.outgoing.getSnapshot();
    assert.deepEqual(outgoing.filter(({ refused }) => !refused), [], "something was not sent");
    const refused = new Set(outgoing.map(({ id }) => id));
    for (const id of this.places) {
      const kept = this.#kept.get(`${this.devices.indexOf(device)} ${id}`) ?? [];
      const all = this.server.places.get(id)!.messages;
      const seqs = kept.flatMap((one) => {
        const found = all.filter((message) => message.id === one);
        assert.ok(found.length === 1 || refused.has(one), `${one} is there ${found.length} times`);
        return found.map(({ seq }) => seq);
      });
      assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b), "the order of a device was not kept");
    }
  }

  async #assertHistory(device: Device): Promise<void> {
    const { chat } = device;
    for (const { id } of this.server.list(device.me)) {
      may(chat.conversations.open(id));
      chat.messages.showNewest(id);
      const view = () => chat.live.messages(id).getSnapshot();
      for (let tries = 0; tries < 40 && view().has_older; tries++) {
        may(chat.messages.loadOlder(id));
        await this.time.pass(1_000);
      }
      const history = this.server.history(device.me, id);
      assert.deepEqual(view().messages.map(told), history.map(told));
    }
  }
}

type Happening = "kill" | "expire" | "close" | "break" | "signOut" | "signIn" | "refresh";

function doToDevice(
  device: Device,
  step: { do: Happening } | { do: "online" | "asleep" | "visible"; is: boolean },
): void {
  switch (step.do) {
    case "kill":
      return device.kill();
    case "expire":
      return device.expireToken();
    case "close":
      return device.closeLines();
    case "break":
      return device.breakLines();
    case "signOut":
      return device.signOut();
    case "signIn":
      return device.signIn();
    case "refresh":
      return device.chat.refresh();
    case "online":
      return device.goOnline(step.is);
    case "asleep":
      return device.sleep(step.is);
    case "visible":
      return device.show(step.is);
  }
}

/** Whether it works is up to the network. */
function may(attempt: Promise<unknown>): void {
  attempt.catch(() => {});
}
