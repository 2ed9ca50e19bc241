import type { Run } from "./decoder.ts";
import type { CoverRequest } from "./extract_cover.ts";
import type { Limits } from "./limits.ts";
import type { Source } from "./source.ts";

/** One cover on its way. */
export interface Job {
  readonly source: Source;
  readonly request: CoverRequest;
  readonly limits: Limits;
  /** Runs ffmpeg on a film in memory, when it is its turn. */
  decode(film: () => Promise<Uint8Array>, args: string[]): Promise<Run>;
}
