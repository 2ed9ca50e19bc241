import type { Log } from "./service.ts";

export interface ChildOptions {
  readonly env?: Record<string, string>;
  readonly user?: { uid: number; gid: number } | null;
  /** How the child is asked to end: `INT` is Postgres' fast shutdown. */
  readonly stopSignal: "INT" | "TERM" | "KILL";
  readonly log: Log;
}

export interface Child extends AsyncDisposable {
  /** Resolves with the exit code when the program has ended, for whatever reason. */
  readonly ended: Promise<number>;
}

// The shell lives exactly as long as our end of its standard input: when this process dies, even by
// `kill -9`, the read ends and the program is told to stop, so nothing is left behind.
const WATCHED = `
signal=$1; shift
"$@" <&- & child=$!
{ read -r _; kill -s "$signal" "$child"; } <&3 3<&- &
exec 3<&-
wait "$child"; code=$?
kill $! 2>/dev/null
exit $code
`;

/** Starts a program that cannot outlive this process. */
export function startChild(command: string[], options: ChildOptions): Child {
  const process = new Deno.Command("sh", {
    args: ["-c", `exec 3<&0; ${WATCHED}`, "watched", options.stopSignal, ...command],
    cwd: "/", // another account may not enter ours
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LC_ALL: "C", ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // A Ctrl-C in the terminal is for this process; the program hears of it through us, in order.
    detached: true,
    ...options.user,
  }).spawn();
  const drained = [logLines(process.stdout, options.log), logLines(process.stderr, options.log)];
  const ended = process.status.then(({ code }) => code);
  return {
    ended,
    [Symbol.asyncDispose]: async () => {
      await process.stdin.close().catch(() => {});
      await Promise.all([ended, ...drained]);
    },
  };
}

async function logLines(stream: ReadableStream<Uint8Array>, log: Log): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) log(line);
  }
  if (rest) log(rest);
}
