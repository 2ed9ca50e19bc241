// One person, signed in on this device, from the moment they are there until they are not.
import type { Drafts } from "../drafts.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { change, createState, type State } from "../store/state.ts";
import type { Transport } from "../transport.ts";
import type { Answers, Verb } from "../types.ts";
import { type Asking, createAsking, type Progress } from "./asking.ts";
import type { Ground, Settings } from "./ground.ts";
import { createHistory, type History } from "./history.ts";
import { learn } from "./learn.ts";
import { userTopic } from "./lines.ts";
import { createListening, type Listening } from "./listening.ts";
import { createReadMarks, type ReadMarks } from "./read_marks.ts";
import { createSending, type Sending } from "./sending.ts";
import type { Signals } from "./signals.ts";
import { watchWaking } from "./wake.ts";

export interface Session {
  readonly state: State;
  readonly progress: Progress;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly history: History;
  readonly readMarks: ReadMarks;
  readonly signals: Signals;
  isListening(): boolean;
  /** Shows a conversation: its messages are kept, its signals heard. Null shows none. */
  open(conversationId: string | null): Promise<void>;
  /** One types in the open conversation. */
  type(): void;
  /** Takes over what a verb has answered. */
  learn<V extends Verb>(verb: V, answer: Answers[V]): void;
  /** Begins to hear and to ask. */
  start(): Promise<void>;
  /** Looks once more at everything. */
  wake(): void;
  end(): void;
}

const THOROUGH_EVERY = 10;

export function createSession(
  me: string,
  transport: Transport,
  settings: Settings,
  touch: (name: string) => void,
): Session {
  const state = createState(me, touch);
  const ending = new AbortController();
  const ground: Ground = { me, state, transport, settings, touch, ending, followers: [] };
  const asking = createAsking(ground);
  const { ask } = asking.catchUp;
  const lookAtAll = () => ask("list", "friends", "requests");
  const sending = createSending(ground, asking);
  const listening = createListening(ground, asking, () => {
    lookAtAll();
    sending.outbox.hurry();
  });
  const { call } = asking;
  const pageSize = settings.historyPageSize;
  const history = createHistory({ state, call, pageSize, ask: () => ask("sync") });
  const readMarks = createReadMarks(state, call, transport.clock);
  const parts = { ...ground, asking, sending, listening, history, readMarks, lookAtAll };

  return {
    ...{ state, history, readMarks },
    progress: asking.progress,
    outbox: sending.outbox,
    drafts: sending.drafts,
    signals: listening.signals,
    isListening: () => listening.lines.isJoined(userTopic(me)),
    type: listening.type,
    learn: (verb, answer) => learn(asking.hearing, verb, answer),
    open: (id) => open(parts, id),
    start: () => start(parts),
    wake: () => wake(parts),
    end: () => end(parts),
  };
}

type Parts = Ground & {
  readonly asking: Asking;
  readonly sending: Sending;
  readonly listening: Listening;
  readonly history: History;
  readonly readMarks: ReadMarks;
  readonly lookAtAll: () => void;
};

async function start(parts: Parts): Promise<void> {
  const unwatch = watchWaking({
    ...parts.transport,
    interval: parts.settings.syncInterval,
    thoroughEvery: THOROUGH_EVERY,
    onWake: () => wake(parts),
    onInterval: (isThorough) => isThorough ? parts.lookAtAll() : parts.asking.catchUp.ask("sync"),
    onSurroundings: () => parts.touch("status"),
  });
  parts.ending.signal.addEventListener("abort", unwatch);
  parts.listening.follow();
  parts.lookAtAll();
  await parts.sending.start();
}

function wake({ asking, listening, sending, readMarks, lookAtAll }: Parts): void {
  for (const part of [asking.catchUp, listening.lines, sending.outbox, readMarks]) part.hurry();
  lookAtAll();
}

async function open(parts: Parts, id: string | null): Promise<void> {
  const { state, asking, listening, history } = parts;
  if (state.openId.current !== id) {
    state.openId.current = id;
    listening.signals.clear();
    listening.follow();
  }
  if (id === null) return;
  // Nobody is told when the topic of the signals of two people moves.
  change(state, id, (held) => ({ ...held, isStale: true }));
  asking.catchUp.ask("sync");
  await history.loadNewest(id);
}

function end({ ending, asking, sending, listening, readMarks }: Parts): void {
  ending.abort();
  for (const part of [sending.drafts, asking.catchUp, sending.outbox, readMarks]) part.end();
  listening.signals.clear();
  listening.lines.want(new Set());
}
