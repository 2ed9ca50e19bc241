// Small films and sounds: real containers around packets that nobody decodes.
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MovOutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WavOutputFormat,
  WebMOutputFormat,
} from "mediabunny";
import { ascii, type Bytes, concat, u32 } from "../../functions/chat-media/bytes.ts";
import { SECRET } from "./media_pictures.ts";

export const FILM_WIDTH = 320;
export const FILM_HEIGHT = 240;

const VIDEO = { vp8: "vp8", vp9: "vp09.00.10.08" } as const;
/** What Opus needs to be told in Ogg: its name, version, one channel, and how fast. */
const OPUS = concat([ascii("OpusHead\x01\x01\x38\x01\x80\xbb"), new Uint8Array(5)]);
const AUDIO = {
  opus: { codec: "opus", sampleRate: 48_000, numberOfChannels: 1, description: OPUS },
  "pcm-s16": { codec: "pcm-s16", sampleRate: 8_000, numberOfChannels: 1 },
} as const;

type Tracks = { video?: keyof typeof VIDEO; audio?: keyof typeof AUDIO; turned?: boolean };

/** Two seconds, or as many as asked for. */
async function make(
  format: OutputFormat,
  { video, audio, turned = false }: Tracks,
  { seconds = 2, packet = 100 } = {},
): Promise<Bytes> {
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const pictures = video && new EncodedVideoPacketSource(video);
  const sound = audio && new EncodedAudioPacketSource(audio);
  if (pictures) output.addVideoTrack(pictures, { rotation: turned ? 90 : 0 });
  if (sound) output.addAudioTrack(sound);
  await output.start();
  for (let i = 0; i < seconds * 25; i += 1) {
    const data = new EncodedPacket(new Uint8Array(packet).fill(1), "key", i / 25, 1 / 25);
    if (pictures) {
      const codec = VIDEO[video];
      const decoderConfig = { codec, codedWidth: FILM_WIDTH, codedHeight: FILM_HEIGHT };
      await pictures.add(data, { decoderConfig });
    }
    if (sound) await sound.add(data, { decoderConfig: AUDIO[audio] });
  }
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer());
}

export const film = {
  mp4: () => make(new Mp4OutputFormat({ fastStart: "in-memory" }), { video: "vp9", audio: "opus" }),
  indexAtEnd: (seconds: number) =>
    make(new Mp4OutputFormat({ fastStart: false }), { video: "vp9" }, { seconds, packet: 20_000 }),
  turned: () => make(new Mp4OutputFormat({ fastStart: false }), { video: "vp9", turned: true }),
  mov: () => make(new MovOutputFormat(), { video: "vp9" }),
  fragmented: () => make(new Mp4OutputFormat({ fastStart: "fragmented" }), { video: "vp9" }),
  webm: () => make(new WebMOutputFormat(), { video: "vp8", audio: "opus" }),
  /** As browsers record: nobody knows yet how long it will be. */
  recorded: (seconds = 2) =>
    make(new WebMOutputFormat({ appendOnly: true }), { video: "vp8" }, { seconds, packet: 20_000 }),
} as const;

export const sound = {
  m4a: () => make(new Mp4OutputFormat({ fastStart: false }), { audio: "opus" }),
  webm: () => make(new WebMOutputFormat(), { audio: "opus" }),
  ogg: () => make(new OggOutputFormat(), { audio: "opus" }),
  wav: () => make(new WavOutputFormat(), { audio: "pcm-s16" }, { seconds: 1, packet: 640 }),
  amr: () => concat([ascii("#!AMR\n"), new Uint8Array(320).fill(0x3c)]),
} as const;

/** The same with the place in all the boxes where phones write it. The index must stand behind the data. */
export function withPlaces(mp4: Bytes): Bytes {
  const start = indexOf(mp4, "moov") - 4;
  const moov = mp4.subarray(start, start + new DataView(mp4.buffer).getUint32(start));
  if (start + moov.length !== mp4.length) throw new Error("The index is not at the end.");
  const trak = moov.subarray(indexOf(moov, "trak") - 4);
  const place = box("udta", box("\xa9xyz", ascii(`\0\x12\x15\xc7+31.23+121.47/${SECRET}`)));
  const name = "com.apple.quicktime.location.ISO6709";
  const value = box("data", concat([u32(1), u32(0), ascii(`+31.23+121.47/${SECRET}`)]));
  const keys = box(
    "meta",
    concat([
      box("hdlr", concat([new Uint8Array(8), ascii("mdta"), new Uint8Array(13)])),
      box("keys", concat([u32(0), u32(1), u32(8 + name.length), ascii(`mdta${name}`)])),
      box("ilst", box("\0\0\0\x01", value)),
    ]),
  );
  const track = box("trak", concat([trak.subarray(8), place]));
  const head = moov.subarray(8, moov.length - trak.length);
  return concat([
    mp4.subarray(0, start),
    box("moov", concat([head, track, place, keys])),
    box("uuid", ascii(`0123456789abcdef${SECRET}`)),
  ]);
}

export function box(type: string, body: Uint8Array): Bytes {
  return concat([u32(body.length + 8), ascii(type), body]);
}

function indexOf(bytes: Uint8Array, type: string): number {
  return new TextDecoder("latin1").decode(bytes).indexOf(type);
}
