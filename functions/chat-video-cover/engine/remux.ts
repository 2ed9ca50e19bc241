import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  type InputVideoTrack,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type VideoCodec,
} from "../deps.ts";
import type { Group } from "./group.ts";
import { free } from "./memory.ts";
import { onlyNeeded } from "./needed.ts";
import { unreadable } from "./refusal.ts";

/** A film of the one group of pictures that is to be decoded. */
export type Clip = {
  readonly bytes: Uint8Array;
  readonly demuxer: string;
  /** Seconds between the picture before the wanted one and the wanted one. */
  readonly seek: number;
};

/** Seconds of each picture of a clip: when it is shown in the film does not matter here. */
const STEP = 0.04;

const FORMATS = {
  // With the index at the end, the pictures need not be kept until it is written.
  avc: () => new Mp4OutputFormat({ fastStart: false }),
  hevc: () => new Mp4OutputFormat({ fastStart: false }),
  vp9: () => new Mp4OutputFormat({ fastStart: false }),
  vp8: () => new MkvOutputFormat(),
  prores: () => new MovOutputFormat({ fastStart: false }),
} as const satisfies Partial<Record<VideoCodec, () => unknown>>;

/** A coding that can be cut, and decoded afterwards. */
export type Coding = keyof typeof FORMATS;

export function isCoding(codec: VideoCodec): codec is Coding {
  return codec in FORMATS;
}

export async function remux(track: InputVideoTrack, codec: Coding, group: Group): Promise<Clip> {
  const decoderConfig = await track.getDecoderConfig();
  if (!decoderConfig) throw unreadable("The film does not say how it is coded.");
  const { packets, wanted } = onlyNeeded(group, codec, decoderConfig);
  const target = new BufferTarget();
  const output = new Output({ format: FORMATS[codec](), target });
  const video = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(video);
  await output.start();
  const shown = [...packets].sort((one, other) => one.timestamp - other.timestamp);
  const places = new Map(shown.map((packet, place) => [packet, place]));
  for (const packet of packets) {
    const place = places.get(packet) ?? 0;
    // Only the first one is to be a key: the muxer does not know of pictures shown before a key that follow it.
    const type = packet === packets[0] ? "key" : "delta";
    await video.add(new EncodedPacket(packet.data, type, place * STEP, STEP), { decoderConfig });
  }
  await output.finalize();
  for (const { data } of group.packets) free(data);
  const { buffer } = target;
  if (!buffer) throw unreadable("The film cannot be cut.");
  return {
    bytes: new Uint8Array(buffer),
    demuxer: codec === "vp8" ? "matroska" : "mov",
    seek: Math.max(0, ((places.get(wanted) ?? 0) - 0.5) * STEP),
  };
}
