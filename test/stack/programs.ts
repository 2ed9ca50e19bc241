// The programs that a stack consists of, as the system sees them.
import assert from "node:assert/strict";
import { eventually } from "../api/inbox.ts";

export type Program = { pid: number; parent: number; name: string };

/** Everything that a process started, and what that started. */
export async function programsOf(pid: number): Promise<Program[]> {
  const all = await running();
  const found: Program[] = [];
  for (let pids = [pid]; pids.length;) {
    const children = all.filter(({ parent }) => pids.includes(parent));
    found.push(...children);
    pids = children.map((child) => child.pid);
  }
  return found;
}

async function running(): Promise<Program[]> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-A", "-o", "pid=,ppid=,stat=,comm="],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").flatMap((line) => {
    const [pid, parent, state, ...command] = line.trim().split(/\s+/);
    const isZombie = state?.startsWith("Z");
    const name = command.join(" ").split("/").at(-1) ?? "";
    return isZombie ? [] : [{ pid: Number(pid), parent: Number(parent), name }];
  });
}

export async function killAll(pid: number, name: string): Promise<void> {
  const programs = (await programsOf(pid)).filter((program) => program.name === name);
  assert.ok(programs.length, `no ${name} is running`);
  for (const program of programs) {
    try {
      Deno.kill(program.pid, "SIGKILL");
    } catch (error) {
      // A child of one that was killed a moment ago.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

export async function assertGone(programs: Program[]): Promise<void> {
  const pids = new Set(programs.map(({ pid }) => pid));
  await eventually(
    async () => (await running()).every(({ pid }) => !pids.has(pid)),
    `something of this was left: ${JSON.stringify(programs)}`,
  );
}
