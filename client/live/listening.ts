// The part of a session that is on the line: the right topics, and who types in the open conversation.
import type { LineStatus } from "../transport.ts";
import type { Asking } from "./asking.ts";
import type { Ground } from "./ground.ts";
import { createLines, isSignal, type Lines, userTopic } from "./lines.ts";
import { createSignals, type Signals } from "./signals.ts";
import { wantedTopics } from "./topics.ts";

export interface Listening {
  readonly lines: Lines;
  readonly signals: Signals;
  /** Joins and leaves topics as the state wants it. */
  follow(): void;
  /** One types in the open conversation. */
  type(): void;
}

/** `onBack`: one's own topic is heard, again or for the first time. */
export function createListening(ground: Ground, asking: Asking, onBack: () => void): Listening {
  const { me, state, transport, settings, touch, ending } = ground;
  const { ask } = asking.catchUp;
  const signals = createSignals(me, transport.clock, () => touch("signals"));
  const lines = createLines({
    transport,
    onPush: (topic, event, payload) => {
      if (isSignal(topic)) return signals.hear(event, payload);
      asking.hear(event, payload);
      signals.hearPush(event, payload);
    },
    onPresence: (_topic, tracked) => signals.meet(tracked),
    onStatus: (topic, status) => {
      touch("status");
      if (isSignal(topic)) onSignalStatus(topic, status);
      else if (status === "joined" && topic === userTopic(me)) onBack();
      else if (status !== "failing") ask("sync");
    },
  });

  function onSignalStatus(topic: string, status: LineStatus): void {
    if (status === "joined") lines.line(topic)?.track({ user_id: me });
    // Between two people nobody is told that it moved.
    if (status === "refused") ask("list");
  }

  function follow(): void {
    if (ending.signal.aborted) return;
    lines.want(wantedTopics(state, settings.maxTopics, lines.isJoined));
  }

  ground.followers.push(follow);
  return {
    lines,
    signals,
    follow,
    type: () => {
      const open = state.conversations.get(state.openId.current ?? "");
      const topic = open?.item.signal_topic;
      // Before it has joined, supabase-js would make a request of it.
      if (topic && lines.isJoined(topic)) signals.type(lines.line(topic));
    },
  };
}
