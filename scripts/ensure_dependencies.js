// Runs before `npm start` and `npm test`: installs what package-lock.json names, unless it is there already.
// Plain JavaScript for Node, because nothing else is installed yet.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const mark = join(root, "node_modules", ".installed");
const lock = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest(
  "hex",
);

if (!existsSync(mark) || readFileSync(mark, "utf8") !== lock) {
  console.error("Installing dependencies …");
  const { status } = spawnSync("npm", ["ci", "--no-fund", "--no-audit"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(mark, lock);
}
