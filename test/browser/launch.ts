import { type Browser, chromium } from "playwright-core";
import { findBrowser } from "../../scripts/find_browser.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A microphone that hums, and nobody who has to allow it.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

/** A browser of its own, with an empty profile; it ends with the block. */
export async function launch(): Promise<Browser & AsyncDisposable> {
  return await chromium.launch({
    executablePath: await findBrowser(),
    args: FLAGS,
  });
}
