// The server as docs/envelope.md and the verbs describe it, small enough to run thousands of times.
import type { Answers, Args, ConversationItem, Envelope, Verb } from "../../client/types.ts";
import {
  envelope,
  faceOf,
  groupTopic,
  marksOf,
  type Member,
  newMember,
  type Place,
  refused,
  unreadOf,
} from "./model_parts.ts";
import { VERBS } from "./model_verbs.ts";

export type Told = { topic: string; event: string; payload: unknown };

export class ModelServer {
  readonly places = new Map<string, Place>();
  readonly notices = new Map<string, Envelope[]>();
  readonly names = new Map<string, string>();
  readonly friends = new Set<string>();
  /** What the last transaction pushed; whoever runs the server takes it out. */
  readonly told: Told[] = [];
  readonly now: () => number;
  #ids = 0;

  constructor(now: () => number, people: readonly string[]) {
    this.now = now;
    for (const person of people) {
      this.notices.set(person, []);
      this.names.set(person, person);
    }
  }

  addPlace(kind: Place["kind"], people: readonly string[]): string {
    const id = `${String(++this.#ids).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const members = new Map(people.map((person) => [person, newMember()]));
    this.places.set(id, {
      id,
      kind,
      epoch: 0,
      version: 0,
      last_message_at: this.now(),
      messages: [],
      changes: [],
      members,
    });
    return id;
  }

  /** What a person calls. */
  call<V extends Verb>(me: string, verb: V, args: Args<V>): Answers[V] {
    const run = VERBS[verb];
    if (!run) throw new Error(`the model does not know ${verb}`);
    return run(this, me, args as never) as Answers[V];
  }

  /** Whether somebody may join a topic. */
  mayHear(me: string, topic: string): boolean {
    const [, kind, id, epoch] = topic.split(":");
    if (kind === "user") return id === me;
    const place = this.places.get(id!);
    return place?.members.get(me)?.isIn === true && place.epoch === Number(epoch);
  }

  isFriend(one: string, other: string): boolean {
    return this.friends.has([one, other].toSorted().join(" "));
  }

  setFriends(one: string, other: string, areFriends: boolean): void {
    const pair = [one, other].toSorted().join(" ");
    if (this.friends.has(pair) === areFriends) return;
    if (areFriends) this.friends.add(pair);
    else this.friends.delete(pair);
    for (const person of [one, other]) {
      this.notify(person, areFriends ? "friend_added" : "friend_removed");
    }
    const place = [...this.places.values()].find(({ kind, members }) =>
      kind === "direct" && members.has(one) && members.has(other)
    );
    if (areFriends && place) this.append(place, { from: one, action: "friend_added" });
  }

  rename(person: string, name: string): void {
    this.names.set(person, name);
    const face = faceOf(person, this.names.get(person)!);
    for (const other of this.names.keys()) {
      if (other === person || this.isFriend(other, person)) {
        this.push(`chat:user:${other}`, "profile_changed", face);
      }
    }
  }

  /** Takes somebody out of a group. */
  takeOut(place: Place, person: string): void {
    const member = place.members.get(person);
    if (!member?.isIn) return;
    Object.assign(member, { isIn: false, state: member.state + 1 });
    this.#raiseEpoch(place);
    this.notify(person, "group_removed");
    this.append(place, { from: person, action: "group_left" });
  }

  /** Lets somebody into a group, again. */
  letIn(place: Place, person: string, hidesHistory: boolean): void {
    const member = place.members.get(person) ?? newMember();
    if (member.isIn && place.members.has(person)) return;
    place.members.set(person, member);
    const last = place.messages.length;
    Object.assign(member, {
      isIn: true,
      state: member.state + 1,
      hidden_seq: null,
      read_seq: last,
      cleared_seq: Math.max(member.cleared_seq, hidesHistory ? last : 0),
    });
    if (hidesHistory) this.#raiseEpoch(place);
    this.notify(person, "group_joined");
    this.append(place, { from: person, action: "group_joined" });
  }

  append(
    place: Place,
    said: { from: string; text?: string; id?: string; action?: string; mentions?: string[] },
  ): Envelope {
    const message = envelope({
      id: said.id ?? `m${++this.#ids}`,
      seq: place.messages.length + 1,
      conversation_id: place.id,
      from_id: said.from,
      type: said.action ? "systemNotice" : "text",
      actionType: (said.action ?? null) as Envelope["actionType"],
      data: { data: said.text ?? "", dataType: false, otherData: null },
      options: said.mentions ? { mentions: said.mentions } : {},
      create_time: this.now(),
    });
    place.messages.push(message);
    place.last_message_at = message.create_time;
    this.pushTo(place, "message_created", message);
    return message;
  }

  revoke(place: Place, seq: number): Envelope {
    const message = place.messages[seq - 1]!;
    if (message.isremove) return { ...message, isremove: 0 };
    const stub: Envelope = {
      ...message,
      version: ++place.version,
      type: "systemNotice",
      actionType: "revoke",
      data: { data: "revoked", dataType: false, otherData: null },
      options: {},
      isremove: 1,
    };
    place.messages[seq - 1] = stub;
    place.changes.push({ version: place.version, seq });
    const notice: Envelope = { ...stub, isremove: 0 };
    this.pushTo(place, "message_revoked", notice);
    return notice;
  }

  changeMarks(place: Place, me: string, marks: Partial<Member>): Answers["pin_conversation"] {
    const member = place.members.get(me)!;
    Object.assign(member, marks, { state: member.state + 1 });
    const answer = marksOf(place, member);
    this.push(`chat:user:${me}`, "conversation_changed", answer);
    return answer;
  }

  markRead(place: Place, me: string, seq: number): Answers["mark_read"] {
    const member = place.members.get(me)!;
    const reached = Math.min(seq, place.messages.length);
    if (reached > member.read_seq) {
      Object.assign(member, { read_seq: reached, state: member.state + 1 });
      const read = { conversation_id: place.id, user_id: me, read_seq: reached };
      const hearers = place.kind === "direct" ? [...place.members.keys()] : [me];
      for (const person of hearers) this.push(`chat:user:${person}`, "conversation_read", read);
    }
    return { ...marksOf(place, member), ...unreadOf(place, me) };
  }

  notify(person: string, action: string): void {
    const notices = this.notices.get(person)!;
    const notice = envelope({
      id: `n${++this.#ids}`,
      seq: notices.length + 1,
      conversation_id: null,
      actionType: action as Envelope["actionType"],
    });
    notices.push(notice);
    this.push(`chat:user:${person}`, action, notice);
  }

  push(topic: string, event: string, payload: unknown): void {
    this.told.push({ topic, event, payload });
  }

  pushTo(place: Place, event: string, payload: Envelope): void {
    if (place.kind === "group") return this.push(groupTopic(place), event, payload);
    for (const person of place.members.keys()) this.push(`chat:user:${person}`, event, payload);
  }

  #raiseEpoch(place: Place): void {
    this.push(groupTopic(place), "topic_moved", { conversation_id: place.id });
    place.epoch++;
  }

  /** One's place, as long as one is in it. */
  placeOf(me: string, id: string): Place {
    const place = this.places.get(id);
    if (!place?.members.get(me)?.isIn) throw refused("conversation_not_found", 404);
    return place;
  }

  item(place: Place, me: string): ConversationItem {
    const member = place.members.get(me)!;
    const last = place.messages.at(-1);
    const other = [...place.members.keys()].find((person) => person !== me)!;
    const { conversation_id: _, ...marks } = marksOf(place, member);
    const item = {
      ...marks,
      ...unreadOf(place, me),
      id: place.id,
      kind: place.kind,
      last_seq: place.messages.length,
      version: place.version,
      last_message_at: place.last_message_at,
      last_message: last && last.seq > member.cleared_seq ? last : null,
      signal_topic: `chat:signal:${place.id}:${place.epoch}`,
      peer: place.kind === "group" ? null : {
        ...faceOf(other, this.names.get(other)!),
        remark: null,
        is_friend: this.isFriend(me, other),
        is_blocked: false,
        read_seq: place.members.get(other)!.read_seq,
      },
      group: place.kind === "group" ? { topic: groupTopic(place) } : null,
    };
    return item as ConversationItem; // of a group, only the topic matters here
  }

  /** The list, all of it. */
  list(me: string): ConversationItem[] {
    return [...this.places.values()]
      .filter(({ members, messages }) => {
        const member = members.get(me);
        return member?.isIn && (member.hidden_seq === null || messages.length > member.hidden_seq);
      })
      .map((place) => this.item(place, me))
      .toSorted((a, b) =>
        Number(b.pinned) - Number(a.pinned) || b.last_message_at - a.last_message_at ||
        (a.id < b.id ? 1 : -1)
      );
  }

  /** The messages that somebody can see. */
  history(me: string, id: string): Envelope[] {
    const place = this.placeOf(me, id);
    return place.messages.slice(place.members.get(me)!.cleared_seq);
  }
}
