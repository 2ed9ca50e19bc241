import type { z } from "npm:zod@4.6.7";
import type { RealtimeClient } from "@supabase/supabase-js";
import { PUSHES, type PushEvent } from "../../functions/_shared/contract.ts";

const PATIENCE = 10_000;

/** Sent by a test, to know that everything before it has arrived. */
const MARKER = "test_marker";

export type Push = { event: string; payload: unknown };

/** What one device hears on its person's topic. A test takes pushes out of it, in any order of events. */
export class Inbox {
  readonly #untaken: Push[] = [];
  #problem: Error | null = null;
  #wake = Promise.withResolvers<void>();

  /** Joins the topic and waits until the database's broadcasts flow. */
  static async open(realtime: RealtimeClient, topic: string): Promise<Inbox> {
    const inbox = new Inbox();
    const ready = Promise.withResolvers<void>();
    await realtime.setAuth(); // before the first join, or it goes out without a token
    realtime.channel(topic, { config: { private: true, broadcast: { replication_ready: true } } })
      .on("broadcast", { event: "*" }, ({ event, payload }) => inbox.#add({ event, payload }))
      .on("system", {}, ({ message }) => {
        if (message === "Replication connection established") ready.resolve();
      })
      .subscribe((_status, error) => error && ready.reject(error));
    await within(ready.promise, () => `nothing was ready on ${topic}`);
    return inbox;
  }

  /** Takes the next push of a kind, which may have come already. */
  async next<Event extends PushEvent>(event: Event): Promise<z.infer<typeof PUSHES[Event]>> {
    const { payload } = await this.#take((push) => push.event === event, event);
    // The same schema has accepted it when it came.
    return payload as z.infer<typeof PUSHES[Event]>;
  }

  /** Takes everything that was pushed up to the marker which `mark` broadcasts from the database. */
  async rest(mark: (event: string, id: string) => Promise<unknown>): Promise<Push[]> {
    const id = crypto.randomUUID();
    await mark(MARKER, id);
    const isMarker = ({ event, payload }: Push) =>
      event === MARKER && (payload as { id: string }).id === id;
    await this.#take(isMarker, MARKER);
    return this.#untaken.splice(0).filter(({ event }) => event !== MARKER);
  }

  /** @throws when something has come that is not as the contract says. */
  check(): void {
    if (this.#problem) throw this.#problem;
  }

  #add({ event, payload }: Push): void {
    if (event !== MARKER) {
      const schema = PUSHES[event as PushEvent];
      const parsed = schema?.safeParse(payload);
      if (!parsed?.success) {
        const reason = parsed?.error.message ?? "there is no such event";
        this.#problem ??= new Error(`${event}: ${reason}: ${JSON.stringify(payload)}`);
      }
    }
    this.#untaken.push({ event, payload });
    const woken = this.#wake;
    this.#wake = Promise.withResolvers();
    woken.resolve();
  }

  async #take(match: (push: Push) => boolean, wanted: string): Promise<Push> {
    const deadline = Date.now() + PATIENCE;
    while (true) {
      this.check();
      const index = this.#untaken.findIndex(match);
      if (index >= 0) return this.#untaken.splice(index, 1)[0]!;
      const heard = () => `${wanted} did not come; heard: ${JSON.stringify(this.#untaken)}`;
      await within(this.#wake.promise, heard, deadline - Date.now());
    }
  }
}

/** Waits for something, but not for ever. */
export async function within<Value>(
  promise: Promise<Value>,
  complaint: () => string,
  milliseconds: number = PATIENCE,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(complaint())), milliseconds);
  return await Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

/** For what nobody announces: asks again until it holds. */
export async function eventually(
  holds: () => Promise<boolean> | boolean,
  complaint: string,
  milliseconds: number = PATIENCE,
): Promise<void> {
  for (const start = Date.now(); !await holds();) {
    if (Date.now() - start > milliseconds) throw new Error(complaint);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
