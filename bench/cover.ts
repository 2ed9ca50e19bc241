// Covers against native ffmpeg: the same film, the same HTTP server, the same run. `npm run bench:cover`
//
// Prints ratios, because absolute times say nothing about another machine. The targets stand beside them.
import { decode } from "fast-png";
import { PEAK, type Shot, type Taken } from "./cover_worker.ts";

const RUNS = 5;
const MB = 1024 * 1024;
/** Milliseconds from one key picture to the next. */
const KEY_DISTANCE = 2000;
const RATE = 25;

type Measured = { wall: number; bytes: number; picture: Uint8Array; peak?: number };
type Film = { name: string; file: string; seconds: number };

if (!await runs("ffmpeg", ["-version"])) {
  console.log("Native ffmpeg is not on the PATH: there is nothing to compare with.");
  Deno.exit(0);
}

const folder = await Deno.makeTempDir({ prefix: "supabase-chat-bench-" });
try {
  const film = await makeFilm();
  await using server = serve(film.file);
  console.log(`${film.name}, ${(server.size / MB).toFixed(0)} MB, ${film.seconds} s\n`);
  console.log("| what | ratio to native ffmpeg, or share | target |\n| --- | --- | --- |");
  const late = (film.seconds - 20) * 1000 + 720; // where a picture begins, for both to agree on which one it is
  await compare("fast", late, "≤ 1.5", "≤ 0.6 %", server);
  await compare("exact", late, "≤ 3", "≤ 2 %", server);
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function compare(
  mode: Shot["mode"],
  time: number,
  wallTarget: string,
  bytesTarget: string,
  server: RangeServer,
): Promise<void> {
  const native = await median(() => takeNatively(server, mode, time));
  const { cold, warm, peak } = await takeOurselves(server, mode, time);
  const share = (bytes: number) => `${(bytes / server.size * 100).toFixed(2)} %`;
  row(`${mode}: wall, warm`, (warm.wall / native.wall).toFixed(2), wallTarget);
  row(`${mode}: wall, first call`, (cold.wall / native.wall).toFixed(2), "");
  row(`${mode}: bytes of the film read`, share(warm.bytes), bytesTarget);
  row(`${mode}: bytes of the film read by native ffmpeg`, share(native.bytes), "");
  row(`${mode}: peak memory of the process`, `${(peak / MB).toFixed(0)} MB`, "≤ 200 MB");
  row(`${mode}: likeness of the pictures`, `${psnr(native.picture, warm.picture)} dB`, "≥ 45 dB");
}

function row(...cells: string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

async function median(take: () => Promise<Measured>): Promise<Measured> {
  const all: Measured[] = [];
  for (let run = 0; run < RUNS; run += 1) all.push(await take());
  return all.toSorted((a, b) => a.wall - b.wall)[RUNS >> 1]!;
}

async function takeNatively(
  server: RangeServer,
  mode: Shot["mode"],
  time: number,
): Promise<Measured> {
  const picture = `${folder}/native.png`;
  server.reset();
  const start = performance.now();
  // Asked for a moment between two key pictures, ffmpeg gives a later picture: it is told where the key picture is.
  const moment = mode === "fast" ? time - time % KEY_DISTANCE : time;
  const args = ["-ss", `${moment / 1000}`, "-i", server.url, "-frames:v", "1", picture];
  if (!await runs("ffmpeg", ["-v", "error", "-y", ...args])) throw new Error("ffmpeg failed");
  const wall = performance.now() - start;
  return { wall, bytes: server.sent(), picture: await Deno.readFile(picture) };
}

/** In a process of its own, as a function has it; the first call also loads the decoder. */
async function takeOurselves(
  server: RangeServer,
  mode: Shot["mode"],
  time: number,
): Promise<{ cold: Measured; warm: Measured; peak: number }> {
  const picture = `${folder}/ours.png`;
  const shot: Shot = { url: server.url, mode, time, runs: RUNS + 1, picture };
  const worker = new URL("cover_worker.ts", import.meta.url);
  const { stdout, code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", worker.pathname, JSON.stringify(shot)],
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error("The worker failed.");
  const taken: Taken[] = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  const bytes = await Deno.readFile(picture);
  const [cold, ...warm] = taken.map(({ wall, bytes: read }) => {
    return { wall, bytes: read, picture: bytes };
  });
  const middle = warm.toSorted((a, b) => a.wall - b.wall)[warm.length >> 1]!;
  return { cold: cold!, warm: middle, peak: Math.max(...taken.map((one) => one[PEAK])) };
}

/** Ten minutes that do not compress well, with a key picture every two seconds. */
async function makeFilm(): Promise<Film> {
  const seconds = 600;
  const file = `${folder}/film.mp4`;
  const picture = `testsrc2=size=640x360:rate=${RATE}:duration=${seconds},noise=alls=12:allf=t`;
  const codec = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-g",
    `${RATE * KEY_DISTANCE / 1000}`,
    "-b:v",
    "2100k",
  ];
  const more = ["-pix_fmt", "yuv420p", "-movflags", "+faststart", file];
  if (
    !await runs("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", picture, ...codec, ...more])
  ) {
    throw new Error("ffmpeg could not make the film.");
  }
  return { name: "640 × 360, H.264, index in front", file, seconds };
}

async function runs(command: string, args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, { args, stdout: "null" }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

type RangeServer = AsyncDisposable & {
  readonly url: string;
  readonly size: number;
  /** Bytes of bodies since the last reset. */
  sent(): number;
  reset(): void;
};

function serve(path: string): RangeServer {
  const { size } = Deno.statSync(path);
  let sent = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const [, from = "0", to = ""] = /bytes=(\d+)-(\d*)/.exec(request.headers.get("range") ?? "") ??
      [];
    const [start, end] = [Number(from), Math.min(to === "" ? size : Number(to) + 1, size)];
    const file = await Deno.open(path);
    await file.seek(start, Deno.SeekMode.Start);
    let left = end - start;
    const body = new ReadableStream({
      async pull(controller) {
        const chunk = new Uint8Array(Math.min(64 * 1024, left));
        const read = left > 0 ? await file.read(chunk) : null;
        if (read === null) return file.close(), controller.close();
        left -= read;
        sent += read;
        controller.enqueue(chunk.subarray(0, read));
      },
      cancel: () => file.close(),
    }, { highWaterMark: 0 });
    const headers = {
      "content-range": `bytes ${start}-${end - 1}/${size}`,
      "content-length": `${end - start}`,
      "accept-ranges": "bytes",
    };
    return new Response(body, { status: 206, headers });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/film.mp4`,
    size,
    sent: () => sent,
    reset: () => void (sent = 0),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** How alike two pictures are, in decibels; 99 for the same. */
function psnr(one: Uint8Array, other: Uint8Array): string {
  const [a, b] = [decode(one), decode(other)];
  if (a.width !== b.width || a.height !== b.height || a.channels !== b.channels) return "0";
  let sum = 0;
  for (let i = 0; i < a.data.length; i += 1) sum += (a.data[i]! - b.data[i]!) ** 2;
  const error = sum / a.data.length;
  return (error === 0 ? 99 : 10 * Math.log10(255 ** 2 / error)).toFixed(1);
}
