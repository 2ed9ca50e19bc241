import {
  encodeMessage,
  encodeUserBroadcast,
  type Frame,
  type UserBroadcast,
  type Version,
} from "./frames.ts";

/** One message for everybody in a room. */
export interface Fanout {
  readonly event: "broadcast" | "presence_diff";
  /** Set for a stored message, so that a channel that replayed it does not see it twice. */
  readonly id: string | null;
  /** Null when that version cannot carry it. Encoded once per version, however many listen. */
  encode(version: Version): Frame | null;
}

export interface Subscriber {
  deliver(message: Fanout): void;
}

export interface Hub {
  enter(room: string, subscriber: Subscriber): void;
  leave(room: string, subscriber: Subscriber): void;
  send(room: string, message: Fanout, except?: Subscriber): void;
}

/** A public and a private channel of the same name are two rooms that never hear each other. */
export function roomOf(name: string, isPrivate: boolean): string {
  return `${isPrivate ? "private" : "public"}:${name}`;
}

export function createHub(): Hub {
  const rooms = new Map<string, Set<Subscriber>>();
  return {
    enter: (room, subscriber) => {
      rooms.set(room, (rooms.get(room) ?? new Set()).add(subscriber));
    },
    leave: (room, subscriber) => {
      const subscribers = rooms.get(room);
      subscribers?.delete(subscriber);
      if (subscribers?.size === 0) rooms.delete(room);
    },
    send: (room, message, except) => {
      for (const subscriber of rooms.get(room) ?? []) {
        if (subscriber !== except) subscriber.deliver(message);
      }
    },
  };
}

export function userFanout(name: string, broadcast: UserBroadcast): Fanout {
  return {
    event: "broadcast",
    id: broadcast.meta?.id ?? null,
    encode: encodedOnce((version) => encodeUserBroadcast(version, `realtime:${name}`, broadcast)),
  };
}

export function textFanout(name: string, event: Fanout["event"], payload: unknown): Fanout {
  const message = { joinRef: null, ref: null, topic: `realtime:${name}`, event, payload };
  return { event, id: null, encode: encodedOnce((version) => encodeMessage(version, message)) };
}

function encodedOnce(encode: (version: Version) => Frame | null): Fanout["encode"] {
  const frames = new Map<Version, Frame | null>();
  return (version) => {
    const known = frames.get(version);
    if (known !== undefined) return known;
    const frame = encodedOrNull(() => encode(version));
    frames.set(version, frame);
    return frame;
  };
}

/** JSON can be read at a depth at which it cannot be written any more. */
function encodedOrNull(encode: () => Frame | null): Frame | null {
  try {
    return encode();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
