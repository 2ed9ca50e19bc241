// One file from the device into the library: ask where it goes, bring it there, have it looked at.
import type { CheckedMedia } from "../../functions/_shared/contract.ts";
import { ChatError } from "../errors.ts";
import { type BackOff, createBackOff } from "../live/back_off.ts";
import type { Clock, Surroundings } from "../transport.ts";
import type { Args, Call } from "../types.ts";
import { type Course, createCourse } from "./course.ts";
import type { Files } from "./files.ts";
import { type Sender, type Sending, sendWhole, type Uploadable } from "./sender.ts";

export type UploadWish = {
  readonly kind: "image" | "video" | "audio" | "file" | "cover";
  /** Gives the path its extension, and is shown; that of a `File` by default. */
  readonly fileName?: string;
  /** Up to four names, for the path. */
  readonly directory?: string;
  /** A class of the app's own. */
  readonly imageClassId?: number;
  /** Milliseconds; counts where the file does not say. */
  readonly duration?: number;
  /** 1 to 128 numbers from 0 to 100. */
  readonly waveform?: readonly number[];
  /** The video that a cover is of, by its `media_id`. */
  readonly coverOf?: string;
  /** Makes a picture of a person or a group of an image: see `avatar()`. */
  readonly avatar?: boolean;
  readonly onProgress?: (sent: number, total: number) => void;
};

export interface Upload {
  /** The file as the library has it. @throws {ChatError} also `aborted` */
  readonly done: Promise<CheckedMedia>;
  /** Stops for now. What is in one request arrives all the same; then nothing more is done. */
  pause(): void;
  resume(): void;
  abort(): void;
}

export type UploadGround = {
  readonly call: Call;
  readonly files: Files;
  readonly clock: Clock;
  readonly surroundings: Surroundings;
  /** For files up to this many bytes; larger ones go by `parts`, where there is one. */
  readonly wholeUpTo: number;
  readonly whole?: Sender | undefined;
  readonly parts?: Sender | undefined;
};

/** How often in a row without anything arriving. With the waits in between that is about five minutes. */
const TRIES = 10;

export function startUpload(file: Uploadable, wish: UploadWish, ground: UploadGround): Upload {
  const course = createCourse();
  const backOff = createBackOff(ground.clock);
  const unwatch = ground.surroundings.watch(() => {
    if (ground.surroundings.isOnline()) backOff.hurry();
  });
  course.signal.addEventListener("abort", () => backOff.hurry()); // or its timer would live on
  const done = bring(file, wish, ground, createPatience(course, backOff)).finally(unwatch);
  done.catch(() => {}); // whoever aborts need not listen
  return { done, pause: course.pause, resume: course.resume, abort: course.abort };
}

async function bring(
  file: Uploadable,
  wish: UploadWish,
  ground: UploadGround,
  patience: Patience,
): Promise<CheckedMedia> {
  const { call, files } = ground;
  const asked = askFor(file, wish);
  const place = await patience.keep(() => call("prepare_upload", asked));
  let furthest = 0;
  const sending = senderFor(file, ground)({
    file,
    place,
    mimeType: asked.mime_type,
    key: [place.bucket, place.path.split("/", 1)[0], wish.directory ?? ""].join(" "),
    access: files.access,
    onProgress: (sent) => {
      if (sent > furthest) patience.renew();
      furthest = Math.max(furthest, sent);
      wish.onProgress?.(sent, file.size);
    },
  });
  await send(sending, asked, ground, patience);
  wish.onProgress?.(file.size, file.size);
  const words = wordsOf(asked, wish);
  return await patience.keep(() => files.invoke("chat-media", { ...sending.place(), ...words }));
}

async function send(
  sending: Sending,
  asked: Args<"prepare_upload">,
  { call }: UploadGround,
  patience: Patience,
): Promise<void> {
  let isForGood = true;
  try {
    await patience.keep(async (signal) => {
      try {
        await sending.attempt(signal);
      } catch (error) {
        // The answer may have been lost, and whoever repeats it then hears that the place is taken.
        if (signal.aborted || !await hasArrived(call, sending)) throw error;
      }
    });
  } catch (error) {
    isForGood = !isFault(error);
    // Storage says no without a reason; the verb has one.
    if (error instanceof ChatError && error.code === "upload_refused") {
      await call("prepare_upload", asked);
    }
    throw error;
  } finally {
    sending.end(isForGood);
  }
}

async function hasArrived(call: Call, sending: Sending): Promise<boolean> {
  const upload = await call("get_upload", { ...sending.place() }).catch(() => null);
  return typeof upload?.version === "string";
}

function askFor(file: Uploadable, { kind, directory, ...wish }: UploadWish) {
  const file_name = wish.fileName ?? ("name" in file ? file.name : undefined);
  return {
    kind,
    mime_type: file.type.split(";", 1)[0]?.trim() || "application/octet-stream",
    size: file.size,
    ...file_name === undefined ? {} : { file_name },
    ...directory === undefined ? {} : { directory },
  };
}

/** What `chat-media` is told besides where the file is. */
function wordsOf({ file_name }: Args<"prepare_upload">, wish: UploadWish) {
  const words = {
    file_name,
    image_class_id: wish.imageClassId,
    duration: wish.duration === undefined ? undefined : Math.round(wish.duration),
    waveform: wish.waveform,
    cover_of: wish.coverOf,
    avatar: wish.avatar,
  };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

function senderFor(file: Uploadable, { whole, parts, wholeUpTo, files }: UploadGround): Sender {
  return file.size > wholeUpTo && parts ? parts : whole ?? sendWhole(files);
}

/** Tries again while nobody has refused it. */
interface Patience {
  keep<Value>(act: (signal: AbortSignal) => Promise<Value>): Promise<Value>;
  /** Something arrives: the next failure is the first one again. */
  renew(): void;
}

function createPatience(course: Course, backOff: BackOff): Patience {
  let failures = 0;
  function renew(): void {
    failures = 0;
    backOff.reset();
  }
  return {
    renew,
    keep: async (act) => {
      for (;;) {
        try {
          const value = await course.run(act);
          renew();
          return value;
        } catch (reason) {
          if (!isFault(reason) || course.signal.aborted || ++failures >= TRIES) throw reason;
          await backOff.wait((reason.retryAfter ?? 0) * 1_000);
        }
      }
    },
  };
}

/** Of the line or of the server. A quota that is used up today will be so a minute later. */
function isFault(reason: unknown): reason is ChatError {
  if (!(reason instanceof ChatError)) return false;
  return reason.status >= 500 || reason.status === 0 && reason.code !== "aborted";
}
