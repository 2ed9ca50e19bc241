import type { Cover, CoverRequest } from "./extract_cover.ts";
import type { Job } from "./job.ts";
import { inputArgs, LONGEST_SIDE, outputArgs } from "./picture.ts";
import { beyondEnd, CoverRefusal, tooLarge, unreadable } from "./refusal.ts";

/** Seconds before an exact picture from where on all are looked at: these formats have no exact index. */
const RUN_UP = 10;

/** Seconds by which the seeking of such a format may go too far. */
const ROUNDING = 0.1;

/** Makes a cover of a film that is small enough to give it to ffmpeg as it is. */
export async function coverOfWhole(demuxer: string, job: Job): Promise<Cover> {
  const { source, request, limits, decode } = job;
  const size = source.size ?? Infinity;
  if (size > limits.wholeFile) {
    throw tooLarge("A film without an index that can be read in parts must be smaller.");
  }
  const time = request.time / 1000;
  const isExact = request.mode === "exact";
  const { picture, log } = await decode(() => source.read(0, size), [
    ...inputArgs(demuxer, limits.pixels),
    // With its own times, the film needs no rounding to those of its seeking.
    ...["-copyts", "-start_at_zero", "-noaccurate_seek"],
    ...["-ss", String(Math.max(0, time - (isExact ? RUN_UP : ROUNDING))), "-i", "/film"],
    ...outputArgs(
      ["settb=1/1000", "showinfo", ...isExact ? onScreen(time) : [], scale(request)],
      request,
    ),
  ]);
  const heard = listen(log.join("\n"));
  if (heard.refusal) throw heard.refusal;
  if (heard.duration !== null && time >= heard.duration) throw beyondEnd(heard.duration);
  if (!picture) throw unreadable("The picture cannot be decoded.");
  const shown = isExact ? heard.times.findLast((start) => start <= time) : heard.times[0];
  return {
    bytes: picture,
    ...heard.size,
    time: Math.max(0, Math.round((shown ?? 0) * 1000)),
    duration: Math.round((heard.duration ?? heard.times.at(-1) ?? 0) * 1000),
  };
}

/** One picture a second from `time` on, each the last one shown until then; the film's last goes on and on. */
function onScreen(time: number): string[] {
  return ["tpad=stop=2:stop_mode=clone", `fps=fps=1:start_time=${time}:round=up`];
}

function scale({ width, height }: CoverRequest): string {
  if (width && height) return `scale=${width}:${height}`;
  // Not all pixels are square, and some formats leave it open.
  const wide = "iw*if(sar,sar,1)";
  const by = width ? `${width}/(${wide})` : height ? `${height}/ih` : "1";
  const fits = `min(${by},min(${LONGEST_SIDE}/(${wide}),${LONGEST_SIDE}/ih))`;
  return `scale='max(1,round(${wide}*${fits}))':'max(1,round(ih*${fits}))'`;
}

/** What ffmpeg told on its way. */
function listen(log: string) {
  const size = [...log.matchAll(/Video: (?:png|mjpeg)\b.*? (\d+)x(\d+)/g)].at(-1);
  const length = /Duration: (\d+):(\d\d):(\d\d\.\d+)/.exec(log);
  const [hours = 0, minutes = 0, seconds = 0] = length?.slice(1).map(Number) ?? [];
  return {
    times: [...log.matchAll(/pts_time:(-?[\d.]+)/g)].map(([, time]) => Number(time)),
    size: { width: Number(size?.[1] ?? 0), height: Number(size?.[2] ?? 0) },
    duration: length ? hours * 3600 + minutes * 60 + seconds : null,
    refusal: whyNot(log),
  };
}

function whyNot(log: string): CoverRefusal | null {
  if (log.includes("matches no streams")) {
    return new CoverRefusal("video_has_no_picture", "There is no picture in it.");
  }
  if (/Decoder .*not found|no decoder found|Unknown decoder/i.test(log)) {
    return new CoverRefusal("video_codec_unsupported", "The film cannot be decoded here.");
  }
  if (/exceeds specified max pixel count|Picture size .* is invalid/.test(log)) {
    return tooLarge("The pictures of the film are too large.");
  }
  return null;
}
