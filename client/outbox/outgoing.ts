import type { ChatErrorCode } from "../errors.ts";
import type { Args } from "../types.ts";

/** What a person said and the server has not confirmed yet. */
export type Outgoing = Omit<Args<"send_message">, "id"> & {
  readonly id: string;
  /** Milliseconds, by the device's clock. */
  readonly create_time: number;
  /** Why the server refused it, or null while it is on its way. */
  readonly refused: ChatErrorCode | null;
};

/** A change to a list of outgoing messages. Doing it twice is the same as once. */
export type OutboxChange = (list: readonly Outgoing[]) => readonly Outgoing[];

export function adding(message: Outgoing): OutboxChange {
  return (list) => list.some(({ id }) => id === message.id) ? list : [...list, message];
}

export function removing(ids: ReadonlySet<string>): OutboxChange {
  return (list) =>
    list.some(({ id }) => ids.has(id)) ? list.filter(({ id }) => !ids.has(id)) : list;
}

export function refusing(id: string, code: ChatErrorCode): OutboxChange {
  return (list) =>
    list.map((message) => message.id === id ? { ...message, refused: code } : message);
}

/** Puts a message at the end, to be sent once more. */
export function resending(message: Outgoing, id: string): OutboxChange {
  return (list) =>
    list.some((other) => other.id === message.id)
      ? [...list.filter((other) => other.id !== message.id), { ...message, id, refused: null }]
      : list;
}
