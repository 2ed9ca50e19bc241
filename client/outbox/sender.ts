// Sends what waits: in order within each conversation, again and again until the server has answered.
import { asChatError, isPassing } from "../errors.ts";
import { type BackOff, createBackOff } from "../live/back_off.ts";
import type { State } from "../store/state.ts";
import type { Clock } from "../transport.ts";
import type { Call, Envelope } from "../types.ts";
import { type Outgoing, refusing, removing } from "./outgoing.ts";
import type { Shelf } from "./shelf.ts";

export interface Sender {
  /** From now on this device is the one that sends. */
  lead(): void;
  /** There may be something new to send. */
  pump(): void;
  /** Tries again now what waits for a better moment. */
  hurry(): void;
  end(): void;
}

export type SenderOptions = {
  readonly state: State;
  readonly shelf: Shelf;
  readonly call: Call;
  readonly clock: Clock;
  readonly onSent: (message: Envelope) => void;
};

export function createSender(options: SenderOptions): Sender {
  const { state, clock } = options;
  /** Conversations with a message under way, and how long each waits after a failure. */
  const busy = new Map<string, BackOff>();
  let isLeading = false;
  let hasEnded = false;

  function pump(): void {
    if (!isLeading || hasEnded) return;
    for (const { conversation_id, refused } of state.outgoing) {
      if (refused || busy.has(conversation_id)) continue;
      const backOff = createBackOff(clock);
      busy.set(conversation_id, backOff);
      void sendAll(conversation_id, backOff);
    }
  }

  async function sendAll(conversationId: string, backOff: BackOff): Promise<void> {
    while (!hasEnded) {
      const next = state.outgoing.find((message) =>
        message.conversation_id === conversationId && !message.refused
      );
      if (!next) return void busy.delete(conversationId);
      await sendOne(options, next, backOff, () => hasEnded);
    }
  }

  function hurry(): void {
    for (const backOff of busy.values()) backOff.hurry();
    pump();
  }

  return {
    lead: () => {
      isLeading = true;
      pump();
    },
    pump,
    hurry,
    end: () => {
      hasEnded = true;
      hurry();
    },
  };
}

async function sendOne(
  { shelf, call, onSent }: SenderOptions,
  message: Outgoing,
  backOff: BackOff,
  hasEnded: () => boolean,
): Promise<void> {
  const { create_time: _, refused: _r, ...args } = message;
  try {
    const envelope = await call("send_message", args);
    if (hasEnded()) return;
    backOff.reset();
    onSent(envelope);
    void shelf.change(removing(new Set([message.id])));
  } catch (reason) {
    if (hasEnded()) return;
    const error = asChatError(reason);
    if (isPassing(error)) await backOff.wait((error.retryAfter ?? 0) * 1_000);
    else void shelf.change(refusing(message.id, error.code));
  }
}
