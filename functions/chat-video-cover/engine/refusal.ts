export type CoverRefusalCode =
  /** Not a film, or broken, empty, disguised. */
  | "video_unreadable"
  /** Sound only, or a still picture that belongs to the sound. */
  | "video_has_no_picture"
  /** A film, but in a coding that the engine cannot decode. */
  | "video_codec_unsupported"
  | "video_time_beyond_end"
  /** More pixels, or more bytes to read, than one request may cost. */
  | "video_too_large"
  /** More time than one request may cost. */
  | "video_too_slow"
  /** The other side does not answer, or not in ranges. */
  | "video_unreachable"
  /** Too many others are waiting. */
  | "busy";

/** Why there is no cover. */
export class CoverRefusal extends Error {
  readonly code: CoverRefusalCode;
  /** Of `video_time_beyond_end`: the `duration` of the film in milliseconds. */
  readonly details?: { readonly duration: number };

  constructor(
    code: CoverRefusalCode,
    message: string,
    { details, cause }: { details?: { readonly duration: number }; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = "CoverRefusal";
    this.code = code;
    if (details) this.details = details;
  }
}

export function unreadable(why: string, cause?: unknown): CoverRefusal {
  return new CoverRefusal("video_unreadable", why, { cause });
}

export function tooLarge(why: string): CoverRefusal {
  return new CoverRefusal("video_too_large", why);
}

export function tooSlow(): CoverRefusal {
  return new CoverRefusal("video_too_slow", "Making the cover takes too long.");
}

export function beyondEnd(seconds: number): CoverRefusal {
  const duration = Math.round(seconds * 1000);
  return new CoverRefusal("video_time_beyond_end", `The film has only ${duration} ms.`, {
    details: { duration },
  });
}
