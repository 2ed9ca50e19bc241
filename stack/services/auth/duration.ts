import { invalid } from "./refusal.ts";

const MILLISECONDS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** What fits into 63 bits of nanoseconds: the real service counts in them. */
const LONGEST = 2 ** 63 / 1e6;

/**
 * Until when a ban of `duration` holds, such as `24h` or `1h30m`; null for `none`.
 * @throws {Refusal} 400 `validation_failed`
 */
export function banUntil(duration: string): Date | null {
  if (duration === "none") return null;
  const parts = [...duration.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  const sign = duration.startsWith("-") ? -1 : 1;
  const isWhole = parts.length > 0 &&
    parts.map(([part]) => part).join("") === duration.replace(/^[+-]/, "");
  const length = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (MILLISECONDS[unit ?? ""] ?? NaN),
    0,
  );
  if (!isWhole || !(length <= LONGEST)) {
    throw invalid(`invalid format for ban duration: ${JSON.stringify(duration)}`);
  }
  return length === 0 ? null : new Date(Date.now() + sign * length);
}
