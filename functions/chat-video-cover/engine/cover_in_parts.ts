import type { InputVideoTrack, VideoCodec } from "../deps.ts";
import { type Edits, NO_EDITS, readEdits } from "./edits.ts";
import type { Cover } from "./extract_cover.ts";
import type { Film } from "./film.ts";
import { findExact, findKey } from "./group.ts";
import type { Job } from "./job.ts";
import { free } from "./memory.ts";
import { findMoment } from "./moment.ts";
import { coverSize, inputArgs, outputArgs } from "./picture.ts";
import { readMoov } from "./read_moov.ts";
import { beyondEnd, CoverRefusal, tooLarge, unreadable } from "./refusal.ts";
import { type Clip, type Coding, isCoding, remux } from "./remux.ts";

/** Seconds that adding up times may lose. */
const ROUNDING = 1e-6;

type Cut = { readonly clip: Clip; readonly time: number; readonly duration: number };

/** Makes a cover from the one group of pictures that the wanted one belongs to. */
export async function coverInParts(
  track: InputVideoTrack,
  codec: VideoCodec,
  start: number,
  edits: Edits,
  job: Job,
): Promise<Cover> {
  const { request, limits, decode } = job;
  if (!isCoding(codec)) {
    throw new CoverRefusal("video_codec_unsupported", `The film is coded as ${codec}.`);
  }
  const shown = {
    width: await track.getDisplayWidth(),
    height: await track.getDisplayHeight(),
  };
  if (await track.getCodedWidth() * await track.getCodedHeight() > limits.pixels) {
    throw tooLarge("The pictures of the film are too large.");
  }
  const { clip, time, duration } = await cut(track, codec, start, edits, job);
  const size = coverSize(shown, request);
  const filters = [...await turns(track), `scale=${size.width}:${size.height}`];
  const { picture } = await decode(() => Promise.resolve(clip.bytes), [
    ...inputArgs(clip.demuxer, limits.pixels),
    // Otherwise pictures soon after a key are held to be damaged, where groups lean on each other.
    ...["-flags", "+output_corrupt"],
    ...clip.seek ? ["-ss", clip.seek.toFixed(3)] : [],
    ...["-noautorotate", "-i", "/film"],
    ...outputArgs(filters, request),
  ]);
  free(clip.bytes);
  if (!picture) throw unreadable("The picture cannot be decoded.");
  return { bytes: picture, ...size, time, duration };
}

/** The edits of a track, where there may be any. */
export async function editsOf(
  track: InputVideoTrack,
  { demuxer }: Film,
  { source, limits }: Job,
): Promise<Edits> {
  const moov = demuxer === "mov" ? await readMoov(source, limits) : null;
  return moov ? readEdits(moov, track.id) : NO_EDITS;
}

async function cut(
  track: InputVideoTrack,
  codec: Coding,
  start: number,
  edits: Edits,
  { request, limits, source }: Job,
): Promise<Cut> {
  const time = start + request.time / 1000 + ROUNDING;
  const { end, isBeyondEnd } = await findMoment(track, time, edits);
  if (isBeyondEnd) throw beyondEnd(end - start);
  const group = request.mode === "exact"
    ? await findExact(track, time, limits, source)
    : await findKey(track, time, limits);
  return {
    clip: await remux(track, codec, group),
    time: Math.max(0, Math.round((group.wanted.timestamp - start) * 1000)),
    duration: Math.round((end - start) * 1000),
  };
}

/** Filters that put upright what a camera filmed lying or mirrored. */
async function turns(track: InputVideoTrack): Promise<string[]> {
  const filters = {
    0: [],
    90: ["transpose=clock"],
    180: ["hflip", "vflip"],
    270: ["transpose=cclock"],
  }[await track.getRotation()];
  return await track.getFlip() ? [...filters, "hflip"] : filters;
}
