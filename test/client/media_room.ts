// The room of media on a scripted server: each request is answered as the test says.
import { ChatError } from "../../client/errors.ts";
import type { Files, Place } from "../../client/media/files.ts";
import { type MediaOptions, type MediaRoom, mediaRoom } from "../../client/rooms/media.ts";
import type { Call } from "../../client/types.ts";

export const PLACE = { bucket: "chat-images", path: "alice/20261122/1_a.png" };
export const CHECKED = { media_id: "m", url: "https://x/y", image_class_id: 7, create_time: 1 };

/** What becomes of requests, by their names: an answer, or an error that is thrown. The last one stays. */
export type Script = Record<string, unknown[]>;

export type Stage = {
  room: MediaRoom;
  forgetLinks: () => void;
  /** Requests in their order: name and what was given. */
  asked: [string, unknown][];
  names: () => string[];
  /** Milliseconds of the waits in between. */
  waits: number[];
  now: { time: number };
  /** From now on waits do not end by themselves. */
  freeze: () => void;
  /** The line has come back. */
  comeOnline: () => void;
};

export function stage(script: Script = {}, options: MediaOptions = {}): Stage {
  const asked: Stage["asked"] = [];
  const waits: number[] = [];
  let isFrozen = false;
  const now = { time: 1_800_000_000_000 };
  const watchers = new Set<() => void>();
  const ask = async (name: string, given: unknown): Promise<unknown> => {
    asked.push([name, given]);
    const answers = script[name] ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    await Promise.resolve();
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? await answer(given) : answer ?? DEFAULTS[name];
  };
  const { room, forgetLinks } = mediaRoom({
    call: ((verb, args) => ask(verb, args)) as Call, // a script answers anything
    files: filesOf(ask),
    clock: {
      now: () => now.time,
      random: () => 0.5,
      after: (milliseconds, callback) => {
        waits.push(milliseconds);
        let isOver = false;
        queueMicrotask(() => isOver || isFrozen || callback());
        return () => isOver = true;
      },
    },
    surroundings: {
      isOnline: () => true,
      isVisible: () => true,
      watch: (listener) => {
        watchers.add(listener);
        return () => watchers.delete(listener);
      },
    },
    options,
  });
  const names = () => asked.map(([name]) => name);
  const comeOnline = () => watchers.forEach((listener) => listener());
  const freeze = () => void (isFrozen = true);
  return { room, forgetLinks, asked, names, waits, now, freeze, comeOnline };
}

const DEFAULTS: Record<string, unknown> = {
  prepare_upload: PLACE,
  "chat-media": CHECKED,
  get_upload: new ChatError("media_not_found", 404, ""),
};

function filesOf(ask: (name: string, given: unknown) => Promise<unknown>): Files {
  const answerTo = async <Value>(name: string, given: unknown) => await ask(name, given) as Value;
  return {
    put: (place: Place, file) => answerTo("put", { ...place, type: file.type, size: file.size }),
    sign: async (bucket, paths, expiresIn) =>
      await answerTo<(string | null)[] | undefined>("sign", { bucket, paths, expiresIn }) ??
        paths.map((path) => `https://files/${bucket}/${path}`),
    signSmaller: (place, expiresIn, sides) =>
      answerTo("sign one", { ...place, expiresIn, ...sides }),
    invoke: (name, body) => answerTo(name, body),
    access: () => answerTo("access", {}),
  };
}

export const unreachable = () => new ChatError("unreachable", 0, "no line");
export const refused = (code: string, status: number) => new ChatError(code, status, code);
