// A voice message: what the microphone hears, how long it was, and how loud over time. An entry point of its own.
import { ChatError } from "../errors.ts";
import { loudnessOf, waveformOf } from "./loudness.ts";

/** What `chat.media.upload` takes: `upload(voice.file, { kind: "audio", ...voice })`. */
export type Voice = {
  readonly file: File;
  /** Milliseconds. */
  readonly duration: number;
  readonly waveform: readonly number[];
};

export interface Recording {
  /** Ends it and answers what was said. */
  finish(): Promise<Voice>;
  /** Ends it, and nothing was said. */
  cancel(): Promise<void>;
  /** How loud it is right now, 0 to 1. */
  level(): number;
}

/** What phones and browsers play everywhere comes first. */
const TYPES = ["audio/mp4", "audio/webm", "audio/ogg"];
/** Milliseconds between two looks at how loud it is. */
const LOOK_EVERY = 50;

/** What this needs of browsers, so that nobody has to compile with their types. */
type Microphone = { getTracks(): { stop(): void }[] };
type Recorder = EventTarget & {
  readonly state: string;
  readonly mimeType: string;
  start(): void;
  stop(): void;
  ondataavailable: ((event: { data: Blob }) => void) | null;
};
type Analyser = { readonly fftSize: number; getByteTimeDomainData(wave: Uint8Array): void };
type Sound = {
  createAnalyser(): Analyser;
  createMediaStreamSource(microphone: Microphone): { connect(analyser: Analyser): void };
  close(): Promise<void>;
};
type Browser = {
  readonly navigator: {
    mediaDevices?: { getUserMedia(wish: { audio: true }): Promise<Microphone> };
  };
  readonly MediaRecorder?: {
    new (microphone: Microphone, options: { mimeType?: string }): Recorder;
    isTypeSupported(type: string): boolean;
  };
  readonly AudioContext?: new () => Sound;
};

function browser(): Browser {
  return globalThis as unknown as Browser; // not all of it is there everywhere
}

/** Whether the browser can record at all: pages without https cannot. */
export function canRecordVoice(): boolean {
  const { navigator, MediaRecorder, AudioContext } = browser();
  return Boolean(navigator.mediaDevices && MediaRecorder && AudioContext);
}

/**
 * Asks for the microphone and begins. Call it from a click, or phones keep silent about how loud it is.
 *
 * @throws {ChatError} `microphone_unavailable`: there is none, or the person did not allow it
 */
export async function recordVoice(): Promise<Recording> {
  const { navigator, MediaRecorder, AudioContext } = browser();
  if (!navigator.mediaDevices || !MediaRecorder || !AudioContext) throw unavailable("no recorder");
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true }).catch((cause) => {
    throw unavailable(cause);
  });
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(microphone, mimeType ? { mimeType } : {});
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const ended = new Promise<number>((resolve) => {
    // Also when somebody pulls the microphone out.
    recorder.addEventListener("stop", () => resolve(performance.now()));
  });
  const ear = listen(new AudioContext(), microphone);
  recorder.start();
  const begun = performance.now();

  let stopped: Promise<number> | null = null;
  const stop = () => stopped ??= end();

  async function end(): Promise<number> {
    if (recorder.state !== "inactive") recorder.stop();
    const duration = Math.round(await ended - begun);
    ear.end();
    for (const track of microphone.getTracks()) track.stop();
    return duration;
  }

  return {
    finish: async () => {
      const duration = await stop();
      const type = recorder.mimeType.split(";", 1)[0] || "audio/webm";
      const file = new File(parts, `voice.${type.split("/")[1]}`, { type });
      return { file, duration, waveform: waveformOf(ear.values) };
    },
    cancel: async () => void await stop(),
    level: () => ear.values.at(-1) ?? 0,
  };
}

function unavailable(cause: unknown): ChatError {
  return new ChatError("microphone_unavailable", 0, String(cause), { cause });
}

function listen(
  sound: Sound,
  microphone: Microphone,
): { values: readonly number[]; end: () => void } {
  const analyser = sound.createAnalyser();
  sound.createMediaStreamSource(microphone).connect(analyser);
  const wave = new Uint8Array(analyser.fftSize);
  const values: number[] = [];
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(wave);
    values.push(loudnessOf(wave));
  }, LOOK_EVERY);
  return {
    values,
    end: () => {
      clearInterval(timer);
      void sound.close();
    },
  };
}
