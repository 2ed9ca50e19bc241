import { type EncodedPacket, EncodedPacketSink, type InputVideoTrack } from "../deps.ts";
import type { Limits } from "./limits.ts";
import { CoverRefusal, tooLarge, unreadable } from "./refusal.ts";
import type { Source } from "./source.ts";

/** What has to be decoded for one picture, from a key picture on, in the order of decoding. */
export type Group = {
  readonly packets: readonly EncodedPacket[];
  /** One of the packets. */
  readonly wanted: EncodedPacket;
};

/** Key pictures that turn out to be of no use before we give up. */
const MOST_FALSE_KEYS = 20;
/** Pictures that a decoder may hold back at once, in all codings that we know. */
const MOST_PUT_OFF = 16;
/** Seconds to look back for a key picture that was not found at once. */
const LOOK_BACK = [0, 1, 5, 30, 180];

/** The key picture at or before `time` seconds, or the first of all. */
export async function findKey(
  track: InputVideoTrack,
  time: number,
  limits: Limits,
): Promise<Group> {
  const key = await lastKey(track, time, limits, Infinity);
  return { packets: [key], wanted: key };
}

/** The picture that is on screen at `time` seconds, and all that it may be made from. */
export async function findExact(
  track: InputVideoTrack,
  time: number,
  limits: Limits,
  source: Source,
): Promise<Group> {
  const sink = new EncodedPacketSink(track);
  const found = await sink.getPacket(time, { metadataOnly: true });
  if (!found) return await findKey(track, time, limits);
  const key = await lastKey(track, time, limits, found.sequenceNumber);
  const listed = await list(sink, key, found, limits);
  const shown = listed
    .filter(({ timestamp }) => timestamp <= time)
    .reduce((one, other) => other.timestamp > one.timestamp ? other : one, key);
  const count = listed.indexOf(shown) + 1;
  source.expect?.(listed.slice(0, count).reduce((sum, { byteLength }) => sum + byteLength, 0));
  const packets = [key];
  for (let last = key; packets.length < count; packets.push(last)) {
    last = await sink.getNextPacket(last) ?? endsEarly();
  }
  return {
    // Pictures shown before the key are made from what is before it: there is nothing to decode them with.
    packets: packets.filter(({ timestamp }) => timestamp >= key.timestamp),
    wanted: packets.at(-1) ?? key,
  };
}

/**
 * What the index says about the packets from `key` to `found`, and some more: the demuxer looks for a time in
 * one fragment or cluster only, and the picture on screen then may be in the one before or after.
 */
async function list(
  sink: EncodedPacketSink,
  key: EncodedPacket,
  found: EncodedPacket,
  limits: Limits,
): Promise<EncodedPacket[]> {
  const listed = [key];
  let bytes = key.byteLength;
  let more = MOST_PUT_OFF;
  for (let last = key; last.sequenceNumber < found.sequenceNumber || more > 0;) {
    if (last.sequenceNumber >= found.sequenceNumber) more -= 1;
    const next = await sink.getNextPacket(last, { metadataOnly: true });
    if (!next) break;
    last = next;
    bytes += next.byteLength;
    if (listed.push(next) > limits.groupPackets || bytes > limits.groupBytes) {
      throw new CoverRefusal(
        "video_too_slow",
        "The key pictures of the film are too far apart for an exact cover: ask for a fast one.",
      );
    }
  }
  return listed;
}

/** The last key at or before `time` that is decoded no later than `sequenceNumber`. */
async function lastKey(
  track: InputVideoTrack,
  time: number,
  limits: Limits,
  sequenceNumber: number,
): Promise<EncodedPacket> {
  const sink = new EncodedPacketSink(track);
  const step = 1 / await track.getTimeResolution();
  let before = time;
  for (let attempt = 0; attempt < MOST_FALSE_KEYS; attempt += 1) {
    const listed = await keyBefore(sink, before);
    if (!listed) break;
    if (listed.byteLength > limits.groupBytes) {
      throw tooLarge("A picture of the film is too large.");
    }
    const key = await sink.getKeyPacket(listed.timestamp) ?? endsEarly();
    // An index may call a picture a key that is none: decoding from there on gives mud.
    const isKey = await track.determinePacketType(key) !== "delta";
    if (isKey && key.sequenceNumber <= sequenceNumber) return key;
    before = key.timestamp - step;
  }
  throw unreadable("The film has no picture to begin with.");
}

/**
 * The last picture at or before `time` that the index calls a key, or the first of all. In fragments the demuxer
 * looks for it only from the fragment on that it has read last.
 */
export async function keyBefore(
  sink: EncodedPacketSink,
  time: number,
): Promise<EncodedPacket | null> {
  for (const back of LOOK_BACK) {
    const key = await sink.getKeyPacket(time - back, { metadataOnly: true });
    if (key) return key;
  }
  return await sink.getFirstKeyPacket({ metadataOnly: true });
}

function endsEarly(): never {
  throw unreadable("The film ends before the picture.");
}
