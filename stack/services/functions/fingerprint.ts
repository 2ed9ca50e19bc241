import { dirname, join } from "node:path";

/**
 * Changes whenever a file does that the function may be made of: its own, and those of the folders beside it.
 * Looked at with every call, because a watcher would tell of a change only after a while.
 */
export async function fingerprint(entrypoint: string): Promise<string> {
  const marks: string[] = [];
  await collect(dirname(dirname(entrypoint)), marks);
  return marks.sort().join("\n");
}

async function collect(folder: string, marks: string[]): Promise<void> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (name === "node_modules" || name.startsWith(".")) continue;
      const path = join(folder, name);
      if (isDirectory) await collect(path, marks);
      else marks.push(await markOf(path));
    }
  } catch (error) {
    // Taken away while we looked, which is a change too.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function markOf(path: string): Promise<string> {
  const { mtime, size, ino } = await Deno.stat(path);
  return `${path} ${mtime?.getTime()} ${size} ${ino}`;
}
