// One process of the function, as bench/cover.ts asks for it: takes the same cover several times.
import { extractCover, LIMITS } from "../functions/chat-video-cover/engine/extract_cover.ts";
import { openHttpSource } from "../functions/chat-video-cover/engine/ranges.ts";

export type Shot = {
  url: string;
  mode: "fast" | "exact";
  /** Milliseconds. */
  time: number;
  runs: number;
  /** Where the last picture is put. */
  picture: string;
};

export const PEAK = "peak";
/** Milliseconds, bytes of the film, and bytes of memory at most until then. */
export type Taken = { wall: number; bytes: number; [PEAK]: number };

if (import.meta.main) {
  const shot: Shot = JSON.parse(Deno.args[0] ?? "");
  const taken: Taken[] = [];
  for (let run = 0; run < shot.runs; run += 1) taken.push(await take(shot));
  console.log(JSON.stringify(taken));
  Deno.exit(0);
}

async function take({ url, mode, time, picture }: Shot): Promise<Taken> {
  const { signal } = new AbortController();
  const start = performance.now();
  const source = await openHttpSource(
    ({ start, end }, signal) =>
      fetch(url, { headers: { range: `bytes=${start}-${end - 1}` }, signal }),
    LIMITS,
    signal,
  );
  const request = { time, mode, width: 0, height: 0, format: "png" } as const;
  const cover = await extractCover(source, request, LIMITS, signal);
  const wall = performance.now() - start;
  await Deno.writeFile(picture, cover.bytes);
  return { wall, bytes: source.bytesRead, [PEAK]: await peakMemory() };
}

async function peakMemory(): Promise<number> {
  if (Deno.build.os !== "linux") return Deno.memoryUsage().rss;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await Deno.readTextFile("/proc/self/status")) ??
    [];
  return Number(kilobytes) * 1024;
}
