import {
  CustomSource,
  Input,
  type InputFormat,
  type InputVideoTrack,
  Logging,
  LogLevel,
  MATROSKA,
  MP4,
  MPEG_TS,
  QTFF,
  WEBM,
} from "../deps.ts";
import {
  type Boxes,
  FRAGMENT,
  LONGEST_LIE,
  mayAnnounceFragments,
  OPENING,
  refuseInflated,
} from "./inflated.ts";
import type { Limits } from "./limits.ts";
import { CoverRefusal, unreadable } from "./refusal.ts";
import type { Source } from "./source.ts";

/** A film that can be read in parts. */
export interface Film {
  /** What ffmpeg calls its format. */
  readonly demuxer: string;
  /** Null when the demuxer sees none, which with some codings means little. */
  readonly track: InputVideoTrack | null;
  /** Seconds at which the film begins: some formats count from before, or from anywhere. */
  readonly start: number;
}

// No playlists: they would make us fetch what they name.
const DEMUXERS: ReadonlyMap<InputFormat, string> = new Map([
  [MP4, "mov"],
  [QTFF, "mov"],
  [MATROSKA, "matroska"],
  [WEBM, "matroska"],
  [MPEG_TS, "mpegts"],
]);

// What a film is like is for who sent it to know, not for the log of the project.
Logging.level = LogLevel.Silent;

/** Opens what can be read in parts, and closes it after `use`, which gets null for everything else. */
export async function withFilm<Result>(
  source: Source,
  { samples }: Limits,
  use: (film: Film | null) => Promise<Result>,
): Promise<Result> {
  const size = source.size ?? 0;
  let boxes: Boxes | null = OPENING;
  let hasFragments = false;
  using input = new Input({
    formats: [...DEMUXERS.keys()],
    source: new CustomSource({
      getSize: () => size,
      async read(start, end) {
        const from = Math.max(0, start - LONGEST_LIE);
        const bytes = await source.read(from, Math.min(size, end + LONGEST_LIE));
        if (boxes) refuseInflated(bytes, boxes, samples);
        if (boxes === OPENING) hasFragments ||= mayAnnounceFragments(bytes);
        return bytes.subarray(start - from, end - from);
      },
      // The source keeps what it has read.
      maxCacheSize: 1024 * 1024,
      // Nobody waits for it any more: whoever did has the first error.
      handleUnhandledError: () => {},
    }),
  });
  if (!await input.canRead()) return await use(null);
  const demuxer = DEMUXERS.get(await input.getFormat()) ?? "";
  const tracks = await input.getTracks();
  if (!tracks.length && demuxer !== "mpegts") throw unreadable("The film has no index.");
  const track = await input.getPrimaryVideoTrack();
  if (!track && demuxer !== "mpegts") {
    throw new CoverRefusal("video_has_no_picture", "There is only sound in it.");
  }
  // What is read from here on is mostly pictures, and may look like anything.
  boxes = hasFragments ? FRAGMENT : null;
  const start = Math.max(0, await input.getFirstTimestamp());
  return await use({ demuxer, track, start });
}
