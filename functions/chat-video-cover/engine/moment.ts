import { type EncodedPacket, EncodedPacketSink, type InputVideoTrack } from "../deps.ts";
import type { Edits } from "./edits.ts";
import { keyBefore } from "./group.ts";

const METADATA = { metadataOnly: true } as const;
/** Pictures of the last group that are looked at to find the one shown last. */
const MOST_LAST = 1_000;

/** In seconds of the track. */
export type Moment = { readonly end: number; readonly isBeyondEnd: boolean };

/** When the film ends, and whether `time` is after that. */
export async function findMoment(
  track: InputVideoTrack,
  time: number,
  edits: Edits,
): Promise<Moment> {
  const sink = new EncodedPacketSink(track);
  const shown = await sink.getPacket(time, METADATA);
  const told = await track.getDurationFromMetadata();
  if (edits.end !== null && time >= edits.end) return { end: edits.end, isBeyondEnd: true };
  const isShown = !shown || time < endOf(shown);
  const known = edits.end ?? told;
  if (isShown && known !== null) return { end: known, isBeyondEnd: false };
  // The index may promise more than there is: only pictures count.
  const end = await lastEnd(sink, told ?? 0);
  return { end: Math.min(edits.end ?? Infinity, end), isBeyondEnd: !isShown && time >= end };
}

/** When the last picture of a track ends; some formats do not say how long it is shown, but may tell `told`. */
async function lastEnd(sink: EncodedPacketSink, told: number): Promise<number> {
  // What is shown last need not come last, so all that may have been put off are looked at.
  const last = await sink.getPacket(Infinity, METADATA);
  let packet = last && await keyBefore(sink, last.timestamp);
  let end = 0;
  for (let count = 0; packet && count < MOST_LAST; count += 1) {
    end = Math.max(end, packet.duration ? endOf(packet) : told);
    packet = await sink.getNextPacket(packet, METADATA);
  }
  return end;
}

function endOf({ timestamp, duration }: EncodedPacket): number {
  return timestamp + duration;
}
