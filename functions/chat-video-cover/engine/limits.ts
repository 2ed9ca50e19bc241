/** What one request may cost. */
export interface Limits {
  /** Bytes read of the film. */
  readonly bytes: number;
  /** Milliseconds from the call to the picture. */
  readonly wall: number;
  /** Pixels of one picture of the film. */
  readonly pixels: number;
  /** Pictures between a key picture and the wanted one, and the bytes they have. */
  readonly groupPackets: number;
  readonly groupBytes: number;
  /** Pictures that the index of the film lists. */
  readonly samples: number;
  /** Size up to which a film that cannot be read in parts goes whole to the decoder. */
  readonly wholeFile: number;
}

const MB = 1024 * 1024;

/** Together they keep a function under the 256 MB that Edge Functions have. */
export const LIMITS: Limits = {
  bytes: 40 * MB,
  wall: 30_000,
  // 4K, also in the width of cinemas.
  pixels: 4096 * 2304,
  groupPackets: 1_200,
  groupBytes: 16 * MB,
  // Five hours at 30 pictures a second.
  samples: 600_000,
  wholeFile: 32 * MB,
};
