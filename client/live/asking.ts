// The part of a session that knows: it asks, hears, and takes over what it is told.
import type { ChatError } from "../errors.ts";
import { trim } from "../store/state.ts";
import type { Call } from "../types.ts";
import { type CatchUp, createCatchUp } from "./catch_up.ts";
import type { Ground } from "./ground.ts";
import { hear, type Hearing } from "./hear.ts";
import { learn } from "./learn.ts";

/** How it goes: for a line on top of the screen. */
export type Progress = { isSynced: boolean; problem: ChatError | null };

export interface Asking {
  readonly progress: Progress;
  readonly catchUp: CatchUp;
  readonly hearing: Hearing;
  /** Calls a verb and takes over what it answers. */
  readonly call: Call;
  /** Takes a push, from wherever it came. */
  hear(event: string, payload: unknown): void;
}

export function createAsking(ground: Ground): Asking {
  const { state, transport, settings, touch, ending } = ground;
  const progress: Progress = { isSynced: false, problem: null };
  const changed = () => ground.followers.forEach((follow) => follow());
  const catchUp = createCatchUp({
    state,
    transport,
    pageSize: settings.syncPageSize,
    onChange: () => {
      trim(state, settings.maxLogs, settings.maxLogLength);
      changed();
    },
    onRest: (problem) => {
      progress.isSynced ||= problem === null;
      progress.problem = problem;
      touch("status");
    },
  });
  const { clock } = transport;
  const hearing: Hearing = {
    state,
    ask: catchUp.ask,
    isAsking: catchUp.isRunning,
    askLater: () =>
      void clock.after(clock.random() * settings.moveJitter, () => catchUp.ask("sync")),
  };
  return {
    progress,
    catchUp,
    hearing,
    call: async (verb, args) => {
      const answer = await transport.call(verb, args);
      if (!ending.signal.aborted) learn(hearing, verb, answer);
      return answer;
    },
    hear: (event, payload) => {
      hear(hearing, event, payload);
      changed();
    },
  };
}
