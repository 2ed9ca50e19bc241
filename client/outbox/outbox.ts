// What people say goes here first: it is shown and kept at once, and sent when that is possible.
import type { Args } from "../types.ts";
import { uuidV7 } from "../uuid_v7.ts";
import { adding, type Outgoing, removing, resending } from "./outgoing.ts";
import { createSender, type Sender, type SenderOptions } from "./sender.ts";

/** What a person says: as `send_message` takes it, without the id. */
export type Saying = Omit<Args<"send_message">, "id">;

export interface Outbox extends Sender {
  /** Shows a message at once and sends it as soon as that is possible; resolves when it is kept. */
  send(saying: Saying): Promise<Outgoing>;
  /** Sends a refused message once more, as the last one. */
  retry(id: string): Promise<void>;
  /** Gives a message up. One that is on its way may arrive all the same. */
  drop(id: string): Promise<void>;
  /** What has arrived is on its way no more, whoever told of it. */
  settle(): void;
}

/** The tab that sends may be stopped in the background. Sending twice is harmless: the server knows the id. */
const IMPATIENCE = 5_000;

export function createOutbox(options: SenderOptions): Outbox {
  const { state, shelf, clock } = options;
  const sender = createSender(options);
  return {
    ...sender,
    send: async (saying) => {
      const now = clock.now();
      const message = { ...saying, id: uuidV7(now), create_time: now, refused: null };
      const kept = shelf.change(adding(message));
      sender.pump();
      clock.after(IMPATIENCE, () => {
        if (state.outgoing.some(({ id, refused }) => id === message.id && !refused)) sender.lead();
      });
      await kept;
      return message;
    },
    retry: async (id) => {
      const message = state.outgoing.find((one) => one.id === id && one.refused);
      if (!message) return;
      // An id that is too old will never be taken.
      const isOld = message.refused === "message_id_invalid";
      const kept = shelf.change(resending(message, isOld ? uuidV7(clock.now()) : id));
      sender.pump();
      await kept;
    },
    drop: (id) => shelf.change(removing(new Set([id]))),
    settle: () => {
      const arrived = new Set(
        state.outgoing.filter(({ id, conversation_id }) =>
          state.conversations.get(conversation_id)?.log.messages.some((one) => one.id === id)
        ).map(({ id }) => id),
      );
      if (arrived.size) void shelf.change(removing(arrived));
    },
  };
}
