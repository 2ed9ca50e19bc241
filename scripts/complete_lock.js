// npm run lock: writes package-lock.json, and adds what npm leaves out when a registry does not carry the builds for
// other machines: their names and versions, without which `npm ci` refuses the file.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const path = join(root, "package-lock.json");
execFileSync("npm", ["install", "--package-lock-only", "--no-fund", "--no-audit"], {
  cwd: root,
  stdio: ["ignore", 2, 2],
});

const lock = JSON.parse(readFileSync(path, "utf8"));
const OS = { darwin: "darwin", linux: "linux", win32: "win32", windows: "win32" };
const CPU = { arm: "arm", arm64: "arm64", ia32: "ia32", ppc64: "ppc64", x64: "x64" };

for (const [, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(optionalDependencies)) {
    if (lock.packages[`node_modules/${name}`]) continue;
    const words = name.split(/[/-]/);
    const os = words.map((word) => OS[word]).find(Boolean);
    const cpu = words.map((word) => CPU[word]).find(Boolean);
    if (!os || !cpu) continue;
    lock.packages[`node_modules/${name}`] = {
      version: range.replace(/^[v^~]/, ""),
      cpu: [cpu],
      ...dev ? { dev } : {},
      ...name.endsWith("musl") ? { libc: ["musl"] } : {},
      optional: true,
      os: [os],
    };
  }
}

const [first, ...rest] = Object.entries(lock.packages);
rest.sort(([one], [other]) => one < other ? -1 : 1);
lock.packages = Object.fromEntries([first, ...rest]);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
