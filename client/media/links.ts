// Links to files, asked for together and kept until shortly before they end.
import { ChatError } from "../errors.ts";
import type { Clock } from "../transport.ts";
import type { Files, Place, Sides } from "./files.ts";

export type LinkOptions = Sides & {
  /** Seconds; an hour by default. */
  readonly expiresIn?: number;
};

export interface Links {
  /** @throws {ChatError} `media_not_found` also where one may not read it */
  get(place: Place, options: LinkOptions): Promise<string>;
  /** None stays for the next person: a link opens the file to whoever has it. */
  forget(): void;
}

type Known = { readonly url: Promise<string>; readonly end: number };
type Waiting = {
  readonly path: string;
  readonly resolve: (url: string) => void;
  readonly reject: (error: unknown) => void;
};

const HOUR = 3_600;
/** A link that is handed out works at least so much of its time on, but not more than a minute. */
const REST = 0.1;
const MOST_REST = 60;
const KEPT = 1_000;
const PER_REQUEST = 100;

export function createLinks(files: Files, clock: Clock): Links {
  const known = new Map<string, Known>();
  const asked = new Map<string, Waiting[]>();

  function keep(key: string, expiresIn: number, sign: () => Promise<string>): Promise<string> {
    const kept = known.get(key);
    if (kept && kept.end > clock.now()) return kept.url;
    const url = sign();
    const seconds = expiresIn - Math.min(MOST_REST, expiresIn * REST);
    const entry = { url, end: clock.now() + seconds * 1_000 };
    known.delete(key); // a new one is the youngest
    known.set(key, entry);
    if (known.size > KEPT) known.delete(known.keys().next().value!); // it is not empty
    url.catch(() => {
      if (known.get(key) === entry) known.delete(key);
    });
    return url;
  }

  /** Together with what else is asked for in the same go. */
  function ask({ bucket, path }: Place, expiresIn: number): Promise<string> {
    const name = `${expiresIn} ${bucket}`;
    return new Promise((resolve, reject) => {
      const waiting = asked.get(name) ?? [];
      waiting.push({ path, resolve, reject });
      asked.set(name, waiting);
      if (waiting.length > 1) return;
      queueMicrotask(() => {
        asked.delete(name);
        for (let at = 0; at < waiting.length; at += PER_REQUEST) {
          void signAll(files, bucket, expiresIn, waiting.slice(at, at + PER_REQUEST));
        }
      });
    });
  }

  return {
    get: (place, { expiresIn = HOUR, ...sides }) => {
      const isWhole = sides.width === undefined && sides.height === undefined;
      const key = JSON.stringify([place.bucket, place.path, expiresIn, sides.width, sides.height]);
      return keep(
        key,
        expiresIn,
        () => isWhole ? ask(place, expiresIn) : files.signSmaller(place, expiresIn, sides),
      );
    },
    forget: () => known.clear(),
  };
}

async function signAll(
  files: Files,
  bucket: string,
  expiresIn: number,
  waiting: readonly Waiting[],
): Promise<void> {
  try {
    const urls = await files.sign(bucket, waiting.map(({ path }) => path), expiresIn);
    waiting.forEach(({ resolve, reject }, i) => {
      const url = urls[i];
      if (url) resolve(url);
      else {reject(
          new ChatError("media_not_found", 404, "There is no such file, or you cannot see it."),
        );}
    });
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}
