/** Where the bytes of a film come from. */
export interface Source {
  /** Null when nobody said. */
  readonly size: number | null;
  /** The bytes from `start` up to and without `end`; fewer only at the end of the film. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Says that about so many bytes will be read from where the next unknown byte is. */
  expect?(bytes: number): void;
  readonly bytesRead: number;
  /** Forgets what was read, which nobody may use any more. */
  close?(): void;
}
