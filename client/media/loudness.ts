// How loud a recording was over time, for showing it as bars.

/** As many as the server takes. */
const MOST_BARS = 128;
/** Whoever only whispers does not fill the picture. */
const QUIET = 0.05;

/** How far the wave goes from silence, 0 to 1; bytes as an AnalyserNode gives them, with silence at 128. */
export function loudnessOf(wave: Uint8Array): number {
  return wave.reduce((loudest, value) => Math.max(loudest, Math.abs(value - 128) / 128), 0);
}

/** At most 128 numbers from 0 to 100, the loudest moment 100. */
export function waveformOf(values: readonly number[]): number[] {
  const count = Math.min(MOST_BARS, Math.max(1, values.length));
  const loudest = values.reduce((one, other) => Math.max(one, other), QUIET);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor(i * values.length / count);
    const to = Math.max(from + 1, Math.floor((i + 1) * values.length / count));
    const bar = values.slice(from, to).reduce((one, other) => Math.max(one, other), 0);
    return Math.round(100 * bar / loudest);
  });
}
