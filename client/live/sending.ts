// The part of a session that keeps and sends, together with the other tabs.
import { createDrafts, type Drafts } from "../drafts.ts";
import { createOutbox, type Outbox } from "../outbox/outbox.ts";
import { createShelf } from "../outbox/shelf.ts";
import { messagesName } from "../store/state.ts";
import type { Asking } from "./asking.ts";
import { type Ground, nameOf } from "./ground.ts";

export interface Sending {
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  /** Finds what was kept, and takes its turn at sending. */
  start(): Promise<void>;
}

export function createSending(ground: Ground, asking: Asking): Sending {
  const { me, state, settings, touch, ending } = ground;
  const { clock } = ground.transport;
  const tell = settings.tabs.listen(nameOf(me), ending.signal, onTold);
  const shelf = createShelf({
    key: `${nameOf(me)}:outbox`,
    ...settings,
    show: (list) => {
      const touched = new Set([...state.outgoing, ...list].map((one) => one.conversation_id));
      state.outgoing = list;
      for (const id of touched) touch(messagesName(id));
      touch("outgoing");
    },
    onKept: () => tell("outbox"),
  });
  const outbox = createOutbox({
    state,
    shelf,
    call: asking.call,
    clock,
    onSent: (message) => tell({ event: "message_created", payload: message }),
  });
  const drafts = createDrafts({
    key: `${nameOf(me)}:drafts`,
    state,
    ...settings,
    clock,
    onKept: () => tell("drafts"),
  });
  ground.followers.push(outbox.settle);

  function onTold(told: unknown): void {
    if (told === "outbox") return void shelf.read().then(outbox.pump);
    if (told === "drafts") return void drafts.read();
    const { event, payload } = told as { event: string; payload: unknown }; // of another tab of ours
    asking.hear(event, payload);
  }

  return {
    outbox,
    drafts,
    start: async () => {
      await Promise.all([shelf.read(), drafts.read()]);
      settings.tabs.lead(`${nameOf(me)}:leader`, ending.signal, outbox.lead);
    },
  };
}
