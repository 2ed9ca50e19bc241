import { delimiter, join } from "node:path";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "chrome.exe",
];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * Where a browser of the Chromium family is.
 *
 * @throws with a sentence that says how to get one
 */
export async function findBrowser(): Promise<string> {
  const named = Deno.env.get("CHROMIUM_BIN");
  if (named) {
    if (await isFile(named)) return named;
    throw new Error(`CHROMIUM_BIN names ${named}, where there is nothing.`);
  }
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  for (const path of [...candidates, ...PLACES]) {
    if (await isFile(path)) return path;
  }
  throw new Error(
    "The browser tests need Chromium: install it (on Debian: apt-get install chromium), or name it in CHROMIUM_BIN.",
  );
}

/** The same, after installing it where that can be done without asking: as root on Debian and its like. */
export async function ensureBrowser(): Promise<string> {
  try {
    return await findBrowser();
  } catch (missing) {
    if (Deno.uid() !== 0 || !await isFile("/usr/bin/apt-get")) throw missing;
    console.log("Installing Chromium for the browser tests …");
    const install = ["install", "-y", "--no-install-recommends", "chromium"];
    for (const args of [["update"], install]) {
      const env = { DEBIAN_FRONTEND: "noninteractive" };
      await new Deno.Command("apt-get", { args: ["-qq", ...args], env, stdout: "null" }).output();
    }
    return await findBrowser();
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
